package io.tidegate.link;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tidegate.link.trust.CertificateRequest;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.v1.EnrolRequest;
import io.tidegate.link.v1.EnrolResponse;
import io.tidegate.link.v1.EnrolmentGrpc;
import io.tidegate.link.v1.RenewRequest;
import io.tidegate.link.v1.RenewResponse;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** First and further certificates, asked for over gRPC. */
final class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(EnrolmentService.class);
  private static final int MAX_NAMES = 32;
  private static final int MAX_TEXT = 256;

  private final ControlEndpoint control;

  EnrolmentService(ControlEndpoint control) {
    this.control = control;
  }

  @Override
  public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> answer) {
    EnrolmentOutcome outcome;
    try {
      outcome = enrol(request);
    } catch (RuntimeException e) {
      fault("enrol", e, answer);
      return;
    }
    EnrolResponse.Builder response = EnrolResponse.newBuilder();
    switch (outcome) {
      case EnrolmentOutcome.Enrolled enrolled ->
          response.setEnrolled(Messages.certificate(enrolled));
      case EnrolmentOutcome.Refused refused -> response.setRefused(Messages.refusal(refused));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  private EnrolmentOutcome enrol(EnrolRequest request) {
    if (request.getTunnelNamesCount() > MAX_NAMES
        || request.getName().length() > MAX_TEXT
        || request.getVersion().length() > MAX_TEXT) {
      return new EnrolmentOutcome.Refused(
          "bad-request", "The gateway's name or its list of tunnel names is too long.");
    }
    CertificateRequest certificateRequest;
    try {
      certificateRequest = CertificateRequest.parse(request.getCertificateRequest().toByteArray());
    } catch (InvalidTrustMaterialException e) {
      return new EnrolmentOutcome.Refused("bad-request", String.valueOf(e.getMessage()));
    }
    return control.enrol(
        new EnrolmentRequest(
            HexFormat.of().formatHex(request.getTokenId().toByteArray()),
            request.getTokenSecret().toByteArray(),
            certificateRequest,
            request.getName(),
            request.getVersion(),
            request.getTunnelNamesList()));
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<RenewResponse> answer) {
    X509Certificate peer = PeerCertificate.current();
    if (peer == null || Certificates.gatewayIdOf(peer) == null) {
      answer.onError(
          Status.UNAUTHENTICATED
              .withDescription("only a gateway's own certificate can renew it")
              .asRuntimeException());
      return;
    }
    EnrolmentOutcome outcome;
    try {
      outcome = renew(peer, request);
    } catch (RuntimeException e) {
      fault("renew", e, answer);
      return;
    }
    RenewResponse.Builder response = RenewResponse.newBuilder();
    switch (outcome) {
      case EnrolmentOutcome.Enrolled enrolled ->
          response.setRenewed(Messages.certificate(enrolled));
      case EnrolmentOutcome.Refused refused -> response.setRefused(Messages.refusal(refused));
    }
    answer.onNext(response.build());
    answer.onCompleted();
  }

  private EnrolmentOutcome renew(X509Certificate present, RenewRequest request) {
    if (request.getTunnelNamesCount() > MAX_NAMES) {
      return new EnrolmentOutcome.Refused("bad-request", "The list of tunnel names is too long.");
    }
    CertificateRequest certificateRequest;
    try {
      certificateRequest = CertificateRequest.parse(request.getCertificateRequest().toByteArray());
    } catch (InvalidTrustMaterialException e) {
      return new EnrolmentOutcome.Refused("bad-request", String.valueOf(e.getMessage()));
    }
    return control.renew(present, certificateRequest, List.copyOf(request.getTunnelNamesList()));
  }

  private static void fault(String what, RuntimeException e, StreamObserver<?> answer) {
    LOG.atError().addKeyValue("call", what).setCause(e).log("an enrolment call failed");
    answer.onError(
        Status.INTERNAL
            .withDescription("the control plane could not answer; its log says why")
            .asRuntimeException());
  }
}
