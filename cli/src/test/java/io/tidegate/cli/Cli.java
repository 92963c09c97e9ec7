package io.tidegate.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs commands as a person would, and keeps what they say. */
final class Cli {
  final Map<String, String> environment = new HashMap<>();
  final Path config;
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  volatile @Nullable String typed;
  volatile String input = "";
  volatile boolean interactive;

  Cli(Path config) {
    this.config = config;
    environment.put("TIDEGATE_CONFIG_DIR", config.toString());
  }

  int run(String... arguments) {
    out.reset();
    err.reset();
    return TidegateCli.run(surroundings(), arguments);
  }

  /** Goes on beside the test, until it ends or is stopped like by Ctrl+C. */
  Running start(String... arguments) {
    out.reset();
    err.reset();
    AtomicInteger exit = new AtomicInteger(-1);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> exit.set(TidegateCli.run(surroundings(), arguments)));
    return new Running(thread, exit);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come about");
      }
      Thread.sleep(5);
    }
  }

  private Surroundings surroundings() {
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            interactive,
            environment) {
          @Override
          public char @Nullable [] askSecret(String prompt) {
            String answer = typed;
            return answer == null ? null : answer.toCharArray();
          }

          @Override
          public String readLine() {
            return input;
          }
        };
    return new Surroundings(
        terminal, environment, InstantSource.system(), ZoneOffset.UTC, new SecureRandom());
  }

  record Running(Thread thread, AtomicInteger exit) {
    void interrupt() {
      thread.interrupt();
    }

    int exitCode() throws InterruptedException {
      thread.join(Duration.ofSeconds(20));
      return exit.get();
    }
  }
}
