package io.tidegate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No false alarm while a ledger is written, rotated, thinned out and followed. */
class ConcurrentVerificationTest {
  private static final int ROUNDS_A_LOOK = 8;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aBusyLedgerIsWhole(Durability durability) throws Exception {
    LedgerKeys keys = LedgerKeys.ephemeral();
    LedgerOptions options =
        LedgerOptions.recordings()
            .withDurability(durability)
            .withSegmentBytes(20_000)
            .withSyncInterval(Duration.ofMillis(3));
    AtomicBoolean done = new AtomicBoolean();
    // Each look lets the writer go on a little, beside it. Without a bound a fast disk grows the
    // ledger
    // faster than it can be read, and each look takes longer than the one before.
    Semaphore rounds = new Semaphore(0);
    long followed;
    try (Ledger ledger = Ledger.open(folder, keys, options, InstantSource.system())) {
      long[] next = {0};
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> {
            while (!done.get()) {
              rounds.acquireUninterruptibly();
              for (int i = 0; i < 20; i++) {
                ledger.append("s" + i % 4, new byte[next(i)]);
              }
              ledger.append("s", new byte[1]).toCompletableFuture().join();
            }
          });
      Subscription subscription =
          ledger.follow(
              0,
              null,
              entry -> {
                assertThat(entry.index()).isEqualTo(next[0]);
                next[0]++;
              });
      for (int i = 0; i < 60 || ledger.nextIndex() < 1000; i++) {
        rounds.release(ROUNDS_A_LOOK);
        Verification verification = LedgerVerifier.verify(folder, i % 2 == 0 ? keys : null);
        assertThat(verification.findings()).as("look " + i).isEmpty();
        if (i % 20 == 19) {
          long keep = Math.min(ledger.nextIndex() - 200, next[0]);
          ledger.dropSegmentsBefore(Math.max(0, keep));
        }
      }
      done.set(true);
      rounds.release();
      writer.get();
      subscription.close();
      subscription.ended().toCompletableFuture().get();
      followed = next[0];
    }
    assertThat(followed).isPositive();
    Verification verification = LedgerVerifier.verify(folder, keys);
    assertThat(verification.findings()).isEmpty();
    assertThat(verification.entries()).isGreaterThanOrEqualTo(1000);
  }

  private static int next(int i) {
    return i * 37 % 300;
  }
}
