package io.tidegate.access;

import java.util.List;

/** What becomes of a command. */
public sealed interface Decision {

  /** What the command touches, as far as it was read. */
  Footprint footprint();

  /**
   * It may run, after the rewrites are applied. No rewrites: forward the bytes as they came.
   *
   * @param rewrites in the order in which they are to be applied; mostly none
   */
  record Allow(Footprint footprint, List<Rewrite> rewrites) implements Decision {
    public Allow {
      rewrites = List.copyOf(rewrites);
    }
  }

  /**
   * It may not run. Nothing of it is forwarded.
   *
   * @param rule why
   * @param sentence the {@code errmsg}: rule, command, namespace, reason and what to do next
   */
  record Deny(Footprint footprint, RuleId rule, String sentence) implements Decision {
    /** Denies by a rule, in the rule's own words. */
    public static Deny by(RuleId rule, Footprint footprint, Lease lease) {
      return by(rule, footprint, rule.says(), lease);
    }

    /** Denies by a rule, with a reason more exact than the rule's own. */
    static Deny by(RuleId rule, Footprint footprint, String why, Lease lease) {
      return new Deny(
          footprint,
          rule,
          Denial.sentence(
              rule, footprint.command(), footprint.on().toString(), why, lease.requestUrl()));
    }

    /** The error code of MongoDB: 13, 18 or 43. */
    public int code() {
      return rule.code();
    }

    /** The name that belongs to {@link #code()}. */
    public String codeName() {
      return rule.codeName();
    }
  }
}
