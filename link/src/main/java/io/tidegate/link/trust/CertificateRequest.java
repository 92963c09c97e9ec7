package io.tidegate.link.trust;

import java.io.IOException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A request for a certificate (PKCS #10, RFC 2986). Only the public key in it counts, with the
 * proof that the asker holds its private half; names come from whoever issues.
 *
 * @param publicKey an EC key on P-256
 * @param der the signed request
 */
public record CertificateRequest(PublicKey publicKey, byte[] der) {
  private static final int P256_BITS = 256;

  /** Makes a request signed with the pair's private key. */
  public static CertificateRequest of(KeyPair keys) {
    try {
      byte[] der =
          new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=tidegate"), keys.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
              .getEncoded();
      return new CertificateRequest(keys.getPublic(), der);
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalArgumentException("the key pair cannot sign a certificate request", e);
    }
  }

  /**
   * Reads a request and checks its signature.
   *
   * @throws InvalidTrustMaterialException if it is malformed, badly signed, or its key is not EC
   *     P-256
   */
  public static CertificateRequest parse(byte[] der) throws InvalidTrustMaterialException {
    try {
      JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
      PublicKey key = request.getPublicKey();
      if (!(key instanceof ECPublicKey ec)
          || ec.getParams().getCurve().getField().getFieldSize() != P256_BITS) {
        throw new InvalidTrustMaterialException(
            "The certificate request's key must be EC on P-256.");
      }
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new InvalidTrustMaterialException(
            "The certificate request is not signed by its own key.");
      }
      return new CertificateRequest(key, der);
    } catch (InvalidTrustMaterialException e) {
      throw e;
    } catch (IOException
        | java.security.GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      // The parser throws unchecked exceptions of many kinds on hostile input.
      throw new InvalidTrustMaterialException("The certificate request cannot be read.", e);
    }
  }
}
