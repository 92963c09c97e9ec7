package io.tidegate.e2e.bench;

import io.tidegate.e2e.bench.Findings.Bound;
import io.tidegate.e2e.support.RawSession;
import io.tidegate.testkit.load.LoadGenerator;
import io.tidegate.testkit.load.LoadGenerator.Result;
import io.tidegate.testkit.load.LoadGenerator.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;

/**
 * Measures P1, P2, P3, P6, P7 and P8 of the goals. Every peer stands in front of the same stub and
 * is loaded by the same client. Peers take turns, in as many rounds as asked for and in the
 * opposite order every other round; what counts is the median over the rounds of the ratio within a
 * round, so that neither a lucky run nor a machine that gets slower or faster meanwhile decides.
 */
public final class Bench {

  /**
   * How long and how wide. A grant has at most 20 sessions of 100 connections, which bounds the
   * last two.
   *
   * @param run each measured run
   * @param warmUp the longest that the gateway's compilers are waited for
   * @param rounds of the runs that compare peers
   * @param connections at work
   * @param idle connections for the memory figures
   * @param live connections for the cut
   */
  public record Plan(
      Duration run, Duration warmUp, int rounds, int connections, int idle, int live) {

    /** What every run of the tests can afford: a minute and a half with all that has to start. */
    public static Plan quick() {
      return new Plan(Duration.ofSeconds(1), Duration.ofSeconds(16), 3, 64, 1_000, 500);
    }

    /** What figures are quoted from: five minutes. */
    public static Plan full() {
      return new Plan(Duration.ofSeconds(4), Duration.ofSeconds(60), 7, 64, 1_500, 1_500);
    }
  }

  private static final int PER_SESSION = 100;
  private static final BsonDocument FIND = LoadGenerator.find("shop");

  private final Plan plan;
  private final Stage stage;
  private final LoadGenerator load;
  private final Findings findings = new Findings();

  private Bench(Plan plan, Stage stage, LoadGenerator load) {
    this.plan = plan;
    this.stage = stage;
    this.load = load;
  }

  /** What a run found: words for people, JSON for machines. */
  public record Report(String table, String json) {}

  /** Runs everything, in processes of their own, and stops them. */
  public static Report run(Plan plan) throws Exception {
    try (Stage stage = Stage.set();
        LoadGenerator load = new LoadGenerator(1)) {
      return new Bench(plan, stage, load).measure();
    }
  }

  private Report measure() throws Exception {
    RawSession session = stage.session();
    peers(session);
    setUp(session);
    stage.end(session);
    memory("P6", "memory of an idle connection, plain, KiB", false, 8);
    memory("P6-tls", "memory of an idle connection, TLS, KiB", true, 40);
    cut();
    return findings.report();
  }

  private void peers(RawSession session) throws Exception {
    Optional<ProcessHandle> gateway = Optional.of(stage.gateway());
    Peer direct = peer("direct", Target.plain(stage.stubPort()), Optional.empty());
    Peer proxy =
        peer(
            "haproxy",
            Target.plain(stage.haproxy().port()),
            ProcessHandle.of(stage.haproxy().pid()));
    Peer plain = peer("tidegate", session.direct(stage.directPort()), gateway);
    Peer tunnel = peer("tidegate-tls", session.tunnel(), gateway);
    direct.warmUp(Duration.ofSeconds(2));
    findings.figure("warm_up_seconds", plain.warmUp(plan.warmUp()));
    throughput(List.of(direct, proxy, plain, tunnel));
    findings.goal(
        "P1",
        "throughput as a share of HAProxy's",
        plain.rates.dividedBy(proxy.rates),
        1.0,
        Bound.AT_LEAST);
    findings.goal(
        "P2",
        "CPU an operation as a multiple of HAProxy's",
        plain.cpuMicros.dividedBy(proxy.cpuMicros),
        1.2,
        Bound.AT_MOST);
    addedLatency(direct, proxy, plain);
  }

  private Peer peer(String name, Target target, Optional<ProcessHandle> process) {
    return new Peer(name, load, target, process, plan.connections(), FIND);
  }

