package io.tidegate.control.audit;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import java.time.Instant;
import java.util.List;

/** Reading and proving the audit trail. For those who run the installation. */
public interface AuditTrail {

  /** Events, newest first. */
  Page<AuditEvent> list(Actor actor, Page.Ask ask);

  /**
   * Checks the ledger's files, and that the database says the same.
   *
   * @param entries how many entries the ledger holds of the trail
   * @param findings empty when all is whole
   */
  record Proof(Instant at, long entries, long lastSeq, List<Finding> findings) {
    public Proof {
      findings = List.copyOf(findings);
    }

    public boolean whole() {
      return findings.isEmpty();
    }
  }

  /**
   * What is not as it was written.
   *
   * @param kind such as {@code altered}, {@code deleted}, {@code row-altered}, {@code row-missing}
   * @param where the file and offset, or the row
   */
  record Finding(String kind, String where, String sentence) {}

  Proof verify(Actor actor);
}
