package io.tidegate.control.session;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.link.trust.CertificateRequest;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.Pem;
import java.security.PublicKey;
import java.util.Base64;

/** Reads the public key that a client brings: as it is, or inside a certificate request. */
final class ClientKeys {
  private static final String REQUEST_BEGIN = "-----BEGIN CERTIFICATE REQUEST-----";
  private static final String REQUEST_END = "-----END CERTIFICATE REQUEST-----";
  private static final int LONGEST = 8192;

  private ClientKeys() {}

  static PublicKey read(String pem) {
    if (pem.length() > LONGEST) {
      throw bad();
    }
    try {
      int begin = pem.indexOf(REQUEST_BEGIN);
      if (begin < 0) {
        return Pem.readPublicKey(pem);
      }
      int end = pem.indexOf(REQUEST_END);
      if (end < begin) {
        throw bad();
      }
      byte[] der =
          Base64.getMimeDecoder().decode(pem.substring(begin + REQUEST_BEGIN.length(), end));
      return CertificateRequest.parse(der).publicKey();
    } catch (InvalidTrustMaterialException | IllegalArgumentException e) {
      throw bad();
    }
  }

  private static Refused bad() {
    return new Refused(
        ErrorCode.BAD_INPUT,
        "publicKey must be an EC P-256 public key or a certificate request, in PEM.");
  }
}
