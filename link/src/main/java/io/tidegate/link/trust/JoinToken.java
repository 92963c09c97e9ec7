package io.tidegate.link.trust;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The one-time token that lets a gateway in for the first time. One line of base64url over: a
 * version byte, 16 bytes of id, 32 bytes of secret, 32 bytes of SHA-256 of the authority's
 * certificate. The last lets the gateway know the control plane before it says a word of the
 * secret.
 *
 * <p>The control plane keeps {@link #id()} and {@link #secretSha256()}, never the secret.
 */
public final class JoinToken {
  private static final byte VERSION = 1;
  private static final int ID_BYTES = 16;
  private static final int SECRET_BYTES = 32;
  private static final int PIN_BYTES = 32;
  private static final int LENGTH = 1 + ID_BYTES + SECRET_BYTES + PIN_BYTES;

  private final byte[] id;
  private final byte[] secret;
  private final byte[] authoritySha256;

  private JoinToken(byte[] id, byte[] secret, byte[] authoritySha256) {
    this.id = id;
    this.secret = secret;
    this.authoritySha256 = authoritySha256;
  }

  /** A fresh token for the control plane with this authority. */
  public static JoinToken issue(SecureRandom random, CertificateAuthority authority) {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    return new JoinToken(id, secret, authority.sha256());
  }

  /**
   * Reads a token as {@link #encoded()} wrote it; blanks around it do not matter.
   *
   * @throws InvalidTrustMaterialException if it is not a whole token of a known version
   */
  public static JoinToken parse(String text) throws InvalidTrustMaterialException {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text.strip());
    } catch (IllegalArgumentException e) {
      throw new InvalidTrustMaterialException("The join token is damaged: copy it again, whole.");
    }
    if (bytes.length != LENGTH || bytes[0] != VERSION) {
      throw new InvalidTrustMaterialException("The join token is damaged: copy it again, whole.");
    }
    int secretAt = 1 + ID_BYTES;
    int pinAt = secretAt + SECRET_BYTES;
    return new JoinToken(
        Arrays.copyOfRange(bytes, 1, secretAt),
        Arrays.copyOfRange(bytes, secretAt, pinAt),
        Arrays.copyOfRange(bytes, pinAt, LENGTH));
  }

  /** The token as the person carries it. A secret. */
  public String encoded() {
    ByteBuffer bytes =
        ByteBuffer.allocate(LENGTH).put(VERSION).put(id).put(secret).put(authoritySha256);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** 32 hexadecimal digits; not secret. */
  public String id() {
    return HexFormat.of().formatHex(id);
  }

  public byte[] secret() {
    return secret.clone();
  }

  /** What the control plane keeps instead of the secret; 32 bytes. */
  public byte[] secretSha256() {
    return Certificates.sha256(secret);
  }

  public byte[] authoritySha256() {
    return authoritySha256.clone();
  }

  /** True if the hash is the one of the secret; the time it takes does not tell how far off. */
  public static boolean secretMatches(byte[] secret, byte[] secretSha256) {
    return MessageDigest.isEqual(Certificates.sha256(secret), secretSha256);
  }

  @Override
  public String toString() {
    return "JoinToken[id=" + id() + ", secret=<hidden>]";
  }
}
