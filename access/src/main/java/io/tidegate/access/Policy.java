package io.tidegate.access;

import io.tidegate.access.Footprint.DriverCommand;
import io.tidegate.access.Footprint.Narrowing;
import io.tidegate.access.Footprint.Never;
import io.tidegate.access.Footprint.NotUnderstood;
import io.tidegate.access.Footprint.Touches;
import io.tidegate.access.Rewrite.FilterCollections;
import io.tidegate.access.Rewrite.FilterDatabases;
import io.tidegate.access.Rewrite.HumanIdentity;
import io.tidegate.access.Rewrite.OwnOperations;
import io.tidegate.wire.Command;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Whether a command is inside a lease. Fewer privileges never allow more, and a later instant never
 * allows what an earlier one within the lease did not.
 */
public final class Policy {
  private static final List<Rewrite> NONE = List.of();

  private Policy() {}

  /**
   * Decides about one command.
   *
   * @param command as parsed strictly by {@code wire}
   * @param now by the gateway's own clock
   */
  public static Decision decide(Lease lease, Command command, Instant now) {
    return decide(lease, Footprint.of(command), now);
  }

  /** Decides about a command whose footprint is known already. */
  public static Decision decide(Lease lease, Footprint footprint, Instant now) {
    if (!lease.holdsAt(now)) {
      return outsideItsTime(lease, footprint, now);
    }
    return switch (footprint) {
      case Touches touches -> decide(lease, touches);
      case DriverCommand driver -> allow(lease, driver);
      case NotUnderstood unknown ->
          Decision.Deny.by(
              RuleId.NOT_UNDERSTOOD,
              unknown,
              RuleId.NOT_UNDERSTOOD.says() + ": " + unknown.what(),
              lease);
      case Never never ->
          Decision.Deny.by(
              never.rule(), never, never.rule().says() + " (" + never.what() + ")", lease);
    };
  }

  private static Decision outsideItsTime(Lease lease, Footprint footprint, Instant now) {
    // A client that reconnects after the end must get far enough to be told why.
    if (footprint instanceof DriverCommand driver && driver.kind() == DriverCommand.Kind.HELLO) {
      return new Decision.Allow(footprint, NONE);
    }
    RuleId rule = now.isBefore(lease.notBefore()) ? RuleId.LEASE_NOT_BEGUN : RuleId.LEASE_EXPIRED;
    return Decision.Deny.by(rule, footprint, lease);
  }

  private static Decision allow(Lease lease, DriverCommand driver) {
    return switch (driver.kind()) {
      case CONNECTION_STATUS -> new Decision.Allow(driver, List.of(new HumanIdentity(lease)));
      case SIGN_IN -> Decision.Deny.by(RuleId.SIGNS_IN_ITSELF, driver, lease);
      case HELLO,
          PING,
          ABOUT_SERVER,
          OWN_SESSIONS,
          START_SESSION,
          KILL_CURSORS,
          GET_MORE,
          END_TRANSACTION,
          LOGOUT ->
          new Decision.Allow(driver, NONE);
    };
  }

  private static Decision decide(Lease lease, Touches footprint) {
    List<Touch> touches = footprint.touches();
    for (int i = 0; i < touches.size(); i++) {
      Touch touch = touches.get(i);
      if (!lease.carries(touch)) {
        return outside(lease, footprint, touch);
      }
    }
    if (footprint.runsJavaScript() && !lease.allowJavaScript()) {
      return Decision.Deny.by(RuleId.JAVASCRIPT, footprint, lease);
    }
    List<Rewrite> withoutDocuments = NONE;
    if (lease.disclosure() == Disclosure.DIAGNOSTICS) {
      withoutDocuments = Diagnostics.rewrites(footprint);
      if (withoutDocuments == null) {
        return Decision.Deny.by(RuleId.SHOWS_DOCUMENTS, footprint, lease);
      }
    }
    List<Narrowing> narrowings = footprint.narrowings();
    if (narrowings.isEmpty()) {
      return new Decision.Allow(footprint, withoutDocuments);
    }
    return narrowed(lease, footprint, narrowings, withoutDocuments);
  }

  private static Decision narrowed(
      Lease lease, Touches footprint, List<Narrowing> narrowings, List<Rewrite> first) {
    List<Rewrite> rewrites = new ArrayList<>(first);
    for (Narrowing narrowing : narrowings) {
      if (lease.carries(narrowing.full())) {
        continue;
      }
      switch (narrowing.way()) {
        case DATABASES -> rewrites.add(new FilterDatabases(lease));
        case OWN_OPERATIONS -> rewrites.add(new OwnOperations());
        case COLLECTIONS -> {
          List<String> names = collections(lease, footprint.on().database());
          if (names.isEmpty()) {
            return outside(lease, footprint, narrowing.full());
          }
          rewrites.add(new FilterCollections(names));
        }
      }
    }
    return new Decision.Allow(footprint, rewrites);
  }

  /** The collections that a lease names in a database, one by one. */
  private static List<String> collections(Lease lease, String database) {
    TreeSet<String> names = new TreeSet<>();
    for (Privilege privilege : lease.privileges()) {
      switch (privilege.resource()) {
        case ResourcePattern.OfCollection one -> {
          if (one.database().equals(database)) {
            names.add(one.collection());
          }
        }
        case ResourcePattern.OfCollectionAnywhere one -> names.add(one.collection());
        case ResourcePattern.OfCluster _,
            ResourcePattern.OfEverything _,
            ResourcePattern.OfEveryDatabase _,
            ResourcePattern.OfDatabase _,
            ResourcePattern.OfBuckets _ -> {}
      }
    }
    return List.copyOf(names);
  }

  private static Decision outside(Lease lease, Footprint footprint, Touch touch) {
    for (Action action : touch.actions()) {
      if (!lease.carries(action, touch.resource())) {
        String where =
            String.format(
                Locale.ROOT,
                "the lease does not cover %s on %s, which %s needs",
                action.actionName(),
                Denial.printable(touch.resource().toString()),
                touch.because());
        return Decision.Deny.by(RuleId.OUTSIDE_LEASE, footprint, where, lease);
      }
    }
    throw new IllegalArgumentException("the lease carries every action of that touch");
  }
}
