package io.tidegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.SignIn;
import io.tidegate.cli.remote.TokenFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DbAccessTest {
  @TempDir Path folder;
  private FakeControl control;
  private Cli cli;

  @BeforeEach
  void start() throws Exception {
    control = new FakeControl();
    cli = new Cli(folder.resolve("config"));
    new TokenFile(cli.config)
        .keep(new SignIn(Domain.parse(control.domain()), "engineer", FakeControl.TOKEN, null));
  }

  @AfterEach
  void stop() {
    control.close();
  }

  private Cli.Running readonly(String... more) {
    return access("readonly", more);
  }

  private Cli.Running access(String account, String... more) {
    String[] arguments = new String[6 + more.length];
    System.arraycopy(
        new String[] {"db", "access", "--resource", "orders-db", "--account", account},
        0,
        arguments,
        0,
        6);
    System.arraycopy(more, 0, arguments, 6, more.length);
    return cli.start(arguments);
  }

  private JsonObject ready() throws InterruptedException {
    Cli.await(() -> cli.out().contains("}\n"));
    return JsonParser.parseString(cli.out()).getAsJsonObject();
  }

  private static String echo(String uri, String text) throws Exception {
    URI parsed = URI.create(uri);
    try (Socket socket = new Socket("127.0.0.1", parsed.getPort())) {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aProgramGetsOneLineAndAnAddressThatWorksUntilItStops() throws Exception {
    Cli.Running running = readonly("--output", "json", "--duration", "1h");

    JsonObject line = ready();
    assertThat(line.keySet()).containsExactly("uri", "sessionId", "expiresAt");
    String uri = line.get("uri").getAsString();
    assertThat(uri).matches("mongodb://127\\.0\\.0\\.1:\\d+/\\?directConnection=true");
    assertThat(echo(uri, "hello")).isEqualTo("hello");
    assertThat(control.gateway.leases).containsOnly("lse_1");
    assertThat(control.gateway.presences).hasValue(1);
    assertThat(control.drafts.getFirst().get("advertisedAddress").getAsString())
        .isEqualTo("127.0.0.1:" + URI.create(uri).getPort());

    running.interrupt();
    assertThat(running.exitCode()).isZero();
    String id = line.get("sessionId").getAsString();
    assertThat(control.count("POST /api/v1/sessions/" + id + "/end")).isEqualTo(1);
    assertThat(cli.out().lines()).hasSize(1);
    Cli.await(() -> control.gateway.presentNow() == 0);
  }

  @Test
  void aPersonIsToldAllThatIsNeeded() throws Exception {
    Cli.Running running = readonly();
    Cli.await(() -> cli.out().contains("recorded"));

    assertThat(cli.out())
        .contains("orders-db as readonly, until ")
        .contains("(1 hour left)")
        .containsPattern("connect   mongosh \"mongodb://127.0.0.1:\\d+/\\?directConnection=true\"")
        .contains("Ctrl+C")
        .doesNotContain("\u001b");
    running.interrupt();
    assertThat(running.exitCode()).isZero();
  }

  @Test
  void aLiveGrantIsUsedUnlessRenewedAndAnothersIsNot() throws Exception {
    control.grant("readwrite");
    Cli.Running first = readonly("--output", "json");
    ready();
    first.interrupt();
    first.exitCode();
    assertThat(control.count("POST /api/v1/requests")).isEqualTo(1);

    Cli.Running second = readonly("--output", "json");
    ready();
    second.interrupt();
    second.exitCode();
    assertThat(control.count("POST /api/v1/requests")).isEqualTo(1);
    assertThat(cli.err()).contains("Your access lives until");

    Cli.Running third = readonly("--output", "json", "--renew");
    ready();
    third.interrupt();
    third.exitCode();
    assertThat(control.count("POST /api/v1/requests")).isEqualTo(2);
  }

  @Test
  void waitsForApprovalAndGoesOnByItself() throws Exception {
    Cli.Running running = access("readwrite", "--reason", "a fix", "--output", "json");
    Cli.await(() -> cli.err().contains("Ctrl+C stops waiting"));
    String id = control.requests.keySet().iterator().next();
    assertThat(cli.err())
        .contains("owner (The owner)")
        .contains("tidegate requests approve " + id)
        .contains(control.domain() + "/approvals/" + id);
    assertThat(cli.out()).isEmpty();

    control.decide(id, "ACTIVE", "go ahead");

    assertThat(echo(ready().get("uri").getAsString(), "x")).isEqualTo("x");
    assertThat(cli.err()).contains("Approved by owner: go ahead");
    running.interrupt();
    assertThat(running.exitCode()).isZero();
  }

  @Test
  void aDenialIsSaidWithItsReason() throws Exception {
    Cli.Running running = access("readwrite", "--reason", "a fix");
    Cli.await(() -> cli.err().contains("waits for approval"));
    control.decide(control.requests.keySet().iterator().next(), "REJECTED", "not today");

    assertThat(running.exitCode()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(cli.err()).contains("Denied by owner: not today");
    assertThat(control.drafts).isEmpty();
  }

  @Test
  void stoppingToWaitKeepsTheRequestAndTheSameCommandGoesOnWithIt() throws Exception {
    Cli.Running running = access("readwrite", "--reason", "a fix");
    Cli.await(() -> cli.err().contains("Ctrl+C stops waiting"));
    String id = control.requests.keySet().iterator().next();
    running.interrupt();
    assertThat(running.exitCode()).isEqualTo(ExitCode.INTERRUPTED.number());
    assertThat(cli.err()).contains("requests cancel " + id);
    assertThat(control.request(id).get("status").getAsString()).isEqualTo("PENDING_APPROVAL");

    Cli.Running again = access("readwrite", "--reason", "a fix");
    Cli.await(() -> cli.err().contains("Going on with your request"));
    Cli.await(() -> cli.err().contains("waits for approval"));
    assertThat(control.count("POST /api/v1/requests")).isEqualTo(1);
    again.interrupt();
    again.exitCode();

    Cli.Running other = access("readwrite", "--reason", "another matter");
    Cli.await(() -> cli.err().contains("waits for approval"));
    assertThat(control.count("POST /api/v1/requests")).isEqualTo(2);
    other.interrupt();
    other.exitCode();
  }

  @Test
  void theEndIsToldWithItsReasonAndExitCode() throws Exception {
    Cli.Running running = readonly("--output", "json");
    ready();
    Cli.await(() -> control.gateway.presentNow() == 1);
    control.gateway.tell("{\"type\":\"ending\",\"at\":\"2026-11-23T09:00:00Z\"}");
    control.gateway.tell(
        "{\"type\":\"ended\",\"code\":\"revoked\",\"reason\":\"Revoked by security: audit.\"}");

    Cli.await(() -> cli.err().contains("Revoked by security: audit."));
    assertThat(running.thread().isAlive()).isTrue();
    running.interrupt();
    assertThat(running.exitCode()).isEqualTo(ExitCode.ENDED.number());
  }

  @Test
  void timeRunsOutEvenIfNobodySaysSo() throws Exception {
    control.sessionLength = Duration.ofMillis(61_500);
    Cli.Running running = readonly("--output", "json");
    ready();
    Cli.await(() -> cli.err().contains("1 minute left"));
    assertThat(cli.err()).doesNotContain("5 minutes left").doesNotContain("has ended");
    running.interrupt();
    assertThat(running.exitCode()).isZero();
  }

  @Test
  void aLostPresenceIsOpenedAgain() throws Exception {
    Cli.Running running = readonly("--output", "json");
    String uri = ready().get("uri").getAsString();
    control.gateway.cut();
    Cli.await(() -> control.gateway.presences.get() == 2);
    assertThat(echo(uri, "still")).isEqualTo("still");
    running.interrupt();
    assertThat(running.exitCode()).isZero();
  }

  @Test
  void aSessionThatEndedUnseenIsNoticed() throws Exception {
    Cli.Running running = readonly("--output", "json");
    String id = ready().get("sessionId").getAsString();
    JsonObject session = control.session(id);
    session.addProperty("status", "TERMINATED");
    session.addProperty("endSentence", "Ended by security.");
    control.gateway.close();

    Cli.await(() -> cli.err().contains("Ended by security."));
    running.interrupt();
    assertThat(running.exitCode()).isEqualTo(ExitCode.ENDED.number());
  }

  @Test
  void aClientRunsWithTheAddressAndItsExitCodeIsTheCommands() throws Exception {
    Path file = folder.resolve("seen");
    Cli.Running running =
        readonly(
            "--exec",
            "sh",
            "--",
            "-c",
            "echo \"$1 $TIDEGATE_URI\" > " + file + "; exit 9",
            "client",
            "{uri}");
    assertThat(running.exitCode()).isEqualTo(9);
    String[] seen = Files.readString(file).strip().split(" ");
    assertThat(seen[0]).isEqualTo(seen[1]).startsWith("mongodb://127.0.0.1:");
    assertThat(control.calls).anyMatch(call -> call.endsWith("/end"));
  }

  @Test
  void aClientThatIsNotThereIsSaid() throws Exception {
    Cli.Running running = readonly("--exec", "/no/such/client");
    assertThat(running.exitCode()).isEqualTo(ExitCode.FAILURE.number());
    assertThat(cli.err()).contains("/no/such/client cannot be started");
    assertThat(control.calls).anyMatch(call -> call.endsWith("/end"));
  }

  @Test
  void localAuthPutsAPasswordInTheAddressAndOnlyItsVerifierOnTheWire() throws Exception {
    Cli.Running running = readonly("--output", "json", "--local-auth");
    JsonObject line = ready();
    String uri = line.get("uri").getAsString();
    assertThat(uri)
        .startsWith("mongodb://" + line.get("sessionId").getAsString() + ":")
        .endsWith("/?directConnection=true&authSource=admin&authMechanism=SCRAM-SHA-256");
    String password = uri.substring(uri.indexOf(':', 10) + 1, uri.indexOf('@'));
    JsonObject verifier = control.drafts.getFirst().getAsJsonObject("localAuth");
    assertThat(verifier.keySet()).containsExactly("salt", "iterations", "storedKey", "serverKey");
    assertThat(control.drafts.getFirst().toString()).doesNotContain(password);
    running.interrupt();
    running.exitCode();
  }

  @Test
  void withLocalAuthTheAddressIsNeverAnArgument() throws Exception {
    Path file = folder.resolve("seen");
    Cli.Running running =
        readonly("--local-auth", "--exec", "sh", "--", "-c", "echo \"$#\" > " + file, "client");
    assertThat(running.exitCode()).isZero();
    assertThat(Files.readString(file).strip()).isEqualTo("0");

    Cli.Running placed = readonly("--local-auth", "--exec", "sh", "--", "-c", "true", "{uri}");
    assertThat(placed.exitCode()).isEqualTo(ExitCode.USAGE.number());
  }

  @Test
  void aTakenPortIsSaidBeforeAnythingIsAsked() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Cli.Running running = readonly("--port", String.valueOf(taken.getLocalPort()));
      assertThat(running.exitCode()).isEqualTo(ExitCode.FAILURE.number());
      assertThat(cli.err()).contains("something else uses it").contains("--port");
      assertThat(control.calls).isEmpty();
    }
  }

  @Test
  void whatCannotBeIsSaidWithItsExitCode() throws Exception {
    assertThat(cli.run("db", "access", "--resource", "nope", "--account", "readonly"))
        .isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(cli.err())
        .contains("There is no resource of that name.\n  See what you can ask for with `tidegate");
    assertThat(access("admin").exitCode()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(access("readwrite").exitCode()).isEqualTo(ExitCode.USAGE.number());
    assertThat(readonly("--duration", "soon").exitCode()).isEqualTo(ExitCode.USAGE.number());
    assertThat(readonly("stray").exitCode()).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.run("db", "access")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("--resource").contains("See `tidegate db access --help`");
    control.gatewayProblem = "The target refused the stored password.";
    assertThat(readonly().exitCode()).isEqualTo(ExitCode.FAILURE.number());
    assertThat(cli.err()).contains("The target refused the stored password.");
  }

  @Test
  void aGatewayThatCannotBeReachedEndsTheSessionAgain() throws Exception {
    control.gateway.close();
    Instant before = Instant.now();
    Cli.Running running = readonly();
    Cli.await(() -> !control.drafts.isEmpty());
    assertThat(running.exitCode()).isEqualTo(ExitCode.UNREACHABLE.number());
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(19));
    assertThat(control.calls).anyMatch(call -> call.endsWith("/end"));
  }
}
