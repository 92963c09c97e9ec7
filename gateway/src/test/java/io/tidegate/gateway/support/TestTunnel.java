package io.tidegate.gateway.support;

import io.tidegate.gateway.tunnel.Protocols;
import io.tidegate.link.trust.CertificateAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The command line's side of a tunnel: a local port, and a TLS connection for each one to it. */
public final class TestTunnel implements AutoCloseable {
  public final KeyPair keys = CertificateAuthority.newKeyPair(new SecureRandom());
  private final ServerSocket local;
  private volatile SSLContext tls;
  private volatile InetSocketAddress gateway;

  public TestTunnel() throws IOException {
    local = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public String address() {
    return "127.0.0.1:" + local.getLocalPort();
  }

  public String uri() {
    return "mongodb://" + address() + "/?directConnection=true&serverSelectionTimeoutMS=3000";
  }

  /** Uses this certificate from now on. */
  public void use(FakeControl control, String leaseId, InetSocketAddress gatewayAddress)
      throws Exception {
    X509Certificate certificate =
        control.authority.issueClient(keys.getPublic(), leaseId, FakeControl.validity());
    tls = context(keys, certificate, control.authority.certificate());
    gateway = gatewayAddress;
  }

  public static SSLContext context(
      KeyPair keys, X509Certificate certificate, X509Certificate authority) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        "client", keys.getPrivate(), new char[0], new X509Certificate[] {certificate, authority});
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(own, new char[0]);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", authority);
    TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }

  /** One connection to the gateway, handshake done. */
  public SSLSocket connect(String protocol) throws IOException {
    return connect(tls, gateway, protocol);
  }

  public static SSLSocket connect(SSLContext tls, InetSocketAddress gateway, String protocol)
      throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(gateway.getAddress(), gateway.getPort());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    socket.setSSLParameters(parameters);
    socket.setTcpNoDelay(true);
    socket.startHandshake();
    return socket;
  }

  private void accept() {
    while (!local.isClosed()) {
      try {
        Socket client = local.accept();
        client.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        SSLSocket tunnel = connect(Protocols.MONGODB)) {
      Thread up = Thread.ofVirtual().start(() -> copy(client, tunnel));
      copy(tunnel, client);
      up.join();
    } catch (IOException | InterruptedException e) {
      // The other side sees its connection close.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[64 * 1024];
      int read;
      while ((read = in.read(buffer)) >= 0) {
        out.write(buffer, 0, read);
        out.flush();
      }
    } catch (IOException e) {
      // As above.
    } finally {
      try {
        from.close();
        to.close();
      } catch (IOException e) {
        // Closed is closed.
      }
    }
  }

  @Override
  public void close() throws IOException {
    local.close();
  }
}
