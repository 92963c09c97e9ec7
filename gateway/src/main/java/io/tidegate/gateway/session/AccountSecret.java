package io.tidegate.gateway.session;

/**
 * What the gateway signs in to the target with; only ever in memory.
 *
 * @param password UTF-8 text
 */
public record AccountSecret(String username, String password) {
  @Override
  public String toString() {
    return "AccountSecret[username=" + username + ", password=<hidden>]";
  }
}
