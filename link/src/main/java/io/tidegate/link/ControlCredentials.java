package io.tidegate.link;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * What the control plane is known by at its link: see {@code CertificateAuthority.issueControl}.
 */
public record ControlCredentials(
    PrivateKey privateKey, X509Certificate certificate, X509Certificate authority) {
  @Override
  public String toString() {
    return "ControlCredentials[" + certificate.getSubjectX500Principal() + ", key=<hidden>]";
  }
}
