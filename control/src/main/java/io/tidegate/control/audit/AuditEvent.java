package io.tidegate.control.audit;

import java.time.Instant;
import java.util.Map;

/**
 * One entry of the audit trail. Never carries a secret.
 *
 * @param seq 1, 2, 3, … without a gap
 * @param source where the act came from
 * @param action what was done, such as {@code request.approve}
 * @param targetType what it was done to, such as {@code request}
 * @param outcome whether it was done, or refused and by which rule
 * @param detail facts of the act, in the order to show them
 */
public record AuditEvent(
    long seq,
    Instant at,
    String actorId,
    String actorName,
    String source,
    String action,
    String targetType,
    String targetId,
    String targetName,
    Outcome outcome,
    Map<String, String> detail) {

  /** Whether it was done. */
  public enum Outcome {
    DONE,
    REFUSED
  }
}
