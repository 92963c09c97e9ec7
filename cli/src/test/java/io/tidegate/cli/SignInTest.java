package io.tidegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.SignIn;
import io.tidegate.cli.remote.TokenFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignInTest {
  @TempDir Path folder;
  private FakeControl control;
  private Cli cli;

  @BeforeEach
  void start() throws Exception {
    control = new FakeControl();
    cli = new Cli(folder.resolve("config"));
  }

  @AfterEach
  void stop() {
    control.close();
  }

  private int login() throws Exception {
    Path password = folder.resolve("password");
    Files.writeString(password, "right\n");
    return cli.run(
        "login",
        "--domain",
        control.domain(),
        "--user",
        "engineer",
        "--password-file",
        password.toString());
  }

  private String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aPasswordFromAFileSignsInAndTheTokenIsForTheOwnerOnly() throws Exception {
    assertThat(login()).isZero();

    assertThat(cli.out()).contains("Signed in to " + control.domain() + " as engineer");
    Path file = folder.resolve("config/sign-ins.json");
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(folder.resolve("config"))).isEqualTo("rwx------");
    assertThat(Files.readString(file)).contains(FakeControl.TOKEN).doesNotContain("right");
    assertThat(cli.out() + cli.err()).doesNotContain(FakeControl.TOKEN).doesNotContain("right");
  }

  @Test
  void theLastDomainSignedInToIsMeantFromThenOn() throws Exception {
    login();
    assertThat(cli.run("whoami")).isZero();
    assertThat(cli.out()).contains("engineer (The engineer) at " + control.domain());

    assertThat(cli.run("whoami", "--output", "json")).isZero();
    assertThat(cli.out().lines()).hasSize(1).first().asString().startsWith("{\"id\":");
  }

  @Test
  void aTypedPasswordOrOneFromStandardInputWorksToo() throws Exception {
    cli.typed = "right";
    assertThat(cli.run("login", "--domain", control.domain(), "--user", "engineer")).isZero();
    cli.input = "right";
    assertThat(
            cli.run(
                "login",
                "--domain",
                control.domain(),
                "--user",
                "engineer",
                "--password-file",
                "-",
                "--output",
                "json"))
        .isZero();
    assertThat(cli.out().lines()).hasSize(1);
    assertThat(cli.out()).contains("\"user\":\"engineer\"").doesNotContain(FakeControl.TOKEN);
  }

  @Test
  void aWrongPasswordIsSaidAndNothingIsKept() {
    cli.typed = "wrong";
    assertThat(cli.run("login", "--domain", control.domain(), "--user", "engineer"))
        .isEqualTo(ExitCode.NOT_SIGNED_IN.number());
    assertThat(cli.err()).contains("The name or the password is wrong.");
    assertThat(cli.out()).isEmpty();
    assertThat(folder.resolve("config/sign-ins.json")).doesNotExist();
  }

  @Test
  void withoutATerminalAPasswordIsNotWaitedFor() {
    assertThat(cli.run("login", "--domain", control.domain(), "--user", "engineer"))
        .isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("--password-file");
  }

  @Test
  void aDeviceSignInShowsTheCodeAndWaits() {
    assertThat(cli.run("login", "--domain", control.domain())).isZero();
    assertThat(cli.err()).contains("WDJB-MJHT").contains(control.domain() + "/device");
    assertThat(control.count("POST /api/v1/auth/device/token")).isEqualTo(2);
  }

  @Test
  void nobodyThereIsSaid() {
    String domain = control.domain();
    control.close();
    cli.typed = "right";
    assertThat(cli.run("login", "--domain", domain, "--user", "engineer"))
        .isEqualTo(ExitCode.UNREACHABLE.number());
    assertThat(cli.err()).contains("Nobody answers at " + domain);
  }

  @Test
  void somethingElseThereIsSaid() throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          byte[] page = "<html>hello</html>".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    other.start();
    cli.typed = "right";
    try {
      assertThat(
              cli.run(
                  "login",
                  "--domain",
                  "http://127.0.0.1:" + other.getAddress().getPort(),
                  "--user",
                  "engineer"))
          .isEqualTo(ExitCode.UNREACHABLE.number());
      assertThat(cli.err()).contains("is not a Tidegate");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void aPasswordIsNotSentReadablyToAnotherMachine() {
    cli.typed = "right";
    assertThat(cli.run("login", "--domain", "http://tidegate.example.com", "--user", "engineer"))
        .isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("https");
  }

  @Test
  void anExpiredSignInIsNoticedHereAndThere() throws Exception {
    TokenFile file = new TokenFile(folder.resolve("config"));
    Domain domain = Domain.parse(control.domain());
    file.keep(new SignIn(domain, "engineer", "old", Instant.now().minusSeconds(60)));
    assertThat(cli.run("whoami")).isEqualTo(ExitCode.NOT_SIGNED_IN.number());
    assertThat(cli.err()).contains("expired 1 minute ago").contains("tidegate login");
    assertThat(control.calls).isEmpty();

    file.keep(new SignIn(domain, "engineer", "ended there", null));
    assertThat(cli.run("whoami")).isEqualTo(ExitCode.NOT_SIGNED_IN.number());
    assertThat(cli.err()).contains("has expired or was ended");

    assertThat(cli.run("whoami", "--output", "json")).isEqualTo(ExitCode.NOT_SIGNED_IN.number());
    assertThat(cli.err()).startsWith("{\"code\":\"not-signed-in\"").contains("\"exitCode\":3");
  }

  @Test
  void signingOutForgetsAndTellsTheOtherSide() throws Exception {
    login();
    assertThat(cli.run("logout")).isZero();
    assertThat(control.count("POST /api/v1/auth/logout")).isEqualTo(1);
    assertThat(Files.readString(folder.resolve("config/sign-ins.json")))
        .doesNotContain(FakeControl.TOKEN);
    assertThat(cli.run("whoami", "--domain", control.domain()))
        .isEqualTo(ExitCode.NOT_SIGNED_IN.number());
  }

  @Test
  void aLoosenedFileIsTightenedAndABrokenOneIsSaid() throws Exception {
    login();
    Path file = folder.resolve("config/sign-ins.json");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(cli.run("whoami")).isZero();
    assertThat(mode(file)).isEqualTo("rw-------");

    Files.writeString(file, "not json");
    assertThat(cli.run("whoami")).isEqualTo(ExitCode.FAILURE.number());
    assertThat(cli.err()).contains("Remove it and sign in again.");
  }

  @Test
  void signInsOfTwoDomainsStandSideBySide() throws Exception {
    login();
    new TokenFile(folder.resolve("config"))
        .keep(new SignIn(Domain.parse("https://other.example.com"), "someone", "t2", null));
    assertThat(cli.run("whoami", "--domain", control.domain())).isZero();
  }
}
