package io.tidegate.link;

import java.security.cert.X509Certificate;

/** Whether a gateway got its certificate, the first or the next. */
public sealed interface EnrolmentOutcome {
  /** Issued; the certificate names the gateway. */
  record Enrolled(X509Certificate certificate, X509Certificate authority)
      implements EnrolmentOutcome {}

  /**
   * Not issued.
   *
   * @param code stable: {@code token-unknown}, {@code token-used}, {@code token-expired}, {@code
   *     token-revoked}, {@code gateway-retired}, {@code certificate-replaced}, {@code bad-request}
   * @param sentence for the operator, with what to do next
   */
  record Refused(String code, String sentence) implements EnrolmentOutcome {}
}
