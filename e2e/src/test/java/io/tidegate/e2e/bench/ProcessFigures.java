package io.tidegate.e2e.bench;

import io.tidegate.testkit.tool.Subprocess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What /proc and the JVM tell about a process. */
final class ProcessFigures {

  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+(\\d+)\\s+(\\d+)");
  private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]+)[,)\\]]");
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) .*");

  private ProcessFigures() {}

  /** What a thread is for, as far as the cost of an operation goes. */
  enum Work {
    /** Whatever serves clients, and all of a process that is no JVM. */
    SERVING,
    COMPILING,
    COLLECTING;

    private static Work of(String thread) {
      if (thread.startsWith("C1 Comp") || thread.startsWith("C2 Comp")) {
        return COMPILING;
      }
      return thread.startsWith("GC Thread")
              || thread.startsWith("G1 ")
              || thread.startsWith("ZDriver")
              || thread.startsWith("ZWorker")
              || thread.startsWith("VM Thread")
          ? COLLECTING
          : SERVING;
    }
  }

  /** Nanoseconds on a core, of each thread that lives. */
  record Cpu(Map<String, Long> byThread) {

    long total() {
      return byThread.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Used since an earlier look, of one kind; of threads that ended meanwhile nothing is known.
     */
    long since(Cpu before, Work work) {
      return byThread.entrySet().stream()
          .filter(each -> Work.of(each.getKey()) == work)
          .mapToLong(each -> each.getValue() - before.byThread.getOrDefault(each.getKey(), 0L))
          .sum();
    }
  }

  /** CPU used so far by every thread, to the nanosecond. */
  static Cpu cpu(long pid) {
    Map<String, Long> byThread = new HashMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path task : tasks.toList()) {
        try {
          String name = Files.readString(task.resolve("comm"), StandardCharsets.UTF_8).strip();
          String stat = Files.readString(task.resolve("schedstat"), StandardCharsets.US_ASCII);
          byThread.put(name + " " + task.getFileName(), Long.parseLong(stat.split(" ", 2)[0]));
        } catch (NoSuchFileException e) {
          // It ended while we looked.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Cpu(byThread);
  }

  /** Nanoseconds that all cores together were busy since the machine started, by ticks of 10 ms. */
  static long machineBusyNanos() {
    try {
      String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +", -1);
      long ticks = 0;
      // user, nice, system, then idle and iowait, then irq and softirq.
      for (int field : new int[] {1, 2, 3, 6, 7}) {
        ticks += Long.parseLong(fields[field]);
      }
      return ticks * 10_000_000;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Bytes that a JVM holds: the objects that a collection leaves, and all resident memory that is
   * not the heap. How much of the heap's room is resident says when it was last collected, not what
   * is held.
   */
  static long heldBytes(long pid) throws IOException, InterruptedException {
    // Twice: what a first collection finds to clean up is gone after the second.
    jcmd(pid, "GC.run");
    Matcher total = TOTAL.matcher(jcmd(pid, "GC.class_histogram"));
    if (!total.find()) {
      throw new IOException("the class histogram has no total");
    }
    return Long.parseLong(total.group(2)) + residentOutsideHeap(pid, heap(pid));
  }

  private record Range(long from, long to) {
    boolean contains(long address) {
      return Long.compareUnsigned(address, from) >= 0 && Long.compareUnsigned(address, to) < 0;
    }
  }

  /** From the lowest to the highest address that the description of the heap names. */
  private static Range heap(long pid) throws IOException, InterruptedException {
    Matcher address = ADDRESS.matcher(jcmd(pid, "GC.heap_info"));
    long from = -1;
    long to = 0;
    while (address.find()) {
      long each = Long.parseUnsignedLong(address.group(1), 16);
      from = Long.compareUnsigned(each, from) < 0 ? each : from;
      to = Long.compareUnsigned(each, to) > 0 ? each : to;
    }
    return new Range(from, to);
  }

  private static long residentOutsideHeap(long pid, Range heap) {
    long kib = 0;
    boolean outside = false;
    for (String line : Subprocess.proc(pid, "smaps").orElseThrow().lines().toList()) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.matches()) {
        // ZGC's heap lies in a file of its own and has no address in its description.
        outside =
            !line.contains("java_heap")
                && !heap.contains(Long.parseUnsignedLong(mapping.group(1), 16));
      } else if (outside && line.startsWith("Rss:")) {
        kib += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return kib * 1024;
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return Subprocess.require(
        List.of(jcmd, Long.toString(pid), command), Path.of("."), Map.of(), Duration.ofSeconds(60));
  }
}
