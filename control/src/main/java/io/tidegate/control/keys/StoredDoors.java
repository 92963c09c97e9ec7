package io.tidegate.control.keys;

import io.tidegate.access.Cidr;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;

/** The access lists of programs. Who may change one is asked by whose program it is. */
@Service
final class StoredDoors implements Doors {
  private static final int MOST = 200;

  /** Calls are counted in memory meanwhile: a write for every read would queue them all. */
  private static final Duration COUNTED_WITHIN = Duration.ofMinutes(1);

  private final AddressStore store;
  private final Database database;
  private final Audit audit;
  private final InstantSource clock;
  private final AddressUses uses;

  StoredDoors(AddressStore store, Database database, Audit audit, InstantSource clock) {
    this.store = store;
    this.database = database;
    this.audit = audit;
    this.clock = clock;
    this.uses = new AddressUses(clock.instant());
  }

  @Override
  public boolean admits(String programId, String address) {
    List<Cidr> ranges = store.ranges(programId);
    if (ranges.isEmpty()) {
      return true;
    }
    Optional<Cidr> admitting = admitting(ranges, address);
    if (admitting.isEmpty()) {
      return false;
    }
    Instant now = clock.instant();
    uses.count(programId, admitting.get(), address, now);
    if (uses.due(now.minus(COUNTED_WITHIN))) {
      write();
    }
    return true;
  }

  private static Optional<Cidr> admitting(List<Cidr> ranges, String address) {
    InetAddress from;
    try {
      from = InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException e) {
      // Not an address, so in no range.
      return Optional.empty();
    }
    return ranges.stream()
        .filter(range -> range.contains(from))
        .max((a, b) -> a.prefix() - b.prefix());
  }

  private void write() {
    List<AddressUses.Use> counted = uses.take(clock.instant());
    if (!counted.isEmpty()) {
      database.inTransaction(() -> counted.forEach(store::count));
    }
  }

  @Override
  public List<Admitted> list(String programId) {
    write();
    return store.list(programId);
  }

  Admitted entry(String programId, String text) {
    Cidr range = range(text);
    return list(programId).stream()
        .filter(entry -> entry.range().equals(range))
        .findFirst()
        .orElseThrow(() -> Refused.notFound("access list entry", text));
  }

  /**
   * Adds ranges; those that are there already stay as they are.
   *
   * @param program asks whether the actor may, and says whose list it is; in the transaction
   */
  List<Admitted> add(
      Actor actor,
      Target target,
      Supplier<Program> program,
      List<String> texts,
      String callerAddress) {
    Set<Cidr> ranges = new LinkedHashSet<>();
    texts.forEach(text -> ranges.add(range(text)));
    return audit.act(
        actor,
        "access-list.add",
        target,
        () -> {
          Program whose = program.get();
          List<Cidr> after = new ArrayList<>(store.ranges(whose.id()));
          for (Cidr range : ranges) {
            if (!after.contains(range)) {
              store.insert(whose.id(), range, clock.instant());
              after.add(range);
            }
          }
          if (after.size() > MOST) {
            throw new Refused(
                ErrorCode.BAD_INPUT, "An access list has at most " + MOST + " entries.");
          }
          keepsItsCaller(actor, whose, after, callerAddress);
          audit.done(actor, "access-list.add", whose.target(), "ranges", words(ranges));
          return store.list(whose.id());
        });
  }

  /** Takes one range away. */
  void remove(
      Actor actor, Target target, Supplier<Program> program, String text, String callerAddress) {
    audit.act(
        actor,
        "access-list.remove",
        target,
        () -> {
          Program whose = program.get();
          Cidr range = range(text);
          List<Cidr> after = new ArrayList<>(store.ranges(whose.id()));
          if (!after.remove(range)) {
            throw Refused.notFound("access list entry", text);
          }
          store.delete(whose.id(), range);
          keepsItsCaller(actor, whose, after, callerAddress);
          audit.done(actor, "access-list.remove", whose.target(), "ranges", range.toString());
          return range;
        });
  }

  /** Whose list it is. */
  record Program(String id, Target target) {}

  private static void keepsItsCaller(
      Actor actor, Program program, List<Cidr> after, String callerAddress) {
    if (actor.is(program.id()) && !after.isEmpty() && admitting(after, callerAddress).isEmpty()) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "With this list "
              + actor.username()
              + " could not call from "
              + callerAddress
              + " any more, where it calls from now.",
          "Keep this address on the list, or change it with other credentials.");
    }
  }

  private static Cidr range(String text) {
    try {
      return Cidr.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "'" + text + "' is no address: " + e.getMessage() + ".");
    }
  }

  private static String words(Set<Cidr> ranges) {
    return String.join(", ", ranges.stream().map(Cidr::toString).toList());
  }

  /** Forgets the list of a program that is no more; in its transaction. */
  void forget(String programId) {
    store.clear(programId);
  }
}
