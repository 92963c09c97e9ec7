package io.tidegate.link.trust;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a certificate of Tidegate's authority says about its holder. */
public final class Certificates {
  /** The name every control plane's certificate carries, however the gateway reaches it. */
  public static final String CONTROL_NAME = "control.tidegate.internal";

  static final String INTERNAL_SUFFIX = ".tidegate.internal";
  static final String LEASE_URI = "tidegate://lease/";
  static final String GATEWAY_URI = "tidegate://gateway/";

  /** GeneralName of type uniformResourceIdentifier, RFC 5280 section 4.2.1.6. */
  private static final Integer URI_NAME = 6;

  private Certificates() {}

  /** The lease that a client certificate is bound to, or null if it is bound to none. */
  public static @Nullable String leaseIdOf(X509Certificate certificate) {
    return uriTail(certificate, LEASE_URI);
  }

  /** The gateway that a certificate was issued to, or null if it is not a gateway's. */
  public static @Nullable String gatewayIdOf(X509Certificate certificate) {
    return uriTail(certificate, GATEWAY_URI);
  }

  /**
   * The DNS name that a gateway's certificate always carries: what a client verifies, whatever
   * address it dialled.
   */
  public static String gatewayServerName(String gatewayId) {
    return gatewayId.toLowerCase(Locale.ROOT).replace('_', '-') + ".gateway" + INTERNAL_SUFFIX;
  }

  /** SHA-256 of the certificate's SubjectPublicKeyInfo, 32 bytes. */
  public static byte[] spkiSha256(X509Certificate certificate) {
    return spkiSha256(certificate.getPublicKey());
  }

  /** SHA-256 of the key's SubjectPublicKeyInfo, 32 bytes. */
  public static byte[] spkiSha256(PublicKey key) {
    return sha256(key.getEncoded());
  }

  /** SHA-256 of the whole certificate in DER form, 32 bytes. */
  public static byte[] sha256(X509Certificate certificate) {
    try {
      return sha256(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("the certificate has no encoded form", e);
    }
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static @Nullable String uriTail(X509Certificate certificate, String prefix) {
    Collection<List<?>> names;
    try {
      names = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return null;
    }
    if (names == null) {
      return null;
    }
    String found = null;
    for (List<?> name : names) {
      if (URI_NAME.equals(name.get(0)) && name.get(1) instanceof String uri) {
        if (uri.startsWith(prefix)) {
          if (found != null) {
            // Two identities in one certificate is none.
            return null;
          }
          found = uri.substring(prefix.length());
        }
      }
    }
    return found;
  }
}
