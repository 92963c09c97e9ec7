package io.tidegate.cli;

import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.Validity;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A gateway's tunnel: mutual TLS, both protocols, and an echo where MongoDB would be. */
public final class FakeGateway implements AutoCloseable {
  public static final String ID = "gtw_01TEST";

  public final CertificateAuthority authority;
  public final List<String> leases = new CopyOnWriteArrayList<>();
  public final AtomicInteger mongodb = new AtomicInteger();
  public final AtomicInteger presences = new AtomicInteger();
  public final CountDownLatch inputEnded = new CountDownLatch(1);
  public volatile boolean answerOnlyAtEnd;
  private final Set<SSLSocket> present = ConcurrentHashMap.newKeySet();
  private final Set<Socket> all = ConcurrentHashMap.newKeySet();
  private final SSLServerSocket listener;

  public FakeGateway() throws Exception {
    SecureRandom random = new SecureRandom();
    Instant now = Instant.now();
    authority =
        CertificateAuthority.create("test", Validity.lasting(now, Duration.ofDays(2)), random);
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    X509Certificate certificate =
        authority.issueGateway(
            keys.getPublic(), ID, List.of(), Validity.lasting(now, Duration.ofDays(1)));
    KeyStore mine = KeyStore.getInstance("PKCS12");
    mine.load(null, null);
    mine.setKeyEntry(
        "gateway",
        keys.getPrivate(),
        new char[0],
        new Certificate[] {certificate, authority.certificate()});
    mine.setCertificateEntry("authority", authority.certificate());
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(mine, new char[0]);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(mine);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
    listener =
        (SSLServerSocket)
            tls.getServerSocketFactory()
                .createServerSocket(0, 512, InetAddress.getLoopbackAddress());
    listener.setNeedClientAuth(true);
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Says something on every presence connection. */
  public void tell(String line) throws IOException {
    for (SSLSocket one : present) {
      one.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      one.getOutputStream().flush();
    }
  }

  public int presentNow() {
    return present.size();
  }

  /** Cuts every connection. */
  public void cut() throws IOException {
    for (Socket one : all) {
      one.close();
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      cut();
    } catch (IOException e) {
      // It is going anyway.
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(SSLSocket socket) {
    all.add(socket);
    try (socket) {
      socket.setHandshakeApplicationProtocolSelector((_, offered) -> offered.getFirst());
      socket.startHandshake();
      leases.add(
          String.valueOf(
              Certificates.leaseIdOf(
                  (X509Certificate) socket.getSession().getPeerCertificates()[0])));
      if (socket.getApplicationProtocol().equals("tidegate-presence/1")) {
        presences.incrementAndGet();
        present.add(socket);
        InputStream in = socket.getInputStream();
        while (in.read() >= 0) {
          // What comes is thrown away.
        }
        return;
      }
      mongodb.incrementAndGet();
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      if (answerOnlyAtEnd) {
        byte[] everything = in.readAllBytes();
        inputEnded.countDown();
        out.write(everything);
        out.flush();
        socket.shutdownOutput();
        return;
      }
      in.transferTo(out);
      socket.shutdownOutput();
    } catch (IOException e) {
      // The other side went.
    } finally {
      present.remove(socket);
      all.remove(socket);
    }
  }
}
