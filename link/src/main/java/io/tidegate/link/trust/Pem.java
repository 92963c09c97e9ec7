package io.tidegate.link.trust;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and EC keys as PEM text (RFC 7468): certificates, PKCS #8 and public key blocks. */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  private Pem() {}

  public static String certificate(X509Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalArgumentException("the certificate has no encoded form", e);
    }
  }

  /** The chain's certificates one after the other, in the given order. */
  public static String certificates(List<X509Certificate> chain) {
    StringBuilder text = new StringBuilder();
    chain.forEach(certificate -> text.append(certificate(certificate)));
    return text.toString();
  }

  public static String revocationList(X509CRL list) {
    try {
      return block("X509 CRL", list.getEncoded());
    } catch (CRLException e) {
      throw new IllegalArgumentException("the revocation list has no encoded form", e);
    }
  }

  public static String privateKey(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  public static String publicKey(PublicKey key) {
    return block("PUBLIC KEY", key.getEncoded());
  }

  /**
   * Reads every certificate of the text, in order.
   *
   * @throws InvalidTrustMaterialException if there is none, or one cannot be read
   */
  public static List<X509Certificate> readCertificates(String pem)
      throws InvalidTrustMaterialException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] der : blocks(pem, "CERTIFICATE")) {
      certificates.add(readCertificate(der));
    }
    return List.copyOf(certificates);
  }

  /**
   * Reads one certificate in DER form.
   *
   * @throws InvalidTrustMaterialException if it cannot be read
   */
  public static X509Certificate readCertificate(byte[] der) throws InvalidTrustMaterialException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new InvalidTrustMaterialException("This is not an X.509 certificate.", e);
    }
  }

  /**
   * Reads an EC private key.
   *
   * @throws InvalidTrustMaterialException if there is not exactly one, or it is of another kind
   */
  public static PrivateKey readPrivateKey(String pem) throws InvalidTrustMaterialException {
    try {
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(only(pem, "PRIVATE KEY")));
    } catch (GeneralSecurityException e) {
      throw new InvalidTrustMaterialException("This is not an EC private key.", e);
    }
  }

  /**
   * Reads an EC public key.
   *
   * @throws InvalidTrustMaterialException if there is not exactly one, or it is of another kind
   */
  public static PublicKey readPublicKey(String pem) throws InvalidTrustMaterialException {
    try {
      return KeyFactory.getInstance("EC")
          .generatePublic(new X509EncodedKeySpec(only(pem, "PUBLIC KEY")));
    } catch (GeneralSecurityException e) {
      throw new InvalidTrustMaterialException("This is not an EC public key.", e);
    }
  }

  private static byte[] only(String pem, String kind) throws InvalidTrustMaterialException {
    List<byte[]> found = blocks(pem, kind);
    if (found.size() != 1) {
      throw new InvalidTrustMaterialException("Expected exactly one " + kind + " block.");
    }
    return found.getFirst();
  }

  private static List<byte[]> blocks(String pem, String kind) throws InvalidTrustMaterialException {
    List<byte[]> found = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(pem);
    while (matcher.find()) {
      if (!matcher.group(1).equals(kind)) {
        continue;
      }
      try {
        found.add(Base64.getMimeDecoder().decode(matcher.group(2)));
      } catch (IllegalArgumentException e) {
        throw new InvalidTrustMaterialException("A " + kind + " block is not base64.", e);
      }
    }
    if (found.isEmpty()) {
      throw new InvalidTrustMaterialException("There is no " + kind + " block.");
    }
    return found;
  }

  private static String block(String kind, byte[] der) {
    Base64.Encoder encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(kind, encoder.encodeToString(der), kind)
        .replace(System.lineSeparator(), "\n");
  }
}
