package io.tidegate.link;

import io.tidegate.link.trust.CertificateRequest;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What the control plane does when gateways call. All methods are called on virtual threads and may
 * block; those about one connection come one after the other.
 */
public interface ControlEndpoint {
  /** A gateway wants in for the first time. The token must be good, and is used up by success. */
  EnrolmentOutcome enrol(EnrolmentRequest request);

  /**
   * A gateway with a valid certificate wants the next one, for a new key.
   *
   * @param present a gateway's, and proven to be the caller's; whether it still counts is not
   *     checked yet
   */
  EnrolmentOutcome renew(
      X509Certificate present, CertificateRequest certificateRequest, List<String> tunnelNames);

  /**
   * A gateway has connected and said hello. What is pushed through {@code connection} from now on
   * reaches the gateway after {@link GatewaySession#desiredLeases}.
   */
  Admission connected(GatewayConnection connection);

  /** Whether a gateway may stay. */
  sealed interface Admission {
    /** It may; the session hears what it says until {@link GatewaySession#disconnected}. */
    record Admitted(Welcome welcome, GatewaySession session) implements Admission {}

    /**
     * It may not, and need not ask again: its place is gone or another key's. It is told as with
     * {@link GatewayConnection#dismiss}.
     */
    record Refused(String code, String sentence) implements Admission {}
  }
}