  private void throughput(List<Peer> peers) throws Exception {
    long ownBefore = stage.cpuNanos();
    long busyBefore = ProcessFigures.machineBusyNanos();
    long start = System.nanoTime();
    for (int round = 0; round < plan.rounds(); round++) {
      for (Peer peer : round % 2 == 0 ? peers : peers.reversed()) {
        peer.saturate(plan.run());
      }
    }
    findings.say(
        "%d connections, one find with a 1 KiB reply in flight on each; TLS is the tunnel without"
            + " the command line's end; medians of %d rounds of %d s",
        plan.connections(), plan.rounds(), plan.run().toSeconds());
    double foreign =
        (ProcessFigures.machineBusyNanos() - busyBefore - (stage.cpuNanos() - ownBefore))
            / (double) (System.nanoTime() - start);
    findings.say(
        "cores that others on this machine used meanwhile: %.2f%s",
        foreign, foreign > 0.1 ? "; no figure below can be trusted" : "");
    findings.figure("foreign_cores", foreign);
    findings.say(
        "%-14s %10s %19s %8s %8s %10s %17s %9s",
        "",
        "op/s",
        "least to most",
        "p50 us",
        "p99 us",
        "CPU us/op",
        "of it compilers",
        "collector");
    for (Peer peer : peers) {
      findings.say(
          "%-14s %,10.0f %9.0f to %,7.0f %8.0f %8.0f %10s %17s %9s",
          peer.name,
          peer.rates.median(),
          peer.rates.least(),
          peer.rates.most(),
          peer.medians.median(),
          peer.p99s.median(),
          cpu(peer, peer.cpuMicros),
          cpu(peer, peer.compilerMicros),
          cpu(peer, peer.collectorMicros));
      findings.figure(peer.name + "_rate", peer.rates.median());
      findings.figure(peer.name + "_cpu_us", peer.hasProcess() ? peer.cpuMicros.median() : null);
    }
  }

  private static String cpu(Peer peer, Sample micros) {
    return peer.hasProcess() ? String.format(Locale.ROOT, "%.1f", micros.median()) : "-";
  }

  /**
   * The goal is a multiple of what HAProxy adds. Where that is lost in how much the direct way
   * itself differs from round to round, there is no such multiple, and only the microseconds are
   * told.
   */
  private void addedLatency(Peer direct, Peer proxy, Peer plain) throws Exception {
    double half = Math.min(proxy.rates.median(), plain.rates.median()) / 2;
    List<Peer> paced = List.of(direct, proxy, plain);
    for (int round = 0; round < plan.rounds(); round++) {
      for (Peer peer : round % 2 == 0 ? paced : paced.reversed()) {
        peer.pace(plan.run(), half);
      }
    }
    Sample byProxy = proxy.pacedP99s.minus(direct.pacedP99s);
    Sample byPlain = plain.pacedP99s.minus(direct.pacedP99s);
    double noise = (direct.pacedP99s.most() - direct.pacedP99s.least()) / 2;
    findings.say(
        "p99 at %,.0f op/s: direct %.0f us (give or take %.0f us), HAProxy adds %.0f us, Tidegate"
            + " adds %.0f us",
        half, direct.pacedP99s.median(), noise, byProxy.median(), byPlain.median());
    findings.figure("P3_noise_us", noise);
    findings.figure("P3_haproxy_added_us", byProxy.median());
    findings.figure("P3_tidegate_added_us", byPlain.median());
    String words = "added p99 at half load as a multiple of HAProxy's";
    if (byProxy.median() > noise) {
      findings.goal(
          "P3", words, Sample.of(byPlain.median() / byProxy.median()), 1.25, Bound.AT_MOST);
    } else {
      findings.unknown(
          "P3",
          words,
          String.format(
              Locale.ROOT,
              "below noise: HAProxy %.0f us, Tidegate %.0f us, noise %.0f us",
              byProxy.median(),
              byPlain.median(),
              noise),
          1.25);
    }
  }

  private void setUp(RawSession session) throws Exception {
    Target login = Target.scram(stage.stubPort(), stage.stubLogin());
    Target through = session.direct(stage.directPort());
    load.connectAndSignIn(login, 2, plan.run(), FIND);
    // As long as for the commands: it is other code that is to be compiled.
    Peer.warmUp(
        plan.warmUp().dividedBy(2),
        Optional.of(stage.gateway()),
        (time, window) -> {
          window.opened();
          load.connectAndSignIn(through, 2, time, FIND);
          window.closed();
        });
    Sample direct = new Sample();
    Sample gateway = new Sample();
    for (int round = 0; round < plan.rounds(); round++) {
      direct.add(setUp(login));
      gateway.add(setUp(through));
    }
    findings.say(
        "set-up with SCRAM and one find: direct %.0f us, Tidegate with SCRAM on both sides %.0f us",
        direct.median(), gateway.median());
    findings.figure("set_up_direct_us", direct.median());
    findings.figure("set_up_tidegate_us", gateway.median());
    findings.goal(
        "P7",
        "set-up as a multiple of a direct SCRAM login",
        gateway.dividedBy(direct),
        2.0,
        Bound.AT_MOST);
  }

