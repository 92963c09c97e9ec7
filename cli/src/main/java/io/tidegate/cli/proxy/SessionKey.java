package io.tidegate.cli.proxy;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** A key for one session. It is made here, stays in memory, and is gone with the process. */
public final class SessionKey {
  private final KeyPair keys;

  private SessionKey(KeyPair keys) {
    this.keys = keys;
  }

  public static SessionKey generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return new SessionKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }

  PrivateKey privateKey() {
    return keys.getPrivate();
  }

  /** SubjectPublicKeyInfo as PEM. */
  public String publicKeyPem() {
    String base64 =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(keys.getPublic().getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
  }

  @Override
  public String toString() {
    return "SessionKey[<hidden>]";
  }
}
