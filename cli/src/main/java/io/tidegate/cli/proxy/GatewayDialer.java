package io.tidegate.cli.proxy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Opens connections to a session's gateway: TLS 1.3, with the session's certificate, trusting
 * nothing but Tidegate's own authority.
 */
public final class GatewayDialer {
  /** A connection whose plaintext is one client's MongoDB bytes. */
  static final String MONGODB = "tidegate-mongodb/1";

  /** The connection that says somebody is there. */
  static final String PRESENCE = "tidegate-presence/1";

  private static final int CONNECT_MILLIS = 5_000;
  private static final int HANDSHAKE_MILLIS = 20_000;

  private final SSLContext tls;
  private final String host;
  private final int port;
  private final String serverName;

  private GatewayDialer(SSLContext tls, String host, int port, String serverName) {
    this.tls = tls;
    this.host = host;
    this.port = port;
    this.serverName = serverName;
  }

  /**
   * @param chainPem the session's certificate, and what else of its chain there is
   * @param authorityPem of the gateway's certificate
   * @param serverName what the gateway's certificate must be for
   * @throws GeneralSecurityException if the certificates cannot be used
   */
  public static GatewayDialer of(
      SessionKey key,
      String chainPem,
      String authorityPem,
      String host,
      int port,
      String serverName)
      throws GeneralSecurityException, IOException {
    char[] inMemory = new char[0];
    KeyStore mine = KeyStore.getInstance("PKCS12");
    mine.load(null, inMemory);
    mine.setKeyEntry(
        "session", key.privateKey(), inMemory, certificates(chainPem).toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(mine, inMemory);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, inMemory);
    int number = 0;
    for (Certificate authority : certificates(authorityPem)) {
      trusted.setCertificateEntry("authority" + number++, authority);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return new GatewayDialer(tls, host, port, serverName);
  }

  /**
   * Opens one connection.
   *
   * @throws IOException if the gateway cannot be reached or is not the right one
   */
  Tunnel dial(String protocol) throws IOException {
    Socket plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      plain.setTcpNoDelay(true);
      plain.setSoTimeout(HANDSHAKE_MILLIS);
      SSLSocket secure =
          (SSLSocket) tls.getSocketFactory().createSocket(plain, serverName, port, true);
      SSLParameters parameters = secure.getSSLParameters();
      parameters.setProtocols(new String[] {"TLSv1.3"});
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setApplicationProtocols(new String[] {protocol});
      secure.setSSLParameters(parameters);
      secure.startHandshake();
      if (!protocol.equals(secure.getApplicationProtocol())) {
        throw new SSLException("the gateway does not speak " + protocol);
      }
      plain.setSoTimeout(0);
      return new Tunnel(plain, secure);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  @Override
  public String toString() {
    return "GatewayDialer[" + host + ":" + port + "]";
  }

  private static Collection<? extends Certificate> certificates(String pem)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  /** A connection to the gateway. Aborting needs the socket underneath: TLS would say goodbye. */
  record Tunnel(Socket plain, SSLSocket secure) {
    void abort() {
      try {
        plain.close();
      } catch (IOException e) {
        // Closing is all there is to do.
      }
    }
  }
}
