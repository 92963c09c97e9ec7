package io.tidegate.control.portal.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gateways.
 *
 * @param rows those in service
 * @param waiting join tokens that nobody has used yet
 * @param manages whether the reader adds and retires gateways
 * @param token a join token made just now, shown this once; null otherwise
 */
public record GatewaysView(
    List<Row> rows,
    List<Retired> retired,
    List<Open> waiting,
    FormView form,
    @Nullable Token token,
    boolean manages) {

  /** A gateway in one row. */
  public record Row(
      String id,
      String name,
      Pill state,
      @Nullable Instant lastSeen,
      String version,
      String address,
      String sessions,
      @Nullable Instant certificateEnds,
      boolean embedded) {}

  /** One that is out of service. */
  public record Retired(String name, @Nullable Instant at, @Nullable String by) {}

  /** A token that would still let somebody in. */
  public record Open(String id, String name, String by, Instant expiresAt) {}

  /** The token and the command that uses it. */
  public record Token(String name, String command, Instant expiresAt) {
    @Override
    public String toString() {
      return "Token[" + name + ", <hidden>]";
    }
  }
}
