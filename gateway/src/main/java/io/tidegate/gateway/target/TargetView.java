package io.tidegate.gateway.target;

import io.tidegate.wire.TargetDescription;
import org.jspecify.annotations.Nullable;

/**
 * What the watcher knows of a target now.
 *
 * @param description for hello; null while no node has ever answered
 * @param node where sessions go: the primary, the standalone, one mongos; null while there is none
 * @param trouble why there is no node, null while there is one
 */
public record TargetView(
    @Nullable TargetDescription description, @Nullable HostPort node, @Nullable Trouble trouble) {

  /**
   * Why a target cannot be used.
   *
   * @param code stable, as {@link io.tidegate.link.LeaseOutcome.Rejected} carries it
   * @param sentence what is wrong, and what to do about it
   */
  public record Trouble(String code, String sentence) {
    public static final String UNREACHABLE = "target_unreachable";
    public static final String TLS = "target_tls";
    public static final String NO_PRIMARY = "target_no_primary";
    public static final String UNSUITABLE = "target_unsuitable";
  }

  static TargetView unknown() {
    return new TargetView(
        null, null, new Trouble(Trouble.UNREACHABLE, "the target has not answered yet"));
  }
}
