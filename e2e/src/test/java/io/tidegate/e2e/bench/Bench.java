package io.tidegate.e2e.bench;

import io.tidegate.e2e.support.Person;
import io.tidegate.e2e.support.RawSession;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.testkit.load.LoadGenerator;
import io.tidegate.testkit.load.LoadGenerator.Result;
import io.tidegate.testkit.load.LoadGenerator.Target;
import io.tidegate.testkit.load.StubMongo;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import io.tidegate.testkit.scram.ScramLogin;
import io.tidegate.testkit.tool.FreePort;
import io.tidegate.testkit.tool.HaProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.Document;

/**
 * Measures P1, P2, P3, P6, P7 and P8 of the goals. Every peer stands in front of the same stub and
 * is loaded by the same client. Peers take turns, in as many rounds as asked for and in the
 * opposite order every other round; what counts is the median over the rounds of the ratio within a
 * round, so that neither a lucky run nor a machine that gets slower or faster meanwhile decides.
 */
public final class Bench {

  /**
   * How long and how wide.
   *
   * @param seconds of each measured run
   * @param rounds of the runs that compare peers
   * @param connections at work
   * @param idle connections for the memory figures
   * @param live connections for the cut
   */
  public record Plan(int seconds, int rounds, int connections, int idle, int live) {

    /** What a test run can afford. */
    public static Plan quick() {
      return new Plan(4, 3, 64, 1_000, 500);
    }
  }

  private static final int PER_SESSION = 100;

  /** Runs before the measured ones, at most. */
  private static final int MOST_WARM_UPS = 8;

  /** So many runs that were no faster than this times the best before them end the warm-up. */
  private static final int STEADY_RUNS = 2;

  private static final double STEADY = 1.02;
  private static final String USER = "bench";
  private static final String PASSWORD = "bench-stored-secret";
  private static final BsonDocument FIND = LoadGenerator.find("shop");

  private final Plan plan;
  private final LoadGenerator load;
  private final RunningTidegate tidegate;
  private final HaProxy haproxy;
  private final int stubPort;
  private final int directPort;
  private final String grant;
  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();

  /** The table of what is reached and what falls short, which ends the report. */
  private final List<String> goals = new ArrayList<>();

  private Bench(
      Plan plan,
      LoadGenerator load,
      RunningTidegate tidegate,
      HaProxy haproxy,
      int stubPort,
      int directPort,
      String grant) {
    this.plan = plan;
    this.load = load;
    this.tidegate = tidegate;
    this.haproxy = haproxy;
    this.stubPort = stubPort;
    this.directPort = directPort;
    this.grant = grant;
  }

  /** What a run found: words for people, JSON for machines. */
  public record Report(String table, String json) {}

  /** Runs everything, in processes of their own, and stops them. */
  public static Report run(Plan plan) throws Exception {
    Path folder = Files.createTempDirectory("tidegate-bench-");
    int directPort = FreePort.next();
    try (Stub stub = Stub.start();
        HaProxy haproxy = HaProxy.inFrontOf(stub.port(), 2);
        RunningTidegate tidegate =
            RunningTidegate.start(
                RunningTidegate.Settings.inFrontOf(folder, stub.uri()).withDirectPort(directPort));
        LoadGenerator load = new LoadGenerator(1)) {
      Person engineer = tidegate.person("engineer");
      Document request = RawSession.request(tidegate, engineer, "readonly", "PT2H", "bench").good();
      var bench =
          new Bench(
              plan, load, tidegate, haproxy, stub.port(), directPort, request.getString("grantId"));
      return bench.measure();
    }
  }

  private final List<String> spent = new ArrayList<>();

  private RawSession session() throws IOException, InterruptedException {
    return RawSession.start(tidegate.person("engineer"), grant);
  }

  private Report measure() throws Exception {
    RawSession session = session();
    throughput(session);
    setUp(session);
    memory();
    cut();
    say("goals:");
    List.copyOf(goals).forEach(line -> say("%s", line));
    String json = new Document(figures).toJson();
    return new Report(String.join("\n", lines), json);
  }

