package io.tidegate.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.cli.FakeGateway;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.trust.Validity;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LocalProxyTest {
  private final SecureRandom random = new SecureRandom();
  private final BlockingQueue<IOException> troubles = new LinkedBlockingQueue<>();
  private FakeGateway gateway;
  private LocalProxy proxy;

  @BeforeEach
  void start() throws Exception {
    gateway = new FakeGateway();
    proxy = LocalProxy.bind(0);
  }

  @AfterEach
  void stop() {
    proxy.close();
    gateway.close();
  }

  private GatewayDialer dialer(CertificateAuthority trusted, String serverName) throws Exception {
    SessionKey key = SessionKey.generate(random);
    String certificate =
        Pem.certificate(
            gateway.authority.issueClient(
                Pem.readPublicKey(key.publicKeyPem()),
                "lse_1",
                Validity.lasting(Instant.now(), Duration.ofHours(1))));
    return GatewayDialer.of(
        key, certificate, trusted.certificatePem(), "127.0.0.1", gateway.port(), serverName);
  }

  private GatewayDialer dialer() throws Exception {
    return dialer(gateway.authority, Certificates.gatewayServerName(FakeGateway.ID));
  }

  private Socket connect() throws IOException {
    return new Socket("127.0.0.1", proxy.port());
  }

  @Test
  void bytesPassUnchangedBothWays() throws Exception {
    proxy.serve(dialer(), troubles::add);
    byte[] data = new byte[5 << 20];
    new Random(1).nextBytes(data);
    try (Socket socket = connect()) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(() -> {
            try {
              socket.getOutputStream().write(data);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      byte[] back = new DataInputStream(socket.getInputStream()).readNBytes(data.length);
      writing.get(10, TimeUnit.SECONDS);
      assertThat(Arrays.equals(back, data)).isTrue();
    }
    assertThat(troubles).isEmpty();
  }

  @Test
  void oneSideMayFinishSpeakingBeforeTheOther() throws Exception {
    gateway.answerOnlyAtEnd = true;
    proxy.serve(dialer(), troubles::add);
    try (Socket socket = connect()) {
      socket.getOutputStream().write("whole question".getBytes(StandardCharsets.UTF_8));
      assertThat(gateway.inputEnded.await(200, TimeUnit.MILLISECONDS)).isFalse();
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("whole question");
    }
  }

  @Test
  void twoHundredConnectionsSideBySide() throws Exception {
    proxy.serve(dialer(), troubles::add);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Socket> sockets = new ArrayList<>();
      for (int n = 0; n < 200; n++) {
        sockets.add(connect());
      }
      List<Future<Boolean>> answers = new ArrayList<>();
      for (int n = 0; n < 200; n++) {
        Socket socket = sockets.get(n);
        byte[] mine = new byte[10_000];
        new Random(n).nextBytes(mine);
        answers.add(
            threads.submit(() -> {
              socket.getOutputStream().write(mine);
              socket.shutdownOutput();
              return Arrays.equals(socket.getInputStream().readAllBytes(), mine);
            }));
      }
      for (Future<Boolean> answer : answers) {
        assertThat(answer.get(30, TimeUnit.SECONDS)).as("troubles %s", troubles).isTrue();
      }
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertThat(gateway.mongodb).hasValue(200);
    assertThat(gateway.leases).containsOnly("lse_1");
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (proxy.connections() > 0 && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    assertThat(proxy.connections()).isZero();
  }

  @Test
  void whatTheGatewayCutsIsCutHere() throws Exception {
    proxy.serve(dialer(), troubles::add);
    try (Socket socket = connect()) {
      socket.getOutputStream().write(1);
      assertThat(socket.getInputStream().read()).isEqualTo(1);
      gateway.cut();
      assertThat(ended(socket)).isTrue();
    }
  }

  @Test
  void closingCutsEverything() throws Exception {
    proxy.serve(dialer(), troubles::add);
    try (Socket socket = connect()) {
      socket.getOutputStream().write(1);
      assertThat(socket.getInputStream().read()).isEqualTo(1);
      proxy.close();
      assertThat(ended(socket)).isTrue();
    }
    assertThat(refusesSoon()).isTrue();
  }

  /** The port itself goes when the thread that listened has woken up. */
  private boolean refusesSoon() throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < end) {
      try {
        connect().close();
      } catch (IOException e) {
        return true;
      }
      Thread.sleep(5);
    }
    return false;
  }

  @Test
  void aGatewayOfAnotherAuthorityGetsNoByte() throws Exception {
    CertificateAuthority other =
        CertificateAuthority.create(
            "other", Validity.lasting(Instant.now(), Duration.ofDays(1)), random);
    proxy.serve(dialer(other, Certificates.gatewayServerName(FakeGateway.ID)), troubles::add);
    try (Socket socket = connect()) {
      assertThat(ended(socket)).isTrue();
    }
    assertThat(troubles.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(gateway.mongodb).hasValue(0);
  }

  @Test
  void anotherGatewayOfTheSameAuthorityIsNotBelieved() throws Exception {
    proxy.serve(
        dialer(gateway.authority, Certificates.gatewayServerName("gtw_OTHER")), troubles::add);
    try (Socket socket = connect()) {
      assertThat(ended(socket)).isTrue();
    }
    assertThat(troubles.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(gateway.mongodb).hasValue(0);
  }

  @Test
  void aTakenPortIsRefused() {
    assertThatThrownBy(() -> LocalProxy.bind(proxy.port())).isInstanceOf(IOException.class);
  }

  private static boolean ended(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }
}
