package io.tidegate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kills a writing process at random instants, again and again on the same folder. */
class CrashTest {
  private static final int KILLS = 12;
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Durability.class)
  void everyAcknowledgedEntryIsThereAfterKill(Durability durability) throws Exception {
    Path keyFile = folder.resolve("ledger.keys");
    Path ledgerFolder = folder.resolve("ledger");
    LedgerKeys keys = LedgerKeys.createOrLoad(keyFile);
    Random random = new Random(20261123);
    long acknowledged = -1;
    int crashes = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CrashWriter.class.getName(),
                  ledgerFolder.toString(),
                  keyFile.toString(),
                  durability.name())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
        assertThat(lines.readLine()).as("the writer began").isNotNull();
        Thread killer =
            Thread.ofPlatform()
                .start(() -> {
                  // The random instant is the point here, not a wait for something.
                  LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(150_000)));
                  writer.toHandle().destroyForcibly();
                });
        String line = lines.readLine();
        while (line != null) {
          if (line.endsWith(".")) {
            acknowledged = Long.parseLong(line.substring(0, line.length() - 1));
          }
          line = lines.readLine();
        }
        killer.join();
        writer.waitFor();
      }
      Verification before = LedgerVerifier.verify(ledgerFolder, keys);
      assertThat(before.findings()).as("kill %d, before reopening", kill).isEmpty();
      try (Ledger ledger =
          Ledger.open(
              ledgerFolder, keys, CrashWriter.options(durability), InstantSource.system())) {
        crashes += ledger.recovery() instanceof Recovery.AfterCrash ? 1 : 0;
        assertThat(ledger.nextIndex()).isGreaterThan(acknowledged);
        long[] next = {0};
        ledger
            .read(0, null)
            .forEach(entry -> {
              assertThat(entry.index()).isEqualTo(next[0]++);
              assertThat(entry.payload()).isEqualTo(CrashWriter.payload(entry.index()));
            });
        assertThat(next[0]).isEqualTo(ledger.nextIndex());
      }
      assertThat(LedgerVerifier.verify(ledgerFolder, keys).findings())
          .as("kill %d", kill)
          .isEmpty();
    }
    assertThat(acknowledged).isPositive();
    if (durability == Durability.WRITE) {
      assertThat(crashes).as("kills that left something behind the signed head").isPositive();
    }
  }

  /** What is killed: appends for ever and prints each acknowledged index, ended by a dot. */
  static final class CrashWriter {
    private CrashWriter() {}

    static LedgerOptions options(Durability durability) {
      return LedgerOptions.audit()
          .withDurability(durability)
          .withSegmentBytes(20_000)
          .withSyncInterval(Duration.ofMillis(20));
    }

    static byte[] payload(long index) {
      return ("entry " + index + " " + "x".repeat((int) (index * 7919 % 500)))
          .getBytes(StandardCharsets.US_ASCII);
    }

    public static void main(String[] arguments) throws Exception {
      Ledger ledger =
          Ledger.open(
              Path.of(arguments[0]),
              LedgerKeys.load(Path.of(arguments[1]), null),
              options(Durability.valueOf(arguments[2])),
              InstantSource.system());
      System.out.println("began");
      System.out.flush();
      long next = ledger.nextIndex();
      while (true) {
        long last = -1;
        for (int i = 0; i < 5; i++) {
          ledger.append("s" + next % 3, payload(next));
          last = next++;
        }
        ledger.appendAndWait("s", payload(next));
        last = next++;
        System.out.println(last + ".");
        System.out.flush();
      }
    }
  }
}
