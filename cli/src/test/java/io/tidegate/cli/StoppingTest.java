package io.tidegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.SignIn;
import io.tidegate.cli.remote.TokenFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own, stopped by a signal. */
@Timeout(60)
class StoppingTest {
  @TempDir Path folder;
  private FakeControl control;

  @BeforeEach
  void start() throws Exception {
    control = new FakeControl();
    new TokenFile(folder)
        .keep(new SignIn(Domain.parse(control.domain()), "engineer", FakeControl.TOKEN, null));
  }

  @AfterEach
  void stop() {
    control.close();
  }

  private Process program(String... arguments) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tidegate.cli.TidegateCli"));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("TIDEGATE_CONFIG_DIR", folder.toString());
    return builder.start();
  }

  @Test
  void aSignalEndsTheSessionAndIsNoFailure() throws Exception {
    Process process =
        program("db", "access", "--resource", "orders-db", "--account", "readonly", "-o", "json");
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).startsWith("{\"uri\":\"mongodb://127.0.0.1:");
      process.toHandle().destroy();
      assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(out.readLine()).isNull();
    } finally {
      process.destroyForcibly();
    }
    assertThat(control.calls).anyMatch(call -> call.endsWith("/end"));
  }

  @Test
  void aSignalWhileWaitingKeepsTheRequest() throws Exception {
    Process process =
        program(
            "db", "access", "--resource", "orders-db", "--account", "readwrite", "--reason", "x");
    try (BufferedReader err = process.errorReader()) {
      String line = err.readLine();
      while (line != null && !line.contains("Ctrl+C stops waiting")) {
        line = err.readLine();
      }
      process.toHandle().destroy();
      assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED.number());
      assertThat(err.lines()).anyMatch(said -> said.contains("requests cancel req_"));
    } finally {
      process.destroyForcibly();
    }
    assertThat(control.requests.values())
        .allMatch(one -> one.get("status").getAsString().equals("PENDING_APPROVAL"));
  }
}
