package io.tidegate.control.audit;

import io.tidegate.control.audit.AuditLedger.LedgerUnavailable;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/** The trail as it is stored, compared with the ledger row by row. */
@Service
class StoredAuditTrail implements AuditTrail {
  private static final Duration CATCH_UP = Duration.ofSeconds(10);
  private static final int MOST_FINDINGS = 100;
  private static final int BATCH = 1000;
  private static final TypeReference<AuditAppender.SeqOnly> SEQ = new TypeReference<>() {};

  private final AuditStore store;
  private final AuditAppender appender;
  private final AuditLedger ledger;
  private final Audit audit;
  private final Json json;
  private final InstantSource clock;

  StoredAuditTrail(
      AuditStore store,
      AuditAppender appender,
      AuditLedger ledger,
      Audit audit,
      Json json,
      InstantSource clock) {
    this.store = store;
    this.appender = appender;
    this.ledger = ledger;
    this.audit = audit;
    this.json = json;
    this.clock = clock;
  }

  @Override
  public Page<AuditEvent> list(Actor actor, Page.Ask ask) {
    requireAdministrator(actor, "audit.read");
    long before = Long.MAX_VALUE;
    if (!ask.after().isEmpty()) {
      try {
        before = Long.parseLong(ask.after());
      } catch (NumberFormatException e) {
        throw new Refused(ErrorCode.BAD_INPUT, "The cursor is not one that this list gave out.");
      }
    }
    return Page.cut(
        store.before(before, ask.limit() + 1), ask, event -> Long.toString(event.seq()));
  }

  private void requireAdministrator(Actor actor, String action) {
    if (!actor.runsInstallation()) {
      audit.refused(
          actor, action, Target.of("audit", "trail"), "rule", ErrorCode.NOT_ALLOWED.code());
      throw Refused.notAllowed("Only owners of the first organization read the audit trail.");
    }
  }

  @Override
  public Proof verify(Actor actor) {
    requireAdministrator(actor, "audit.verify");
    long last = store.head();
    List<Finding> findings = new ArrayList<>();
    try {
      if (!appender.awaitAppended(last, CATCH_UP.toNanos())) {
        findings.add(
            new Finding(
                "behind",
                "ledger",
                "The ledger does not have all events of the database yet; see the server's log."));
      }
      findings.addAll(ledger.verify());
      // Entries that cannot be read were found above; comparing rows goes as far as it can.
      compareRows(last, findings);
    } catch (LedgerUnavailable e) {
      if (findings.isEmpty()) {
        findings.add(new Finding("unreadable", "ledger", String.valueOf(e.getMessage())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused(ErrorCode.INTERNAL, "The check was interrupted.");
    }
    Instant now = clock.instant();
    Proof proof = new Proof(now, ledger.entries(), last, findings);
    audit.act(
        actor,
        "audit.verify",
        Target.of("audit", "trail"),
        () -> {
          audit.done(
              actor,
              "audit.verify",
              Target.of("audit", "trail"),
              "entries",
              Long.toString(proof.entries()),
              "findings",
              Integer.toString(proof.findings().size()));
          return proof;
        });
    return proof;
  }

  /** Walks ledger and rows side by side; both are in the order of their numbers. */
  private void compareRows(long last, List<Finding> findings) {
    RowWalk rows = new RowWalk(last);
    ledger.read(
        0,
        (payload, index) -> {
          if (findings.size() >= MOST_FINDINGS) {
            return;
          }
          long seq;
          try {
            seq = json.read(new String(payload, StandardCharsets.UTF_8), SEQ).seq();
          } catch (JacksonException e) {
            findings.add(
                new Finding(
                    "foreign", "entry " + index, "An entry of the ledger is not an audit event."));
            return;
          }
          if (seq > last) {
            return;
          }
          rows.match(seq, payload, findings);
        });
    rows.rest(findings);
  }

  private final class RowWalk {
    private final long last;
    private final Deque<AuditEvent> batch = new ArrayDeque<>();
    private long reached;

    private RowWalk(long last) {
      this.last = last;
    }

    private void match(long seq, byte[] entry, List<Finding> findings) {
      AuditEvent row = peek();
      while (row != null && row.seq() < seq) {
        findings.add(
            new Finding(
                "row-inserted",
                "audit_event " + row.seq(),
                "The database has event " + row.seq() + ", which the ledger never had."));
        batch.remove();
        row = peek();
      }
      if (row == null || row.seq() > seq) {
        findings.add(
            new Finding(
                "row-missing",
                "audit_event " + seq,
                "Event " + seq + " stands in the ledger and is gone from the database."));
        return;
      }
      batch.remove();
      if (!Arrays.equals(store.canonical(row), entry)) {
        findings.add(
            new Finding(
                "row-altered",
                "audit_event " + seq,
                "Event "
                    + seq
                    + " in the database is not what the ledger has; the ledger is right."));
      }
    }

    private void rest(List<Finding> findings) {
      for (AuditEvent row = peek(); row != null && findings.size() < MOST_FINDINGS; row = peek()) {
        findings.add(
            new Finding(
                "row-inserted",
                "audit_event " + row.seq(),
                "The database has event " + row.seq() + ", which the ledger does not have."));
        batch.remove();
      }
    }

    private @Nullable AuditEvent peek() {
      if (batch.isEmpty() && reached < last) {
        List<AuditEvent> next = store.after(reached, BATCH);
        next.stream().filter(event -> event.seq() <= last).forEach(batch::add);
        reached = next.isEmpty() ? last : next.getLast().seq();
      }
      return batch.peek();
    }
  }
}
