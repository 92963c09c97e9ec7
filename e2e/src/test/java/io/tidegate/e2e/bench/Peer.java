package io.tidegate.e2e.bench;

import io.tidegate.e2e.bench.ProcessFigures.Cpu;
import io.tidegate.e2e.bench.ProcessFigures.Work;
import io.tidegate.testkit.load.LoadGenerator;
import io.tidegate.testkit.load.LoadGenerator.Result;
import io.tidegate.testkit.load.LoadGenerator.Target;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;

/** One way to the stub, and what its runs found. */
final class Peer {

  private static final Duration RUN_UP = Duration.ofMillis(500);

  /** A warm-up ends when compilers take less than this share of one core. */
  private static final double QUIET = 0.02;

  private static final Duration WARM_UP_STEP = Duration.ofSeconds(2);

  final String name;
  final Sample rates = new Sample();
  final Sample cpuMicros = new Sample();
  final Sample compilerMicros = new Sample();
  final Sample collectorMicros = new Sample();
  final Sample medians = new Sample();
  final Sample p99s = new Sample();
  final Sample pacedP99s = new Sample();
  private final LoadGenerator load;
  private final Target target;
  private final Optional<ProcessHandle> process;
  private final int connections;
  private final BsonDocument command;

  /**
   * @param process whose CPU is counted; empty where there is none in between
   */
  Peer(
      String name,
      LoadGenerator load,
      Target target,
      Optional<ProcessHandle> process,
      int connections,
      BsonDocument command) {
    this.name = name;
    this.load = load;
    this.target = target;
    this.process = process;
    this.connections = connections;
    this.command = command;
  }

  boolean hasProcess() {
    return process.isPresent();
  }

  /** The CPU that a process used in the measured part of a run, by what it was used for. */
  private static final class CpuWindow implements LoadGenerator.Window {
    private final Optional<ProcessHandle> process;
    private Cpu before = new Cpu(Map.of());
    private Cpu after = before;

    CpuWindow(Optional<ProcessHandle> process) {
      this.process = process;
    }

    @Override
    public void opened() {
      before = look();
    }

    @Override
    public void closed() {
      after = look();
    }

    private Cpu look() {
      return process.map(each -> ProcessFigures.cpu(each.pid())).orElse(before);
    }

    double micros(Work work) {
      return after.since(before, work) / 1e3;
    }
  }

  /** Something that keeps a process busy for a while. */
  @FunctionalInterface
  interface Load {
    void run(Duration time, LoadGenerator.Window window) throws Exception;
  }

  /**
   * Loads a JVM until it has compiled what it will: the compilers take their time from the very
   * cores that are measured. Returns the seconds that took.
   */
  static double warmUp(Duration atMost, Optional<ProcessHandle> process, Load load)
      throws Exception {
    long start = System.nanoTime();
    double share = 1;
    while (share > QUIET && System.nanoTime() - start < atMost.toNanos()) {
      CpuWindow cpu = new CpuWindow(process);
      load.run(WARM_UP_STEP, cpu);
      share = cpu.micros(Work.COMPILING) / (WARM_UP_STEP.toNanos() / 1e3);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  double warmUp(Duration atMost) throws Exception {
    return warmUp(
        atMost,
        process,
        (time, window) -> load.saturate(target, connections, Duration.ZERO, time, command, window));
  }

  /** As fast as it goes. */
  void saturate(Duration time) throws Exception {
    CpuWindow cpu = new CpuWindow(process);
    Result result = load.saturate(target, connections, RUN_UP, time, command, cpu);
    check(result);
    double operations = result.operations();
    rates.add(result.rate());
    medians.add(result.latencies().quantile(0.5) / 1e3);
    p99s.add(result.latencies().quantile(0.99) / 1e3);
    double compiler = cpu.micros(Work.COMPILING) / operations;
    double collector = cpu.micros(Work.COLLECTING) / operations;
    compilerMicros.add(compiler);
    collectorMicros.add(collector);
    cpuMicros.add(cpu.micros(Work.SERVING) / operations + compiler + collector);
  }

  /** At a fixed rate, for the latency that it adds when it is not the bottleneck. */
  void pace(Duration time, double perSecond) throws Exception {
    Result result = load.pace(target, connections, RUN_UP, time, command, perSecond);
    check(result);
    pacedP99s.add(result.latencies().quantile(0.99) / 1e3);
  }

  private void check(Result result) {
    if (result.errors() > 0) {
      throw new IllegalStateException(name + ": " + result.errors() + " errors");
    }
  }
}
