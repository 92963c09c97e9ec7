package io.tidegate.gateway.tunnel;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tidegate.link.trust.GatewayCredentials;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/** The server side of a tunnel's mutual TLS: BoringSSL where it is there, the JDK's elsewhere. */
public final class TunnelTls {
  private TunnelTls() {}

  /**
   * Asks every client for a certificate of Tidegate's authority.
   *
   * @throws SSLException when the credentials cannot be used
   */
  public static SslContext server(GatewayCredentials credentials) throws SSLException {
    return SslContextBuilder.forServer(
            credentials.privateKey(), credentials.chain().toArray(X509Certificate[]::new))
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .trustManager(credentials.authority())
        .clientAuth(ClientAuth.REQUIRE)
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                Protocols.MONGODB,
                Protocols.PRESENCE))
        .build();
  }
}
