package io.tidegate.link;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.CertificateRequest;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.v1.Certificate;
import io.tidegate.link.v1.EnrolRequest;
import io.tidegate.link.v1.EnrolResponse;
import io.tidegate.link.v1.EnrolmentGrpc;
import io.tidegate.link.v1.Refusal;
import io.tidegate.link.v1.RenewRequest;
import io.tidegate.link.v1.RenewResponse;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A gateway's way to its certificates. The key is made here; only a request signed with it leaves.
 */
public final class GatewayEnrolment {
  private static final long CALL_SECONDS = 20;

  private GatewayEnrolment() {}

  /** What came of asking for a certificate. */
  public sealed interface Outcome {
    /** The gateway has its credentials; it should {@link GatewayCredentials#save} them. */
    record Joined(GatewayCredentials credentials) implements Outcome {}

    /** The control plane said no. */
    record Refused(String code, String sentence) implements Outcome {}

    /** Whoever answered is not the control plane that made the token, or answered falsely. */
    record NotTrusted(String sentence) implements Outcome {}

    /** Nobody answered as a control plane does. */
    record Unreachable(String sentence) implements Outcome {}
  }

  /**
   * Shows the join token, once, and gets the first certificate. The token's secret is only sent
   * after the other side has proven to be the control plane that the token names.
   *
   * @param tunnelNames DNS names and addresses by which people reach the gateway
   */
  public static Outcome join(
      LinkTransport transport,
      JoinToken token,
      String name,
      String version,
      List<String> tunnelNames,
      SecureRandom random,
      LinkOptions options) {
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    EnrolRequest request =
        EnrolRequest.newBuilder()
            .setTokenId(ByteString.copyFrom(HexFormat.of().parseHex(token.id())))
            .setTokenSecret(ByteString.copyFrom(token.secret()))
            .setCertificateRequest(ByteString.copyFrom(CertificateRequest.of(keys).der()))
            .setName(name)
            .setVersion(version)
            .addAllTunnelNames(tunnelNames)
            .build();
    return calling(
        threads -> Channels.open(transport, token, options, threads),
        channel -> {
          EnrolResponse response =
              EnrolmentGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                  .enrol(request);
          return switch (response.getOutcomeCase()) {
            case ENROLLED -> accept(response.getEnrolled(), keys, token.authoritySha256());
            case REFUSED -> refused(response.getRefused());
            case OUTCOME_NOT_SET -> notUnderstood();
          };
        });
  }

  /** Asks for the next certificate, with a new key, over the strength of the present one. */
  public static Outcome renew(
      LinkTransport transport,
      GatewayCredentials present,
      List<String> tunnelNames,
      SecureRandom random,
      LinkOptions options) {
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    RenewRequest request =
        RenewRequest.newBuilder()
            .setCertificateRequest(ByteString.copyFrom(CertificateRequest.of(keys).der()))
            .addAllTunnelNames(tunnelNames)
            .build();
    return calling(
        threads -> Channels.open(transport, present, options, threads),
        channel -> {
          RenewResponse response =
              EnrolmentGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                  .renew(request);
          return switch (response.getOutcomeCase()) {
            case RENEWED ->
                sameGateway(
                    present,
                    accept(response.getRenewed(), keys, Certificates.sha256(present.authority())));
            case REFUSED -> refused(response.getRefused());
            case OUTCOME_NOT_SET -> notUnderstood();
          };
        });
  }

  private static Outcome sameGateway(GatewayCredentials present, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Joined(GatewayCredentials next)
          when !next.gatewayId().equals(present.gatewayId()) ->
          new Outcome.NotTrusted("The new certificate is for another gateway.");
      case Outcome.Joined _, Outcome.Refused _, Outcome.NotTrusted _, Outcome.Unreachable _ ->
          outcome;
    };
  }

  /** Believes an issued certificate only if it fits the key, the pin and its authority. */
  private static Outcome accept(Certificate issued, KeyPair keys, byte[] authoritySha256) {
    try {
      X509Certificate certificate = Pem.readCertificate(issued.getCertificate().toByteArray());
      X509Certificate authority = Pem.readCertificate(issued.getAuthority().toByteArray());
      if (!MessageDigest.isEqual(Certificates.sha256(authority), authoritySha256)) {
        return new Outcome.NotTrusted("The certificate came from another authority.");
      }
      if (!Arrays.equals(certificate.getPublicKey().getEncoded(), keys.getPublic().getEncoded())
          || Certificates.gatewayIdOf(certificate) == null) {
        return new Outcome.NotTrusted("The certificate that came is not for this gateway's key.");
      }
      LinkTls.trusting(authority).checkClientTrusted(new X509Certificate[] {certificate}, "EC");
      return new Outcome.Joined(new GatewayCredentials(keys.getPrivate(), certificate, authority));
    } catch (InvalidTrustMaterialException | CertificateException e) {
      return new Outcome.NotTrusted("The certificate that came cannot be used.");
    }
  }

  private static Outcome refused(Refusal refusal) {
    return new Outcome.Refused(refusal.getCode(), refusal.getSentence());
  }

  private static Outcome notUnderstood() {
    return new Outcome.Unreachable("The control plane's answer is not understood.");
  }

  private interface Opening {
    ManagedChannel open(ExecutorService threads);
  }

  private interface Call {
    Outcome make(ManagedChannel channel);
  }

  private static Outcome calling(Opening opening, Call call) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ManagedChannel channel = opening.open(threads);
      try {
        return call.make(channel);
      } catch (StatusRuntimeException e) {
        return failed(e);
      } finally {
        channel.shutdownNow();
        awaitEnd(channel);
      }
    }
  }

  private static void awaitEnd(ManagedChannel channel) {
    try {
      channel.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Outcome failed(StatusRuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LinkTls.PinMismatchException) {
        return new Outcome.NotTrusted(
            "Whoever answered is not the control plane that made this token. Nothing was sent."
                + " Check the address, or ask for a new token.");
      }
      if (cause instanceof CertificateException) {
        return new Outcome.NotTrusted(
            "The control plane's certificate does not hold. Nothing was sent. Check the address"
                + " and both clocks.");
      }
    }
    String said = failure.getStatus().getDescription();
    return switch (failure.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED ->
          new Outcome.Unreachable(
              "The control plane cannot be reached. Check the address and that it is running.");
      default ->
          new Outcome.Unreachable(
              "The control plane answered with a fault: "
                  + (said == null ? Status.Code.UNKNOWN : said));
    };
  }
}
