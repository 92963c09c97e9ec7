package io.tidegate.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.StreamObserver;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.Validity;
import io.tidegate.link.v1.EnrolmentGrpc;
import io.tidegate.link.v1.FromControl;
import io.tidegate.link.v1.FromGateway;
import io.tidegate.link.v1.GatewayLinkGrpc;
import io.tidegate.link.v1.Health;
import io.tidegate.link.v1.Hello;
import io.tidegate.link.v1.RenewRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TlsLinkTest extends LinkContract {
  private int port;

  @Override
  LinkServer serve(ControlEndpoint endpoint, ControlCredentials as) throws IOException {
    return serve(endpoint, as, options);
  }

  @Override
  LinkServer serveWith(LinkOptions with) throws IOException {
    return serve(control, control.credentials, with);
  }

  private LinkServer serve(ControlEndpoint endpoint, ControlCredentials as, LinkOptions with)
      throws IOException {
    LinkServer started =
        LinkServer.listen(
            endpoint,
            () -> as,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            with);
    port = started.port();
    return started;
  }

  @Override
  LinkTransport transport() {
    return new LinkTransport.Tls("127.0.0.1", port);
  }

  @Test
  void aManInTheMiddleLearnsNothingOfTheToken() throws Exception {
    JoinToken token = control.issueToken(Instant.now().plusSeconds(60));
    server.close();
    FakeControl impostor = new FakeControl(FakeControl.newAuthority());
    // The impostor knows the token's id, and would take any secret.
    impostor.tokens.put(token.id(), new FakeControl.KnownToken(token.secretSha256(), Instant.MAX));
    server = serve(impostor, impostor.credentials);

    assertThat(join(token)).isInstanceOf(GatewayEnrolment.Outcome.NotTrusted.class);
    assertThat(impostor.enrolled).hasValue(0);

    server.close();
    server = serve(control, control.credentials);
    assertThat(join(token)).isInstanceOf(GatewayEnrolment.Outcome.Joined.class);
  }

  @Test
  void anImpostorThatSendsTheRightAuthorityAlongIsNotBelieved() throws Exception {
    JoinToken token = control.issueToken(Instant.now().plusSeconds(60));
    server.close();
    FakeControl impostor = new FakeControl(FakeControl.newAuthority());
    server =
        serve(
            impostor,
            new ControlCredentials(
                impostor.credentials.privateKey(),
                impostor.credentials.certificate(),
                control.authority.certificate()));

    assertThat(join(token)).isInstanceOf(GatewayEnrolment.Outcome.NotTrusted.class);
    assertThat(impostor.enrolled).hasValue(0);
  }

  @Test
  void aGatewayCannotPlayTheControlPlane() throws Exception {
    JoinToken token = control.issueToken(Instant.now().plusSeconds(60));
    server.close();
    GatewayCredentials gatewayOnly = good();
    server =
        serve(
            control,
            new ControlCredentials(
                gatewayOnly.privateKey(), gatewayOnly.certificate(), gatewayOnly.authority()));

    assertThat(join(token)).isInstanceOf(GatewayEnrolment.Outcome.NotTrusted.class);
    assertThat(connect(good()).awaitConnected(Duration.ofMillis(500))).isFalse();
  }

  @Test
  void nobodyThereIsSaidSo() throws Exception {
    JoinToken token = control.issueToken(Instant.now().plusSeconds(60));
    server.close();
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    assertThat(join(token)).isInstanceOf(GatewayEnrolment.Outcome.Unreachable.class);
    port = 0;
    server = serve(control, control.credentials);
  }

  @Test
  void withoutACertificateThereIsNoLinkAndNoRenewal() throws Exception {
    ManagedChannel channel = channel(null, null);
    assertThat(statusOf(channel, Hello.getDefaultInstance()).getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(renewalStatus(channel)).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(control.connections).isEmpty();
  }

  @Test
  void aLeasesCertificateIsNotAGateways() throws Exception {
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    X509Certificate client =
        control.authority.issueClient(
            keys.getPublic(), "lse_1", Validity.lasting(Instant.now(), Duration.ofHours(1)));
    ManagedChannel channel = channel(keys.getPrivate(), client);

    assertThat(statusOf(channel, Hello.getDefaultInstance()).getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(renewalStatus(channel)).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void aMalformedHelloEndsTheCall() throws Exception {
    GatewayCredentials good = good();
    ManagedChannel channel = channel(good.privateKey(), good.certificate());

    assertThat(statusOf(channel, Hello.getDefaultInstance()).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(
            statusOf(
                    channel,
                    FromGateway.newBuilder().setHealth(Health.getDefaultInstance()).build())
                .getDescription())
        .contains("first message must be the hello");
    assertThat(control.connections).isEmpty();
  }

  @Test
  void aMessageBeyondTheLimitEndsTheCall() throws Exception {
    GatewayCredentials good = good();
    ManagedChannel channel = channel(good.privateKey(), good.certificate());

    Status status = statusOf(channel, Hello.newBuilder().setName("x".repeat(5 << 20)).build());

    assertThat(status.getCode())
        .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED, Status.Code.UNAVAILABLE);
    assertThat(control.connections).isEmpty();
  }

  @Test
  void silenceInsteadOfAHelloEndsTheCall() throws Exception {
    server.close();
    server = serveWith(options.withHelloTimeout(Duration.ofMillis(200)));
    GatewayCredentials good = good();
    ManagedChannel channel = channel(good.privateKey(), good.certificate());

    assertThat(statusOf(channel, (FromGateway) null).getCode())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void aConnectionEndsWithItsCertificate() throws Exception {
    Instant now = Instant.now();
    GatewayCredentials shortLived =
        credentials(
            "gtw_A", control.authority, new Validity(now.minusSeconds(3600), now.plusSeconds(3)));
    control.retired = false;
    // Seen from the gateway it is early, so that it does not renew.
    LinkClient client =
        connect(
            shortLived,
            LinkOptions.defaults(InstantSource.fixed(now.minusSeconds(3000)), new Random(7)));
    assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();

    assertThat(control.disconnections.poll(10, TimeUnit.SECONDS)).contains("expired");
  }

  private ManagedChannel channel(@Nullable PrivateKey key, @Nullable X509Certificate certificate)
      throws Exception {
    SslContextBuilder ssl =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
            .trustManager(control.authority.certificate());
    if (key != null && certificate != null) {
      ssl.keyManager(key, certificate);
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .overrideAuthority(Certificates.CONTROL_NAME)
            .sslContext(ssl.build())
            .build();
    open.add(channel::shutdownNow);
    return channel;
  }

  private static Status statusOf(ManagedChannel channel, Hello hello) throws Exception {
    return statusOf(channel, FromGateway.newBuilder().setHello(hello).build());
  }

  private static Status statusOf(ManagedChannel channel, @Nullable FromGateway first)
      throws Exception {
    CompletableFuture<Status> end = new CompletableFuture<>();
    StreamObserver<FromGateway> out =
        GatewayLinkGrpc.newStub(channel)
            .connect(
                new StreamObserver<FromControl>() {
                  @Override
                  public void onNext(FromControl message) {}

                  @Override
                  public void onError(Throwable failure) {
                    end.complete(Status.fromThrowable(failure));
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(Status.OK);
                  }
                });
    if (first != null) {
      out.onNext(first);
    }
    return end.get(10, TimeUnit.SECONDS);
  }

  private static Status.Code renewalStatus(ManagedChannel channel) {
    try {
      EnrolmentGrpc.newBlockingStub(channel).renew(RenewRequest.getDefaultInstance());
      return Status.Code.OK;
    } catch (io.grpc.StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }
}
