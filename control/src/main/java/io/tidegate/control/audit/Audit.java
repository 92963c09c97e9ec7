package io.tidegate.control.audit;

import io.tidegate.control.audit.AuditEvent.Outcome;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Writes the audit trail. An act and its event are one transaction: either both are or neither.
 *
 * <p>While the ledger behind the trail cannot be written, nobody is given anything: {@link #act}
 * refuses. Taking access away goes on, and so does hearing gateways: their events wait in the
 * database, in order, until the ledger takes them.
 */
@Component
public final class Audit {
  /** Refusals that say something about the person: who tried what they may not. */
  private static final Set<ErrorCode> TELLING =
      EnumSet.of(
          ErrorCode.NOT_ALLOWED,
          ErrorCode.OWN_REQUEST,
          ErrorCode.NO_FLOW,
          ErrorCode.DURATION_OUT_OF_BOUNDS,
          ErrorCode.GRANT_ENDED);

  private final AuditStore store;
  private final AuditAppender appender;
  private final Database database;
  private final InstantSource clock;

  Audit(AuditStore store, AuditAppender appender, Database database, InstantSource clock) {
    this.store = store;
    this.appender = appender;
    this.database = database;
    this.clock = clock;
  }

  /**
   * Runs an act in one transaction. The act writes its own {@link #done} event; a telling refusal
   * is written here, after the act was undone.
   *
   * @throws Refused audit-unavailable while the ledger cannot be written
   */
  public <T> T act(Actor actor, String action, Target target, Supplier<T> work) {
    appender.requireWritable();
    return endingAct(actor, action, target, work);
  }

  /**
   * The same for an act that only takes access away: a full disk must not keep anybody's session
   * alive.
   */
  public <T> T endingAct(Actor actor, String action, Target target, Supplier<T> work) {
    try {
      return database.inTransaction(work);
    } catch (Refused refused) {
      if (TELLING.contains(refused.code())) {
        database.ifUndone(() ->
            write(
                actor,
                action,
                target,
                Outcome.REFUSED,
                "rule",
                refused.code().code(),
                "why",
                refused.detail()));
      }
      throw refused;
    }
  }

  /**
   * For what gives access outside of {@link #act}, such as signing in.
   *
   * @throws Refused audit-unavailable while the ledger cannot be written
   */
  public void requireWritable() {
    appender.requireWritable();
  }

  /**
   * Writes that the act was done; inside its transaction.
   *
   * @param detail names and values in turn; never a secret
   */
  public void done(Actor actor, String action, Target target, String... detail) {
    write(actor, action, target, Outcome.DONE, detail);
  }

  /** Writes that something was refused, in a transaction of its own or the one that is open. */
  public void refused(Actor actor, String action, Target target, String... detail) {
    database.inTransaction(() -> write(actor, action, target, Outcome.REFUSED, detail));
  }

  private void write(Actor actor, String action, Target target, Outcome outcome, String... detail) {
    Map<String, String> facts = new LinkedHashMap<>();
    for (int i = 0; i + 1 < detail.length; i += 2) {
      facts.put(detail[i], detail[i + 1]);
    }
    store.append(seq ->
        new AuditEvent(
            seq,
            clock.instant(),
            actor.userId(),
            actor.username(),
            actor.source(),
            action,
            target.type(),
            target.id(),
            target.name(),
            outcome,
            facts));
    appender.wakeAfterCommit();
  }
}