  /** One peer's runs, one of each kind a round. */
  private final class Peer {
    private final String name;
    private final Target target;
    private final long pid;
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> cpuMicros = new ArrayList<>();
    private final List<Double> medians = new ArrayList<>();
    private final List<Double> p99s = new ArrayList<>();
    private final List<Double> pacedP99s = new ArrayList<>();

    Peer(String name, Target target, long pid) {
      this.name = name;
      this.target = target;
      this.pid = pid;
    }

    /**
     * Runs until it gets no faster: the compiler of a JVM is at work for many runs, and takes its
     * time from the very cores that are measured.
     */
    void warmUp() throws Exception {
      double best = 0;
      int steady = 0;
      for (int run = 0; run < MOST_WARM_UPS && steady < STEADY_RUNS; run++) {
        double rate = saturate().rate();
        steady = rate > best * STEADY ? 0 : steady + 1;
        best = Math.max(best, rate);
      }
    }

    void round() throws Exception {
      load.saturate(target, plan.connections(), Duration.ZERO, Duration.ofSeconds(1), FIND);
      double before = pid == 0 ? 0 : ProcessFigures.cpuSeconds(pid);
      Result result = saturate();
      double used = pid == 0 ? 0 : ProcessFigures.cpuSeconds(pid) - before;
      if (result.errors() > 0) {
        throw new IllegalStateException(name + ": " + result.errors() + " errors");
      }
      rates.add(result.rate());
      cpuMicros.add(used * 1e6 / result.operations());
      medians.add(result.latencies().quantile(0.5) / 1e3);
      p99s.add(result.latencies().quantile(0.99) / 1e3);
    }

    private Result saturate() throws Exception {
      return load.saturate(
          target, plan.connections(), Duration.ZERO, Duration.ofSeconds(plan.seconds()), FIND);
    }

    void pace(double perSecond) throws Exception {
      Result result =
          load.pace(
              target,
              plan.connections(),
              Duration.ofSeconds(1),
              Duration.ofSeconds(plan.seconds()),
              FIND,
              perSecond);
      pacedP99s.add(result.latencies().quantile(0.99) / 1e3);
    }
  }

  private void throughput(RawSession session) throws Exception {
    long gateway = tidegate.process().pid();
    Peer direct = new Peer("direct", Target.plain(stubPort), 0);
    Peer proxy = new Peer("haproxy", Target.plain(haproxy.port()), haproxy.pid());
    Peer plain = new Peer("tidegate", session.direct(directPort), gateway);
    Peer tunnel = new Peer("tidegate-tls", session.tunnel(), gateway);
    List<Peer> peers = List.of(direct, proxy, plain, tunnel);
    plain.warmUp();
    for (int round = 0; round < plan.rounds(); round++) {
      for (Peer peer : round % 2 == 0 ? peers : peers.reversed()) {
        peer.round();
      }
    }
    say(
        "%d connections, one find with a 1 KiB reply in flight on each; TLS is the tunnel without"
            + " the command line's end; medians of %d rounds",
        plan.connections(), plan.rounds());
    say("%-14s %10s %8s %8s %12s", "", "op/s", "p50 us", "p99 us", "CPU us/op");
    for (Peer peer : peers) {
      say(
          "%-14s %,10.0f %8.0f %8.0f %12s",
          peer.name,
          median(peer.rates),
          median(peer.medians),
          median(peer.p99s),
          peer.pid == 0 ? "-" : String.format(Locale.ROOT, "%.1f", median(peer.cpuMicros)));
      figures.put(peer.name + "_rate", median(peer.rates));
      figures.put(peer.name + "_cpu_us", peer.pid == 0 ? null : median(peer.cpuMicros));
    }
    goal("P1", "throughput as a share of HAProxy's", ratio(plain.rates, proxy.rates), 1.0, true);
    goal(
        "P2",
        "CPU an operation as a multiple of HAProxy's",
        ratio(plain.cpuMicros, proxy.cpuMicros),
        1.2,
        false);

    double half = Math.min(median(proxy.rates), median(plain.rates)) / 2;
    List<Peer> paced = List.of(direct, proxy, plain);
    List<Double> added = new ArrayList<>();
    List<Double> addedByProxy = new ArrayList<>();
    for (int round = 0; round < plan.rounds(); round++) {
      for (Peer peer : round % 2 == 0 ? paced : paced.reversed()) {
        peer.pace(half);
      }
      added.add(plain.pacedP99s.get(round) - direct.pacedP99s.get(round));
      addedByProxy.add(Math.max(1, proxy.pacedP99s.get(round) - direct.pacedP99s.get(round)));
    }
    say(
        "p99 at %,.0f op/s: direct %.0f us, HAProxy %.0f us, Tidegate %.0f us",
        half, median(direct.pacedP99s), median(proxy.pacedP99s), median(plain.pacedP99s));
    goal(
        "P3",
        "added p99 at half load as a multiple of HAProxy's",
        ratio(added, addedByProxy),
        1.25,
        false);
  }

