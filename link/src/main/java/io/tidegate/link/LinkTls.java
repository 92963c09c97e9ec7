package io.tidegate.link;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.GatewayCredentials;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS 1.3 as both ends of the link speak it; nothing but Tidegate's own authority counts. */
final class LinkTls {
  private static final String PROTOCOL = "TLSv1.3";

  private LinkTls() {}

  /**
   * The control plane's side. A client certificate is optional in the handshake, because enrolment
   * comes without one; a wrong one still fails it. The key is asked for at each handshake, so a
   * renewed certificate needs no restart.
   */
  static SslContext server(Supplier<ControlCredentials> credentials) throws SSLException {
    return GrpcSslContexts.configure(
            SslContextBuilder.forServer(new ControlKeys(credentials)), SslProvider.JDK)
        .trustManager(trusting(credentials.get().authority()))
        .clientAuth(ClientAuth.OPTIONAL)
        .protocols(PROTOCOL)
        .build();
  }

  /** A gateway's side, once it has its certificate. */
  static SslContext client(GatewayCredentials credentials) throws SSLException {
    return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
        .keyManager(credentials.privateKey(), credentials.certificate(), credentials.authority())
        .trustManager(trusting(credentials.authority()))
        .protocols(PROTOCOL)
        .build();
  }

  /** A gateway's side before: the authority is known by its hash only. */
  static SslContext client(byte[] authoritySha256) throws SSLException {
    return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
        .trustManager(new Pinned(authoritySha256))
        .protocols(PROTOCOL)
        .build();
  }

  static X509ExtendedTrustManager trusting(X509Certificate authority) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("authority", authority);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the authority's certificate cannot be used", e);
    }
  }

  /** The pin of a join token did not fit: whoever answered is not the control plane. */
  static final class PinMismatchException extends CertificateException {
    private static final long serialVersionUID = 1L;

    PinMismatchException() {
      super("the control plane's authority is not the one that the join token names");
    }
  }

  /** Trusts the one authority with a known hash, which the server must send along. */
  private static final class Pinned extends X509ExtendedTrustManager {
    private final byte[] authoritySha256;

    Pinned(byte[] authoritySha256) {
      this.authoritySha256 = authoritySha256.clone();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      for (X509Certificate certificate : chain) {
        if (MessageDigest.isEqual(Certificates.sha256(certificate), authoritySha256)) {
          // The hash fits: from here on, the usual checks under this authority.
          trusting(certificate)
              .checkServerTrusted(new X509Certificate[] {chain[0]}, authType, engine);
          return;
        }
      }
      throw new PinMismatchException();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw new CertificateException("not used over sockets");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("not used without a connection");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static final class ControlKeys extends X509ExtendedKeyManager {
    private static final String ALIAS = "control";
    private final Supplier<ControlCredentials> credentials;

    ControlKeys(Supplier<ControlCredentials> credentials) {
      this.credentials = credentials;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      return keyType.equals("EC") ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, Socket socket) {
      return keyType.equals("EC") ? ALIAS : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      ControlCredentials now = credentials.get();
      return new X509Certificate[] {now.certificate(), now.authority()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return credentials.get().privateKey();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyType, Principal @Nullable [] issuers, Socket socket) {
      return null;
    }
  }
}
