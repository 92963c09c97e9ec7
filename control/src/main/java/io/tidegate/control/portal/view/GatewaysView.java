package io.tidegate.control.portal.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gateways.
 *
 * @param token a join token made just now, shown this once; null otherwise
 */
public record GatewaysView(List<Row> rows, FormView form, @Nullable Token token) {

  /** A gateway in one row. */
  public record Row(
      String id,
      String name,
      Pill state,
      @Nullable Instant lastSeen,
      String version,
      String address,
      String leases,
      boolean embedded) {}

  /** The token and the command that uses it. */
  public record Token(String name, String command, Instant expiresAt) {
    @Override
    public String toString() {
      return "Token[" + name + ", <hidden>]";
    }
  }
}