  private double setUp(Target target) throws InterruptedException {
    Result result = load.connectAndSignIn(target, 2, plan.run(), FIND);
    if (result.errors() > 0) {
      throw new IllegalStateException(result.errors() + " set-ups failed");
    }
    return result.latencies().quantile(0.5) / 1e3;
  }

  /** Holds more and more connections; each step is a round. */
  private void memory(String name, String words, boolean tls, double limit) throws Exception {
    List<LoadGenerator.IdleConnections> held = new ArrayList<>();
    List<RawSession> sessions = new ArrayList<>();
    try {
      // The first ones fill pools and classes that are there once.
      hold(2, tls, held, sessions);
      Sample kib = new Sample();
      int perRound = plan.idle() / PER_SESSION / 4;
      for (int round = 0; round < 4; round++) {
        long before = ProcessFigures.heldBytes(stage.gateway().pid());
        int more = hold(perRound, tls, held, sessions);
        TimeUnit.SECONDS.sleep(1);
        long after = ProcessFigures.heldBytes(stage.gateway().pid());
        kib.add((after - before) / 1024.0 / more);
      }
      findings.goal(name, words, kib, limit, Bound.AT_MOST);
    } finally {
      held.forEach(LoadGenerator.IdleConnections::close);
      // A grant has twenty sessions at most; what comes next needs the places.
      for (RawSession session : sessions) {
        stage.end(session);
      }
    }
  }

  private int hold(
      int count, boolean tls, List<LoadGenerator.IdleConnections> held, List<RawSession> sessions)
      throws Exception {
    for (int i = 0; i < count; i++) {
      RawSession session = stage.session();
      sessions.add(session);
      Target target = tls ? session.tunnel() : session.direct(stage.directPort());
      held.add(load.idle(target, PER_SESSION, FIND));
    }
    return count * PER_SESSION;
  }

  private void cut() throws Exception {
    List<LoadGenerator.LiveConnections> live = new ArrayList<>();
    try {
      for (int open = 0; open < plan.live(); open += PER_SESSION) {
        Target target = stage.session().direct(stage.directPort());
        live.add(load.live(target, PER_SESSION, FIND, Duration.ofMillis(200)));
      }
      TimeUnit.SECONDS.sleep(1);
      long start = System.nanoTime();
      stage.revoke();
      double answered = (System.nanoTime() - start) / 1e6;
      for (LoadGenerator.LiveConnections each : live) {
        if (!each.awaitAllClosed(Duration.ofSeconds(30))) {
          throw new IllegalStateException("connections outlive their revocation");
        }
      }
      List<Long> cut = live.stream().flatMap(each -> each.cutAt().stream()).sorted().toList();
      long lastOk =
          live.stream().mapToLong(LoadGenerator.LiveConnections::lastOkAt).max().orElse(start);
      double p99 = (cut.get(cut.size() * 99 / 100) - start) / 1e6;
      findings.say(
          "revocation with %d live connections: answered after %.0f ms, last result %.0f ms, last"
              + " one cut off %.0f ms",
          cut.size(), answered, (lastOk - start) / 1e6, (cut.getLast() - start) / 1e6);
      findings.goal(
          "P8",
          "revocation to last byte, p99 of " + cut.size() + ", ms",
          Sample.of(p99),
          100,
          Bound.AT_MOST);
    } finally {
      live.forEach(LoadGenerator.LiveConnections::close);
    }
  }

  /** Arguments: {@code quick} or {@code full}, and where to write the JSON. */
  public static void main(String[] arguments) throws Exception {
    boolean full = arguments.length > 0 && arguments[0].equals("full");
    Report report = run(full ? Plan.full() : Plan.quick());
    System.out.println(report.json());
    if (arguments.length > 1) {
      Files.writeString(Path.of(arguments[1]), report.json());
    }
  }
}
