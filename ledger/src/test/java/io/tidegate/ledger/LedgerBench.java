package io.tidegate.ledger;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Goal P13 in a process of its own: durable appends a second, recording at a paced rate and flat
 * out with its CPU, and verifying. Arguments: entries to verify (default 10 million), folder
 * (default a temporary one).
 */
final class LedgerBench {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private LedgerBench() {}

  public static void main(String[] arguments) throws Exception {
    long entries = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10_000_000;
    Path folder =
        arguments.length > 1 ? Path.of(arguments[1]) : Files.createTempDirectory("ledger-bench");
    LedgerKeys keys = LedgerKeys.ephemeral();
    byte[][] records = records(400);
    for (int round = 0; round < 2; round++) {
      durable(folder.resolve("durable" + round), keys, records, 300_000);
    }
    for (boolean compress : new boolean[] {false, true, false, true}) {
      recording(folder.resolve("flat"), keys, records, compress, 64, 2_000_000, 0);
      recording(folder.resolve("paced"), keys, records, compress, 64, 200_000, 40_000);
    }
    for (int group : new int[] {16, 256, 1024}) {
      recording(folder.resolve("groups"), keys, records, true, group, 1_000_000, 0);
    }
    verify(folder.resolve("verify"), keys, records(200), entries);
    delete(folder);
  }

  private static void durable(Path folder, LedgerKeys keys, byte[][] records, int count)
      throws Exception {
    long cpu = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    try (Ledger ledger = Ledger.open(folder, keys, LedgerOptions.audit(), CLOCK)) {
      Semaphore inFlight = new Semaphore(4096);
      for (int i = 0; i < count; i++) {
        inFlight.acquire();
        ledger
            .append("audit", records[i % records.length])
            .whenComplete((index, failure) -> inFlight.release());
      }
      inFlight.acquire(4096);
    }
    report("append, durable (FSYNC, 4096 in flight)", count, start, cpu, folder);
    delete(folder);
  }

  private static void recording(
      Path folder,
      LedgerKeys keys,
      byte[][] records,
      boolean compress,
      int group,
      int count,
      int aSecond)
      throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long cpu = SYSTEM.getProcessCpuTime();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    ByteBuffer[] pieces = new ByteBuffer[records.length];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = ByteBuffer.allocateDirect(records[i].length).put(records[i]).flip();
    }
    long bytesAllocated;
    try (Ledger ledger =
        Ledger.open(folder, keys, LedgerOptions.recordings().withCompress(compress), CLOCK)) {
      Batch batch = new Batch();
      String[] sessions =
          Stream.iterate(0, i -> i + 1).limit(64).map(i -> "ses_" + i).toArray(String[]::new);
      for (int i = 0; i < count; ) {
        for (int j = 0; j < group; j++, i++) {
          batch.add(sessions[i % 64], start / 1000 + i, pieces[i % pieces.length]);
        }
        ledger.write(batch);
        batch.clear();
        if (aSecond > 0) {
          long ahead = start + i * 1_000_000_000L / aSecond - System.nanoTime();
          if (ahead > 0) {
            Thread.sleep(ahead / 1_000_000, (int) (ahead % 1_000_000));
          }
        }
      }
      bytesAllocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    }
    report(
        "record, %s, groups of %d%s"
            .formatted(
                compress ? "zstd" : "plain", group, aSecond == 0 ? "" : ", paced at " + aSecond),
        count,
        start,
        cpu,
        folder);
    System.out.printf("    allocated %d bytes an entry%n", bytesAllocated / count);
    delete(folder);
  }

  private static void verify(Path folder, LedgerKeys keys, byte[][] records, long count)
      throws Exception {
    long start = System.nanoTime();
    long cpu = SYSTEM.getProcessCpuTime();
    try (Ledger ledger = Ledger.open(folder, keys, LedgerOptions.recordings(), CLOCK)) {
      Batch batch = new Batch();
      for (long i = 0; i < count; ) {
        for (int j = 0; j < 256 && i < count; j++, i++) {
          batch.add(
              "audit", start / 1000 + i, ByteBuffer.wrap(records[(int) (i % records.length)]));
        }
        ledger.write(batch);
        batch.clear();
      }
    }
    report("fill for verifying", count, start, cpu, folder);
    start = System.nanoTime();
    cpu = SYSTEM.getProcessCpuTime();
    Verification verification = LedgerVerifier.verify(folder, keys.publicKey());
    report("verify, public key: " + verification.sentence(), count, start, cpu, folder);
    start = System.nanoTime();
    cpu = SYSTEM.getProcessCpuTime();
    verification = LedgerVerifier.verify(folder, keys);
    report("verify, with keys: " + verification.sentence(), count, start, cpu, folder);
    start = System.nanoTime();
    cpu = SYSTEM.getProcessCpuTime();
    try (Ledger ledger = Ledger.open(folder, keys, LedgerOptions.recordings(), CLOCK);
        Stream<Entry> all = ledger.read(0, null)) {
      System.out.println("    open took " + (System.nanoTime() - start) / 1_000_000 + " ms");
      report("read all " + all.count(), count, start, cpu, folder);
    }
  }

  /** Records as a gateway makes them: alike in shape, different in values. */
  private static byte[][] records(int bytes) {
    Random random = new Random(1);
    byte[][] records = new byte[1000][];
    for (int i = 0; i < records.length; i++) {
      StringBuilder text = new StringBuilder();
      text.append("{\"seq\":").append(i).append(",\"conn\":").append(random.nextInt(64));
      text.append(
          ",\"command\":\"find\",\"ns\":\"shop.orders\",\"decision\":\"allow\",\"filter\":{\"_id\":\"");
      text.append(Long.toHexString(random.nextLong())).append("\"},\"lsid\":\"");
      for (int j = 0; j < 4; j++) {
        text.append(Long.toHexString(random.nextLong()));
      }
      text.append("\",\"$db\":\"shop\",\"reply\":{\"ok\":1,\"nReturned\":")
          .append(random.nextInt(100));
      text.append(",\"durationMs\":").append(random.nextInt(1000)).append("},\"rest\":\"");
      while (text.length() < bytes) {
        text.append(Integer.toString(random.nextInt(100_000), 36)).append(" customer ");
      }
      records[i] = text.substring(0, bytes).getBytes(StandardCharsets.US_ASCII);
    }
    return records;
  }

  private static void report(String what, long count, long start, long cpu, Path folder)
      throws IOException {
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpuSeconds = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
    long size;
    try (Stream<Path> files = Files.list(folder)) {
      size = files.mapToLong(file -> file.toFile().length()).sum();
    }
    System.out.printf(
        "%-60s %,12.0f entries/s %8.2f s  %6.2f µs CPU an entry  %5.0f bytes an entry%n",
        what, count / seconds, seconds, cpuSeconds * 1e6 / count, (double) size / count);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
