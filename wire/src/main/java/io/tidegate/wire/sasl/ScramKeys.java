package io.tidegate.wire.sasl;

/**
 * ClientKey and ServerKey of RFC 5802: what a client derives from its password. Whoever has them
 * can log in, so they are as secret as the password.
 */
public final class ScramKeys {
  private final byte[] clientKey;
  private final byte[] serverKey;

  ScramKeys(byte[] clientKey, byte[] serverKey) {
    this.clientKey = clientKey;
    this.serverKey = serverKey;
  }

  byte[] clientKey() {
    return clientKey;
  }

  byte[] serverKey() {
    return serverKey;
  }

  @Override
  public String toString() {
    return "ScramKeys[<hidden>]";
  }
}
