package io.tidegate.gateway.decide;

import io.tidegate.access.Decision;
import io.tidegate.access.Denial;
import io.tidegate.access.Footprint.DriverCommand;
import io.tidegate.access.Policy;
import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.Gate;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Verdict;
import io.tidegate.wire.Command;
import java.time.Instant;
import java.util.Set;

/**
 * The lease's policy first, then who owns the cursors and logical sessions that a command names.
 */
public final class LeaseGate implements Gate {
  /** What opens a cursor, however little it has to show. */
  private static final Set<String> OPENS_CURSOR =
      Set.of(
          "find",
          "aggregate",
          "bulkWrite",
          "listCollections",
          "listIndexes",
          "checkMetadataConsistency");

  /** Bytes of a driver's command without a list. */
  private static final int LARGEST = 64 * 1024;

  /**
   * Bytes of a command that is read into memory, on the loop that serves others too: the ten
   * thousand sessions that drivers end in one go take 0.4 MB.
   */
  private static final int LARGEST_DECODED = 512 * 1024;

  @Override
  public Verdict judge(Session session, Command command, Instant now) {
    return switch (Policy.decide(session.lease(), command, now)) {
      case Decision.Deny deny ->
          new Verdict.Refuse(deny.code(), deny.codeName(), deny.rule().id(), deny.sentence());
      case Decision.Allow allow -> {
        RuleId foreign = OwnLogicalSessions.check(session, command);
        if (foreign != null) {
          yield refuse(foreign, session, command);
        }
        if (allow.footprint() instanceof DriverCommand driver) {
          yield own(session, command, driver, allow);
        }
        if (!session.mayOpenCursor() && OPENS_CURSOR.contains(allow.footprint().command())) {
          yield refuse(RuleId.TOO_MANY_CURSORS, session, command);
        }
        yield plain(session, command, allow);
      }
    };
  }

  private static Verdict own(
      Session session, Command command, DriverCommand driver, Decision.Allow allow) {
    int most =
        switch (driver.kind()) {
          case KILL_CURSORS, OWN_SESSIONS -> LARGEST_DECODED;
          case HELLO,
              PING,
              ABOUT_SERVER,
              CONNECTION_STATUS,
              START_SESSION,
              GET_MORE,
              END_TRANSACTION,
              SIGN_IN,
              LOGOUT ->
              LARGEST;
        };
    if (command.body().byteLength() > most) {
      return refuse(RuleId.TOO_LARGE, session, command);
    }
    return switch (driver.kind()) {
      case GET_MORE ->
          OwnCursors.mayContinue(session, command)
              ? Verdict.PASS
              : refuse(RuleId.FOREIGN_CURSOR, session, command);
      case KILL_CURSORS -> OwnCursors.kill(session, command);
      case OWN_SESSIONS -> {
        Verdict verdict = OwnLogicalSessions.only(session, command);
        yield verdict == null ? refuse(RuleId.OTHERS_WORK, session, command) : verdict;
      }
      case START_SESSION -> OwnLogicalSessions.claimStarted(session);
      case HELLO, PING, ABOUT_SERVER, CONNECTION_STATUS, END_TRANSACTION, SIGN_IN, LOGOUT ->
          plain(session, command, allow);
    };
  }

  private static Verdict plain(Session session, Command command, Decision.Allow allow) {
    if (allow.rewrites().isEmpty()) {
      return allow.footprint().writes() ? Verdict.PASS_WRITE : Verdict.PASS;
    }
    return command.body().byteLength() > LARGEST_DECODED
        ? refuse(RuleId.TOO_LARGE, session, command)
        : new Verdict.Narrow(allow.rewrites());
  }

  private static Verdict.Refuse refuse(RuleId rule, Session session, Command command) {
    return new Verdict.Refuse(
        rule.code(),
        rule.codeName(),
        rule.id(),
        Denial.sentence(rule, command.name(), command.database(), session.lease().requestUrl()));
  }
}
