package io.tidegate.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LedgerTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-23T08:00:00.123456Z"));
  private final LedgerKeys keys = LedgerKeys.ephemeral();
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Durability.class)
  void readsBackWhatWasAppendedAfterReopening(Durability durability) throws Exception {
    LedgerOptions options = LedgerOptions.audit().withDurability(durability);
    try (Ledger ledger = Ledger.open(folder, keys, options, CLOCK)) {
      for (int i = 0; i < 100; i++) {
        assertThat(ledger.appendAndWait("stream" + i % 3, bytes("entry " + i))).isEqualTo(i);
      }
      assertThat(ledger.read(0, null)).hasSize(100);
    }
    try (Ledger ledger = Ledger.open(folder, keys, options, CLOCK)) {
      assertThat(ledger.recovery()).isEqualTo(new Recovery.Clean());
      assertThat(ledger.nextIndex()).isEqualTo(100);
      List<Entry> entries = ledger.page(98, null, 10);
      assertThat(entries)
          .containsExactly(
              new Entry(98, CLOCK.instant(), "stream2", bytes("entry 98")),
              new Entry(99, CLOCK.instant(), "stream0", bytes("entry 99")));
      assertThat(ledger.page(90, "stream1", 2)).extracting(Entry::index).containsExactly(91L, 94L);
      assertThat(ledger.appendAndWait("stream0", bytes("more"))).isEqualTo(100);
    }
    assertThat(LedgerVerifier.verify(folder, keys).findings()).isEmpty();
  }

  @Test
  void writesBatchesOfPiecesAcrossSegments() throws Exception {
    LedgerOptions options = LedgerOptions.recordings().withSegmentBytes(2000);
    try (Ledger ledger = Ledger.open(folder, keys, options, CLOCK)) {
      Batch batch = new Batch();
      for (int group = 0; group < 50; group++) {
        for (int i = 0; i < 10; i++) {
          ByteBuffer first = ByteBuffer.wrap(bytes("group " + group));
          batch.add("s" + i, 1_000_000L * group + i, first, ByteBuffer.wrap(bytes(" entry " + i)));
          assertThat(first.remaining()).isPositive();
        }
        assertThat(ledger.write(batch)).isEqualTo(group * 10L);
        batch.clear();
      }
      assertThat(ledger.read(0, null).map(Entry::index))
          .containsExactlyElementsOf(LongStream.range(0, 500).boxed().toList());
      assertThat(ledger.read(0, "s7").map(LedgerTest::text))
          .hasSize(50)
          .startsWith("group 0 entry 7")
          .endsWith("group 49 entry 7");
      assertThat(ledger.page(333, null, 1))
          .containsExactly(
              new Entry(
                  333,
                  Instant.EPOCH.plusSeconds(33).plusNanos(3000),
                  "s3",
                  bytes("group 33 entry 3")));
      assertThat(ledger.read(500, null)).isEmpty();
    }
    assertThat(Folder.segments(folder)).hasSizeGreaterThan(3);
    Verification verification = LedgerVerifier.verify(folder, keys);
    assertThat(verification.findings()).isEmpty();
    assertThat(verification.entries()).isEqualTo(500);
    assertThat(verification.groups()).isEqualTo(50);
  }

  @Test
  void followersSeeOldAndNewEntriesOfTheirStreamInOrder() throws Exception {
    try (Ledger ledger = Ledger.open(folder, keys, LedgerOptions.recordings(), CLOCK)) {
      ledger.appendAndWait("mine", bytes("0"));
      ledger.appendAndWait("other", bytes("1"));
      LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
      Subscription subscription = ledger.follow(0, "mine", entry -> seen.add(text(entry)));
      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("0");
      for (int i = 2; i < 100; i++) {
        ledger.appendAndWait(i % 2 == 0 ? "mine" : "other", bytes(Integer.toString(i)));
      }
      for (int i = 2; i < 100; i += 2) {
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
      }
      subscription.close();
      subscription.ended().toCompletableFuture().get(10, TimeUnit.SECONDS);
      ledger.appendAndWait("mine", bytes("after"));
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void closingEndsFollowers() throws Exception {
    Subscription subscription;
    try (Ledger ledger = Ledger.open(folder, keys, LedgerOptions.recordings(), CLOCK)) {
      subscription = ledger.follow(0, null, entry -> {});
    }
    subscription.ended().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void appendsOfManyThreadsAllGetTheirOwnIndex() throws Exception {
    try (Ledger ledger =
        Ledger.open(folder, keys, LedgerOptions.audit().withQueueBytes(1000), CLOCK)) {
      List<CompletableFuture<List<Long>>> threads =
          IntStream.range(0, 8)
              .mapToObj(thread ->
                  CompletableFuture.supplyAsync(() -> {
                    List<CompletableFuture<Long>> indexes = new ArrayList<>();
                    for (int i = 0; i < 500; i++) {
                      indexes.add(
                          ledger
                              .append("t" + thread, bytes(thread + ":" + i))
                              .toCompletableFuture());
                    }
                    return indexes.stream().map(CompletableFuture::join).toList();
                  }))
              .toList();
      List<Long> all = threads.stream().flatMap(thread -> thread.join().stream()).sorted().toList();
      assertThat(all).containsExactlyElementsOf(LongStream.range(0, 4000).boxed().toList());
      for (int thread = 0; thread < 8; thread++) {
        int number = thread;
        assertThat(ledger.read(0, "t" + thread).map(LedgerTest::text))
            .containsExactlyElementsOf(
                IntStream.range(0, 500).mapToObj(i -> number + ":" + i).toList());
      }
    }
  }

  @Test
  void aFolderIsForOneWriter() throws Exception {
    Ledger ledger = Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK);
    assertThatThrownBy(() -> Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK))
        .isInstanceOf(LedgerException.Locked.class);
    ledger.appendAndWait("s", bytes("still works"));
    ledger.close();
    Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK).close();
  }

  @Test
  void afterCloseNothingIsAccepted() throws Exception {
    Ledger ledger = Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK);
    ledger.close();
    ledger.close();
    assertThatThrownBy(() -> ledger.appendAndWait("s", bytes("late")))
        .isInstanceOf(LedgerException.Closed.class);
    assertThatThrownBy(() -> ledger.write(new Batch().add("s", Instant.EPOCH, bytes("late"))))
        .isInstanceOf(LedgerException.Closed.class);
    assertThat(ledger.state()).isEqualTo(new LedgerState.Closed());
  }

  @Test
  void anInterruptedCallerDoesNotBreakTheLedger() throws Exception {
    try (Ledger ledger = Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK)) {
      Thread.currentThread().interrupt();
      ledger.write(new Batch().add("s", Instant.EPOCH, bytes("interrupted")));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ledger.appendAndWait("s", bytes("next"))).isEqualTo(1);
    }
    assertThat(LedgerVerifier.verify(folder, keys).findings()).isEmpty();
  }

  @Test
  void otherKeysAreRefused() throws Exception {
    Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK).close();
    assertThatThrownBy(
            () -> Ledger.open(folder, LedgerKeys.ephemeral(), LedgerOptions.audit(), CLOCK))
        .isInstanceOfSatisfying(
            LedgerException.Damaged.class,
            damaged ->
                assertThat(damaged.findings().getFirst()).isInstanceOf(Finding.Foreign.class));
    Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK).close();
  }

  @Test
  void dropsWholeSegmentsBeforeAnIndexAndStaysWhole() throws Exception {
    LedgerOptions options = LedgerOptions.audit().withSegmentBytes(500);
    try (Ledger ledger = Ledger.open(folder, keys, options, CLOCK)) {
      for (int i = 0; i < 40; i++) {
        ledger.appendAndWait("s", bytes("entry " + i));
      }
      assertThat(ledger.dropSegmentsBefore(20)).isPositive();
      assertThat(ledger.firstIndex()).isBetween(1L, 20L);
      assertThat(ledger.page(0, null, 1).getFirst().index()).isEqualTo(ledger.firstIndex());
      assertThat(ledger.page(20, null, 1).getFirst().index()).isEqualTo(20);
      assertThat(LedgerVerifier.verify(folder, keys).findings()).isEmpty();
    }
    assertThat(LedgerVerifier.verify(folder, keys).findings()).isEmpty();
    try (Ledger ledger = Ledger.open(folder, keys, options, CLOCK)) {
      assertThat(ledger.appendAndWait("s", bytes("more"))).isEqualTo(40);
    }
  }

  @Test
  void contentsAreNotOnTheDiskInTheClear() throws Exception {
    String secret = "planted-secret-4711";
    try (Ledger ledger =
        Ledger.open(folder, keys, LedgerOptions.audit().withCompress(false), CLOCK)) {
      ledger.appendAndWait("stream-" + secret, bytes(secret.repeat(3)));
    }
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .doesNotContain(secret);
      }
    }
  }

  @Test
  void theHeadMovesWithTimeInTheBackground() throws Exception {
    LedgerOptions options = LedgerOptions.recordings().withSyncInterval(Duration.ofMillis(5));
    try (Ledger ledger = Ledger.open(folder, keys, options, CLOCK)) {
      ledger.write(new Batch().add("s", Instant.EPOCH, bytes("x")));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (ledger.head().count() < 1 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(ledger.head().count()).isEqualTo(1);
      assertThat(LedgerHead.parse(ledger.head().text())).isEqualTo(ledger.head());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Entry entry) {
    return new String(entry.payload(), StandardCharsets.UTF_8);
  }
}