  /** The median of what stands in one list by what stands at the same place in the other. */
  private static double ratio(List<Double> these, List<Double> byThose) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < these.size(); i++) {
      ratios.add(these.get(i) / byThose.get(i));
    }
    return median(ratios);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private void setUp(RawSession session) throws Exception {
    Duration time = Duration.ofSeconds(plan.seconds());
    Target login =
        Target.scram(stubPort, new ScramLogin.Password(Mechanism.SCRAM_SHA_256, USER, PASSWORD));
    load.connectAndSignIn(login, 2, Duration.ofSeconds(1), FIND);
    load.connectAndSignIn(session.direct(directPort), 2, time, FIND);
    List<Double> direct = new ArrayList<>();
    List<Double> gateway = new ArrayList<>();
    long errors = 0;
    for (int round = 0; round < plan.rounds(); round++) {
      Result straight = load.connectAndSignIn(login, 2, time, FIND);
      Result through = load.connectAndSignIn(session.direct(directPort), 2, time, FIND);
      direct.add(straight.latencies().quantile(0.5) / 1e3);
      gateway.add(through.latencies().quantile(0.5) / 1e3);
      errors += straight.errors() + through.errors();
    }
    say(
        "set-up with SCRAM and one find: direct %.0f us, Tidegate with SCRAM on both sides %.0f us"
            + " (errors %d)",
        median(direct), median(gateway), errors);
    goal("P7", "set-up as a multiple of a direct SCRAM login", ratio(gateway, direct), 2.0, false);
  }

  private void memory() throws Exception {
    idle("P6", "an idle connection, plain, KiB", false, 8);
    idle("P6-tls", "an idle connection, TLS, KiB", true, 40);
  }

  private void idle(String name, String words, boolean tls, double limit) throws Exception {
    long pid = tidegate.process().pid();
    List<LoadGenerator.IdleConnections> held = new ArrayList<>();
    List<RawSession> sessions = new ArrayList<>();
    try {
      // The first hundred fill pools and classes that are there once.
      held.add(hold(tls, sessions));
      ProcessFigures.collectGarbage(pid);
      long before = ProcessFigures.residentKib(pid);
      int more = 0;
      while (more < plan.idle()) {
        held.add(hold(tls, sessions));
        more += PER_SESSION - 1;
      }
      ProcessFigures.collectGarbage(pid);
      TimeUnit.SECONDS.sleep(1);
      long after = ProcessFigures.residentKib(pid);
      goal(
          name,
          words + " (resident, " + more + " connections)",
          (after - before) / (double) more,
          limit,
          false);
    } finally {
      held.forEach(LoadGenerator.IdleConnections::close);
      // A grant has twenty sessions at most; what comes next needs the places.
      Person security = tidegate.person("security");
      for (String session : spent) {
        security.rest().post("/sessions/" + session + "/end", new Document("reason", "bench"));
      }
      spent.clear();
    }
  }

  private LoadGenerator.IdleConnections hold(boolean tls, List<RawSession> sessions)
      throws Exception {
    RawSession session = session();
    sessions.add(session);
    spent.add(session.id());
    return load.idle(tls ? session.tunnel() : session.direct(directPort), PER_SESSION - 1, FIND);
  }

  private void cut() throws Exception {
    List<LoadGenerator.LiveConnections> live = new ArrayList<>();
    try {
      int open = 0;
      while (open < plan.live()) {
        live.add(
            load.live(session().direct(directPort), PER_SESSION, FIND, Duration.ofMillis(200)));
        open += PER_SESSION;
      }
      TimeUnit.SECONDS.sleep(1);
      Person security = tidegate.person("security");
      security.rest();
      long start = System.nanoTime();
      security.rest().post("/grants/" + grant + "/revoke", new Document("reason", "bench")).good();
      double answered = (System.nanoTime() - start) / 1e6;
      for (LoadGenerator.LiveConnections each : live) {
        if (!each.awaitAllClosed(Duration.ofSeconds(30))) {
          throw new IllegalStateException("connections outlive their revocation");
        }
      }
      List<Long> closed = live.stream().flatMap(each -> each.closedAt().stream()).sorted().toList();
      long lastOk =
          live.stream().mapToLong(LoadGenerator.LiveConnections::lastOkAt).max().orElse(start);
      double p99 = (closed.get(closed.size() * 99 / 100) - start) / 1e6;
      say(
          "revocation with %d live connections: answered after %.0f ms, last result %.0f ms, last"
              + " byte %.0f ms",
          closed.size(), answered, (lastOk - start) / 1e6, (closed.getLast() - start) / 1e6);
      goal("P8", "revocation to last byte, p99 of " + closed.size() + ", ms", p99, 100, false);
    } finally {
      live.forEach(LoadGenerator.LiveConnections::close);
    }
  }

  private void say(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    System.out.println(line);
    lines.add(line);
  }

  private void goal(String name, String words, double value, double goal, boolean atLeast) {
    boolean reached = atLeast ? value >= goal : value <= goal;
    String shortfall =
        reached
            ? "reached"
            : String.format(Locale.ROOT, "%.0f %% short", 100 * Math.abs(value - goal) / goal);
    String line =
        String.format(
            Locale.ROOT,
            "%-7s %-62s %8.2f  goal %s %.2f  %s",
            name,
            words,
            value,
            atLeast ? ">=" : "<=",
            goal,
            shortfall);
    say("%s", line);
    goals.add(line);
    figures.put(name, value);
    figures.put(name + "_goal", goal);
  }

  /** The stub in a process of its own. */
  private static final class Stub implements AutoCloseable {
    private final Process process;
    private final int port;

    private Stub(Process process, int port) {
      this.process = process;
      this.port = port;
    }

    static Stub start() throws IOException {
      var builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "-XX:+UseSerialGC",
              "-Xmx256m",
              "-cp",
              System.getProperty("java.class.path"),
              StubMongo.class.getName(),
              "0",
              "1",
              USER);
      builder.environment().put("STUB_PASSWORD", PASSWORD);
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      Process process = builder.start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      String line = out.readLine();
      if (line == null) {
        throw new IOException("the stub did not start");
      }
      return new Stub(process, Integer.parseInt(line));
    }

    int port() {
      return port;
    }

    String uri() {
      return "mongodb://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port + "/?authSource=admin";
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  /**
   * Arguments: seconds, rounds, connections, idle, live; each has a default. A grant has at most 20
   * sessions of 100 connections, which bounds the last two.
   */
  public static void main(String[] arguments) throws Exception {
    int[] values = {10, 3, 64, 1_500, 1_500};
    for (int i = 0; i < Math.min(arguments.length, values.length); i++) {
      values[i] = Integer.parseInt(arguments[i]);
    }
    Report report = run(new Plan(values[0], values[1], values[2], values[3], values[4]));
    System.out.println(report.json());
    if (arguments.length > values.length) {
      Files.writeString(Path.of(Arrays.asList(arguments).getLast()), report.json());
    }
  }
}
