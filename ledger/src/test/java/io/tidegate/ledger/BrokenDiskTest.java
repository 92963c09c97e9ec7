package io.tidegate.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokenDiskTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-23T08:00:00Z"));
  private final LedgerKeys keys = LedgerKeys.ephemeral();
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {3000, 3001, 3050, 3100, 3200, 4321, 5555})
  void aFullDiskBreaksTheLedgerAndLosesNothingAcknowledged(long bytes) throws Exception {
    LimitedStorage disk = new LimitedStorage(bytes);
    LedgerOptions options = LedgerOptions.audit().withSegmentBytes(600).withStorage(disk);
    long acknowledged = 0;
    Ledger ledger = Ledger.open(folder, keys, options, CLOCK);
    try {
      while (true) {
        acknowledged = ledger.appendAndWait("s", new byte[20]) + 1;
      }
    } catch (LedgerException.Broken expected) {
      assertThat(expected).hasMessageContaining("No space left").hasMessageContaining("Free space");
    }
    assertThat(acknowledged).isPositive();
    assertThat(ledger.state()).isInstanceOf(LedgerState.Broken.class);
    // Room again does not matter: what is on the disk is not known.
    disk.room.set(1_000_000);
    assertThatThrownBy(() -> ledger.appendAndWait("s", new byte[1]))
        .isInstanceOf(LedgerException.Broken.class);
    assertThatThrownBy(() -> ledger.write(new Batch().add("s", Instant.EPOCH, new byte[1])))
        .isInstanceOf(LedgerException.Broken.class);
    assertThatThrownBy(ledger::sync).isInstanceOf(LedgerException.Broken.class);
    // What was acknowledged can still be read.
    assertThat(ledger.read(0, null)).hasSize((int) acknowledged);
    ledger.close();
    try (Ledger again = Ledger.open(folder, keys, options, CLOCK)) {
      assertThat(again.nextIndex()).isBetween(acknowledged, acknowledged + 1);
      assertThat(again.read(0, null).filter(entry -> entry.payload().length == 20))
          .hasSize((int) again.nextIndex());
      assertThat(again.appendAndWait("s", new byte[1])).isEqualTo(again.nextIndex() - 1);
    }
    assertThat(LedgerVerifier.verify(folder, keys).findings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aFailedForceBreaksTheLedger(Durability durability) throws Exception {
    LimitedStorage disk = new LimitedStorage(Long.MAX_VALUE / 2);
    LedgerOptions options = LedgerOptions.audit().withDurability(durability).withStorage(disk);
    try (Ledger ledger = Ledger.open(folder, keys, options, CLOCK)) {
      ledger.appendAndWait("s", new byte[1]);
      disk.forceFails.set(true);
      assertThatThrownBy(
              () -> {
                ledger.appendAndWait("s", new byte[1]);
                ledger.sync();
              })
          .isInstanceOf(LedgerException.Broken.class)
          .hasMessageContaining("Input/output error");
      disk.forceFails.set(false);
      assertThatThrownBy(() -> ledger.appendAndWait("s", new byte[1]))
          .isInstanceOf(LedgerException.Broken.class);
    }
  }

  @Test
  void whatWaitsWhenTheDiskBreaksIsTold() throws Exception {
    LimitedStorage disk = new LimitedStorage(100_000);
    List<CompletableFuture<Long>> all = new ArrayList<>();
    try (Ledger ledger =
        Ledger.open(
            folder, keys, LedgerOptions.audit().withStorage(disk).withCompress(false), CLOCK)) {
      for (int i = 0; i < 3000; i++) {
        all.add(ledger.append("s", new byte[100]).toCompletableFuture());
      }
    }
    long written = 0;
    for (CompletableFuture<Long> one : all) {
      assertThat(one).isDone();
      try {
        assertThat(one.get()).isEqualTo(written++);
      } catch (ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(LedgerException.Broken.class);
      }
    }
    assertThat(written).isLessThan(3000);
    try (Ledger again = Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK)) {
      assertThat(again.nextIndex()).isGreaterThanOrEqualTo(written);
    }
  }
}
