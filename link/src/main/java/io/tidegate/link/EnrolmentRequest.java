package io.tidegate.link;

import io.tidegate.link.trust.CertificateRequest;
import java.util.List;

/**
 * A gateway that shows a join token. The caller of {@link ControlEndpoint#enrol} has checked
 * nothing but the request's own signature.
 *
 * @param tokenId which token, 32 hexadecimal digits
 * @param tokenSecret proof of it; compare with {@link
 *     io.tidegate.link.trust.JoinToken#secretMatches}
 * @param tunnelNames DNS names and addresses by which people reach the gateway
 */
public record EnrolmentRequest(
    String tokenId,
    byte[] tokenSecret,
    CertificateRequest certificateRequest,
    String name,
    String version,
    List<String> tunnelNames) {
  public EnrolmentRequest {
    tunnelNames = List.copyOf(tunnelNames);
  }

  @Override
  public String toString() {
    return "EnrolmentRequest[tokenId=" + tokenId + ", tokenSecret=<hidden>, name=" + name + "]";
  }
}
