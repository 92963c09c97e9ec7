package io.tidegate.link;

/** What became of a lease that was pushed to a gateway. */
public sealed interface LeaseOutcome {
  String leaseId();

  /** The gateway verified it, signed in to the target with it once, and enforces it. */
  record Installed(String leaseId) implements LeaseOutcome {}

  /**
   * The gateway will not use it.
   *
   * @param code stable, for programs, such as {@code target-unreachable}
   * @param sentence for the person who waits, with what to do next
   */
  record Rejected(String leaseId, String code, String sentence) implements LeaseOutcome {}

  /** No answer came: the gateway is away, left meanwhile, or took too long. */
  record Unanswered(String leaseId, String sentence) implements LeaseOutcome {}
}
