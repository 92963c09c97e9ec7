package io.tidegate.wire.sasl;

import org.jspecify.annotations.Nullable;

/** The SCRAM mechanisms that MongoDB speaks. */
public enum ScramMechanism {
  /** RFC 5802 over SHA-1; the password is MongoDB's MD5 digest of it. */
  SHA_1("SCRAM-SHA-1", "SHA-1", "HmacSHA1", "PBKDF2WithHmacSHA1", 160, 16, 10_000),
  /** RFC 7677; the password is prepared by SASLprep. */
  SHA_256("SCRAM-SHA-256", "SHA-256", "HmacSHA256", "PBKDF2WithHmacSHA256", 256, 28, 15_000);

  private final String mechanismName;
  private final String digest;
  private final String hmac;
  private final String pbkdf2;
  private final int keyBits;
  private final int saltLength;
  private final int usualIterations;

  ScramMechanism(
      String mechanismName,
      String digest,
      String hmac,
      String pbkdf2,
      int keyBits,
      int saltLength,
      int usualIterations) {
    this.mechanismName = mechanismName;
    this.digest = digest;
    this.hmac = hmac;
    this.pbkdf2 = pbkdf2;
    this.keyBits = keyBits;
    this.saltLength = saltLength;
    this.usualIterations = usualIterations;
  }

  /** The name as it stands in {@code saslStart}. */
  public String mechanismName() {
    return mechanismName;
  }

  /** The mechanism of this name, or null when it is none of these. */
  public static @Nullable ScramMechanism named(String name) {
    for (ScramMechanism mechanism : values()) {
      if (mechanism.mechanismName.equals(name)) {
        return mechanism;
      }
    }
    return null;
  }

  /** Bytes of a key or digest. */
  public int keyLength() {
    return keyBits / Byte.SIZE;
  }

  /** Bytes of the salts that MongoDB makes. */
  public int saltLength() {
    return saltLength;
  }

  /** The iterations that MongoDB servers use when nobody sets them. */
  public int usualIterations() {
    return usualIterations;
  }

  String digest() {
    return digest;
  }

  String hmac() {
    return hmac;
  }

  String pbkdf2() {
    return pbkdf2;
  }

  int keyBits() {
    return keyBits;
  }
}
