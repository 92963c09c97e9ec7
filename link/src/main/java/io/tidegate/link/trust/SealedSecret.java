package io.tidegate.link.trust;

import java.util.Arrays;

/**
 * A secret that only the gateway it was sealed to can read, and only for the lease it was sealed
 * for. Made by {@link PublicSealingKey#seal}, read by {@link SealingKey#open}.
 */
public final class SealedSecret {
  private final byte[] bytes;

  public SealedSecret(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SealedSecret sealed && Arrays.equals(bytes, sealed.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "SealedSecret[<hidden>]";
  }
}
