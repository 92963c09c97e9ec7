package io.tidegate.e2e.bench;

import io.tidegate.testkit.tool.Subprocess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What /proc tells about a process. */
final class ProcessFigures {

  private static final double TICKS_PER_SECOND = 100;

  private ProcessFigures() {}

  /** CPU seconds used so far, user and system, all threads. */
  static double cpuSeconds(long pid) {
    String stat = Subprocess.proc(pid, "stat").orElseThrow();
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory in KiB. */
  static long residentKib(long pid) {
    return Subprocess.proc(pid, "status")
        .orElseThrow()
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Has a JVM collect its garbage, so that what stays is what is held. */
  static void collectGarbage(long pid) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    for (int i = 0; i < 2; i++) {
      Subprocess.require(
          List.of(jcmd, Long.toString(pid), "GC.run"),
          Path.of("."),
          Map.of(),
          Duration.ofSeconds(60));
    }
  }
}
