package io.tidegate.wire.sasl;

/**
 * A user name and password with the mechanism to prove them by.
 *
 * @param mechanism how to prove it
 * @param username the user, not prepared
 * @param password the password, not prepared
 */
public record ScramCredential(ScramMechanism mechanism, String username, String password) {
  /** An empty user name or password cannot log in anywhere. */
  public ScramCredential {
    if (username.isEmpty() || password.isEmpty()) {
      throw new IllegalArgumentException("user name and password must not be empty");
    }
  }

  @Override
  public String toString() {
    return "ScramCredential[" + mechanism + ", " + username + ", <hidden>]";
  }
}
