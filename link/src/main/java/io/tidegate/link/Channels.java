package io.tidegate.link;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.JoinToken;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Opens gRPC channels to the control plane. */
final class Channels {
  private Channels() {}

  /** As a gateway with its certificate. */
  static ManagedChannel open(
      LinkTransport transport,
      GatewayCredentials credentials,
      LinkOptions options,
      Executor threads) {
    return switch (transport) {
      case LinkTransport.Tls tls -> {
        try {
          yield network(tls, LinkTls.client(credentials), options, threads);
        } catch (SSLException e) {
          throw new IllegalStateException("the gateway's credentials cannot be used", e);
        }
      }
      case LinkTransport.InProcess(String name) ->
          limited(InProcessChannelBuilder.forName(name), options, threads)
              .intercept(PeerCertificate.present(credentials.certificate()))
              .build();
    };
  }

  /** As a gateway that has a join token and nothing else. */
  static ManagedChannel open(
      LinkTransport transport, JoinToken token, LinkOptions options, Executor threads) {
    return switch (transport) {
      case LinkTransport.Tls tls -> {
        try {
          yield network(tls, LinkTls.client(token.authoritySha256()), options, threads);
        } catch (SSLException e) {
          throw new IllegalStateException("TLS cannot be set up", e);
        }
      }
      case LinkTransport.InProcess(String name) ->
          limited(InProcessChannelBuilder.forName(name), options, threads).build();
    };
  }

  private static ManagedChannel network(
      LinkTransport.Tls tls, SslContext ssl, LinkOptions options, Executor threads) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(new InetSocketAddress(tls.host(), tls.port()))
            // Whatever address was dialled, the control plane's certificate carries this name.
            .overrideAuthority(Certificates.CONTROL_NAME)
            .sslContext(ssl)
            .proxyDetector(_ -> null)
            .keepAliveTime(options.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(options.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS);
    return limited(builder, options, threads).build();
  }

  private static <B extends ManagedChannelBuilder<B>> B limited(
      B builder, LinkOptions options, Executor threads) {
    return builder
        .executor(threads)
        .maxInboundMessageSize(options.maxMessageBytes())
        .disableRetry();
  }
}
