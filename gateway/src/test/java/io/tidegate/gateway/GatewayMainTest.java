package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.gateway.support.FakeControl;
import io.tidegate.link.ControlCredentials;
import io.tidegate.link.LinkOptions;
import io.tidegate.link.LinkServer;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.JoinToken;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway as a process of its own: joins once by a token, and is known from then on. */
class GatewayMainTest {
  @TempDir Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private FakeControl control;
  private LinkServer link;

  @BeforeEach
  void open() throws Exception {
    control = new FakeControl();
    KeyPair keys = CertificateAuthority.newKeyPair(new SecureRandom());
    ControlCredentials credentials =
        new ControlCredentials(
            keys.getPrivate(),
            control.authority.issueControl(keys.getPublic(), List.of(), FakeControl.validity()),
            control.authority.certificate());
    link =
        LinkServer.listen(
            control,
            () -> credentials,
            new InetSocketAddress("127.0.0.1", 0),
            LinkOptions.defaults(InstantSource.system(), new SecureRandom()));
  }

  @AfterEach
  void close() {
    link.close();
  }

  private int run(CountDownLatch stop, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--control",
                "127.0.0.1:" + link.port(),
                "--data",
                data.toString(),
                "--port",
                "0",
                "--name",
                "east"));
    arguments.addAll(List.of(more));
    return GatewayMain.run(
        arguments.toArray(String[]::new),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        stop);
  }

  private void runUntilConnected(String... more) throws Exception {
    CountDownLatch stop = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Integer> code = thread.submit(() -> run(stop, more));
      try {
        assertThat(control.gateway().hello().name()).isEqualTo("east");
      } finally {
        stop.countDown();
      }
      assertThat(code.get(10, TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void joinsOnceAndNeedsNoTokenAfterwards() throws Exception {
    JoinToken token = control.invite();

    runUntilConnected("--join", token.encoded());

    assertThat(out.toString(StandardCharsets.UTF_8)).contains("gateway east (gtw_joined) listens");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("gateway.pem"))))
        .isEqualTo("rw-------");
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain(token.encoded());
    control.forgetGateway();
    runUntilConnected();
  }

  @Test
  void dismissedItStopsAndSaysWhy() throws Exception {
    JoinToken token = control.invite();
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Integer> code =
          thread.submit(() -> run(new CountDownLatch(1), "--join", token.encoded()));
      control.gateway().dismiss("gateway-retired", "This gateway was retired; join it again.");

      assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(3);
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("was retired; join it again");
  }

  @Test
  void dismissedItJoinsAgainWithANewToken() throws Exception {
    runUntilConnected("--join", control.invite().encoded());
    byte[] old = Files.readAllBytes(data.resolve("gateway.pem"));
    control.forgetGateway();
    JoinToken token = control.invite();
    CountDownLatch stop = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Integer> code = thread.submit(() -> run(stop, "--join", token.encoded()));
      var first = control.gateway();
      // It is known, so its token is not spent before it is needed.
      assertThat(Files.readAllBytes(data.resolve("gateway.pem"))).isEqualTo(old);
      control.forgetGateway();
      first.dismiss("certificate-replaced", "Replaced.");

      assertThat(control.gateway().certificate()).isNotEqualTo(first.certificate());
      stop.countDown();
      assertThat(code.get(10, TimeUnit.SECONDS)).isZero();
    }
    assertThat(Files.readAllBytes(data.resolve("gateway.pem"))).isNotEqualTo(old);
  }

  @Test
  void withoutTokenAndIdentityItSaysWhatToDo() throws Exception {
    assertThat(run(new CountDownLatch(0))).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("--join TOKEN");
  }

  @Test
  void aTokenOfAnotherControlPlaneIsNotShownToThisOne() throws Exception {
    JoinToken foreign = new FakeControl().invite();

    assertThat(run(new CountDownLatch(0), "--join", foreign.encoded())).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("Nothing was sent");
  }

  @Test
  void wrongUsageIsSaid() throws Exception {
    assertThat(run(new CountDownLatch(0), "--frobnicate", "1")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("--frobnicate");
  }
}
