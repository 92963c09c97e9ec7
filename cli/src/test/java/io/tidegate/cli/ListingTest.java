package io.tidegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.SignIn;
import io.tidegate.cli.remote.TokenFile;
import io.tidegate.ledger.Ledger;
import io.tidegate.ledger.LedgerKeys;
import io.tidegate.ledger.LedgerOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListingTest {
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

  @Test
  void resourcesShowHowAccessIsGiven() {
    assertThat(cli.run("resources", "list")).isZero();
    assertThat(cli.out())
        .containsPattern("orders-db +shop +readonly +at once +8h")
        .containsPattern("orders-db +shop +readwrite +after approval, reason required +1h");
  }

  @Test
  void listsForProgramsAreOneLineOfJson() {
    assertThat(cli.run("resources", "list", "-o", "json")).isZero();
    assertThat(cli.out().lines()).hasSize(1);
    assertThat(JsonParser.parseString(cli.out()).getAsJsonObject().getAsJsonArray("items"))
        .hasSize(1);
  }

  @Test
  void emptyListsSayWhatToDo() {
    assertThat(cli.run("requests", "list")).isZero();
    assertThat(cli.out()).contains("Ask with `tidegate db access`");
    assertThat(cli.run("requests", "list", "--to-approve")).isZero();
    assertThat(cli.out()).contains("No request waits for your decision.");
    assertThat(cli.run("sessions", "list")).isZero();
    assertThat(cli.out()).contains("There are no sessions yet.");
  }

  /** Who decides has often asked for nothing, and must not believe that nothing waits. */
  @Test
  void whoAskedForNothingIsToldWhatWaitsForThem() throws Exception {
    Cli.Running waiting =
        cli.start(
            "db", "access", "--resource", "orders-db", "--account", "readwrite", "--reason", "fix");
    Cli.await(() -> cli.err().contains("Ctrl+C stops waiting"));
    waiting.interrupt();
    waiting.exitCode();

    assertThat(cli.run("requests", "list")).isZero();
    assertThat(cli.out()).contains("readwrite").doesNotContain("--to-approve");
    control.me = "owner";
    assertThat(cli.run("requests", "list")).isZero();
    assertThat(cli.out())
        .contains("You have asked for nothing yet.")
        .contains("1 request waits for your decision: `tidegate requests list --to-approve`.");
    assertThat(cli.run("requests", "list", "-o", "json")).isZero();
    assertThat(cli.out().strip()).isEqualTo("{\"items\":[]}");
    assertThat(cli.run("requests", "list", "--status", "rejected")).isZero();
    assertThat(cli.out().strip()).isEqualTo("No request is rejected.");
  }

  @Test
  void rolesAreSaidInWordsAndPlacesByName() {
    assertThat(cli.run("whoami")).isZero();
    assertThat(cli.out()).contains("  project read only in shop", "  organization member");
  }

  @Test
  void whatIsNotUnderstoodIsNamed() {
    assertThat(cli.run("seshuns")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("`tidegate` has no command 'seshuns'.");
    assertThat(cli.run("sessions", "lst")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("`tidegate sessions` has no command 'lst'.", "list");
    assertThat(cli.run("sessions", "list", "--liv")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("`tidegate sessions list` has no option --liv.", "--live");
    assertThat(cli.run("whoami", "now")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("`tidegate whoami` does not take 'now'.");
  }

  @Test
  void whatIsNotThereIsLookedUpInTheList() {
    assertThat(cli.run("db", "access", "--resource", "nope", "--account", "readonly"))
        .isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(cli.err()).contains("tidegate resources list");
  }

  @Test
  void aRequestIsSeenApprovedAndItsAccessRevoked() throws Exception {
    Cli.Running waiting =
        cli.start(
            "db", "access", "--resource", "orders-db", "--account", "readwrite", "--reason", "fix");
    Cli.await(() -> cli.err().contains("Ctrl+C stops waiting"));
    waiting.interrupt();
    waiting.exitCode();
    String id = control.requests.keySet().iterator().next();

    assertThat(cli.run("requests", "list")).isZero();
    assertThat(cli.out()).contains(id, "engineer", "orders-db as readwrite", "pending approval");
    assertThat(cli.run("requests", "show", id)).isZero();
    assertThat(cli.out()).contains("reason", "fix", "can be approved by", "owner");
    assertThat(cli.run("requests", "revoke", id)).isEqualTo(ExitCode.FAILURE.number());
    assertThat(cli.err()).contains("there is no access to end");
    assertThat(cli.run("requests", "approve", id, "--reason", "ok")).isZero();
    assertThat(control.request(id).get("status").getAsString()).isEqualTo("ACTIVE");
    assertThat(cli.run("requests", "show", "req_none")).isEqualTo(ExitCode.NOT_FOUND.number());
  }

  @Test
  void aSessionIsShownWithItsCommandsAndEnded() throws Exception {
    Cli.Running running =
        cli.start("db", "access", "--resource", "orders-db", "--account", "readonly");
    Cli.await(() -> cli.out().contains("recorded"));
    running.interrupt();
    running.exitCode();
    String id = control.sessions.keySet().iterator().next();

    assertThat(cli.run("sessions", "list")).isZero();
    assertThat(cli.out()).containsPattern(id + " +engineer +orders-db as readonly +terminated");
    assertThat(cli.run("sessions", "show", id)).isZero();
    assertThat(cli.out())
        .containsPattern("1 +08:00:00 +find +shop.orders +ok, 20 documents +1.5 ms")
        .containsPattern("2 +08:00:01 +drop +shop.orders +refused: outside-lease");
    assertThat(cli.run("sessions", "show", id, "-o", "json")).isZero();
    assertThat(JsonParser.parseString(cli.out()).getAsJsonObject().getAsJsonArray("commands"))
        .hasSize(2);
    assertThat(cli.run("sessions", "end", id, "--reason", "done")).isZero();
    assertThat(cli.run("sessions", "end", "ses_none")).isEqualTo(ExitCode.NOT_FOUND.number());
  }

  @Test
  void theAuditLogIsVerifiedThere() {
    assertThat(cli.run("audit", "verify")).isZero();
    assertThat(cli.out()).contains("whole: 42 entries");
  }

  @Test
  void theAuditLogIsVerifiedHereAndDamageIsNamed() throws Exception {
    Path data = folder.resolve("data");
    Path ledgerFolder = data.resolve("ledger/audit");
    Files.createDirectories(ledgerFolder.getParent());
    try (Ledger ledger =
        Ledger.open(
            ledgerFolder,
            LedgerKeys.createOrLoad(folder.resolve("keys")),
            LedgerOptions.audit(),
            InstantSource.system())) {
      for (int n = 0; n < 10; n++) {
        ledger.appendAndWait("audit", ("event " + n).getBytes(StandardCharsets.UTF_8));
      }
    }
    assertThat(cli.run("audit", "verify", "--data", data.toString())).isZero();
    assertThat(cli.out()).contains("The ledger is whole: 10 entries");
    assertThat(
            cli.run(
                "audit",
                "verify",
                "--data",
                data.toString(),
                "--keys",
                folder.resolve("keys").toString(),
                "-o",
                "json"))
        .isZero();
    assertThat(cli.out()).contains("\"whole\":true").contains("\"contentsChecked\":true");

    List<Path> segments;
    try (var files = Files.list(ledgerFolder)) {
      segments = files.filter(file -> file.toString().endsWith(".segment")).toList();
    }
    byte[] bytes = Files.readAllBytes(segments.getFirst());
    bytes[bytes.length / 2] ^= 1;
    Files.write(segments.getFirst(), bytes);
    assertThat(cli.run("audit", "verify", "--data", data.toString()))
        .isEqualTo(ExitCode.NOT_WHOLE.number());
    assertThat(cli.out()).contains("NOT whole").contains("altered");
    assertThat(control.calls).isEmpty();
  }

  @Test
  void aLedgerThatLostItsIdentityIsNotOverlooked() throws Exception {
    Path data = folder.resolve("data");
    for (String name : List.of("one", "two")) {
      Files.createDirectories(data);
      try (Ledger ledger =
          Ledger.open(
              data.resolve(name),
              LedgerKeys.createOrLoad(folder.resolve("keys")),
              LedgerOptions.audit(),
              InstantSource.system())) {
        ledger.appendAndWait("audit", new byte[] {1});
      }
    }
    Files.delete(data.resolve("two/identity"));
    assertThat(cli.run("audit", "verify", "--data", data.toString()))
        .isEqualTo(ExitCode.NOT_WHOLE.number());
    assertThat(cli.run("audit", "verify", "--data", folder.resolve("nowhere").toString()))
        .isEqualTo(ExitCode.NOT_FOUND.number());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "login",
        "logout",
        "whoami",
        "db",
        "db access",
        "requests",
        "requests list",
        "requests show",
        "requests approve",
        "requests deny",
        "requests revoke",
        "requests cancel",
        "sessions",
        "sessions list",
        "sessions show",
        "sessions end",
        "resources",
        "resources list",
        "audit",
        "audit verify",
        "completion"
      })
  void everyCommandHasHelp(String command) {
    String[] words = (command + " --help").strip().split(" ");
    assertThat(cli.run(words)).isZero();
    assertThat(cli.out()).contains("Usage: " + ("tidegate " + command).strip());
    assertThat(cli.err()).isEmpty();
  }

  @Test
  void theHelpNamesAllCommandsAndExitCodes() {
    assertThat(cli.run()).isZero();
    for (String name : List.of("login", "db", "start", "gateway", "test", "audit", "completion")) {
      assertThat(cli.out()).containsPattern("(?m)^  " + name + " ");
    }
    for (ExitCode code : ExitCode.values()) {
      assertThat(cli.out()).contains(code.number() + "  " + code.meaning());
    }
    assertThat(cli.run("--version")).isZero();
    assertThat(cli.out()).startsWith("tidegate ");
  }

  @Test
  void anUnknownWordIsUsage() {
    assertThat(cli.run("nonsense")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("nonsense");
    assertThat(cli.run("sessions")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("list, show, end");
    assertThat(cli.run("start")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("./tidegate start");
  }

  @Test
  void theCompletionScriptKnowsTheCommands() {
    assertThat(cli.run("completion", "bash")).isZero();
    assertThat(cli.out()).contains("complete -F").contains("access").contains("requests");
    assertThat(cli.run("completion", "fish")).isEqualTo(ExitCode.USAGE.number());
  }
}
