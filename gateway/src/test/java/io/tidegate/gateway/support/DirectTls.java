package io.tidegate.gateway.support;

import java.io.IOException;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The TLS of clients at a cluster's own port. */
public final class DirectTls {
  private DirectTls() {}

  /** Trusts this authority, and shows no certificate. */
  public static SSLContext trusting(X509Certificate authority) throws Exception {
    return context(authority, null, List.of());
  }

  /** Trusts this authority, and shows a certificate. */
  public static SSLContext context(
      X509Certificate authority, KeyPair keys, List<X509Certificate> chain) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", authority);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (keys != null) {
      store.setKeyEntry(
          "client", keys.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
    }
    own.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** One connection that says what a test tells it to, handshake done. */
  public static RawClient connect(SSLContext tls, int port) throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.startHandshake();
    return new RawClient(socket);
  }
}
