package io.tidegate.gateway.link;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import io.tidegate.access.Binding;
import io.tidegate.gateway.config.GatewayConfig;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.session.SessionListener;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.Upstreams;
import io.tidegate.gateway.target.TargetView;
import io.tidegate.gateway.target.Targets;
import io.tidegate.ledger.LedgerHead;
import io.tidegate.link.GatewayHealth;
import io.tidegate.link.GatewayHello;
import io.tidegate.link.LinkClient;
import io.tidegate.link.LinkOptions;
import io.tidegate.link.LinkTransport;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.SealingKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway's end of the link, from start to stop. */
public final class GatewayLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayLink.class);

  /** What the recorder needs to have written the outcomes of a session that ended. */
  private static final long SETTLE_MILLIS = 150;

  private final GatewayConfig config;
  private final GatewayCredentials credentials;
  private final LinkTransport control;
  private final SealingKey sealingKey;
  private final InstantSource clock;
  private final SecureRandom random;
  private final EventLoopGroup loops;
  private final SessionReporter reporter;
  private volatile @Nullable LinkClient client;
  private volatile @Nullable String recordingFailure;
  private @Nullable ScheduledFuture<?> timer;

  public GatewayLink(
      GatewayConfig config,
      GatewayCredentials credentials,
      LinkTransport control,
      SealingKey sealingKey,
      InstantSource clock,
      SecureRandom random,
      EventLoopGroup loops) {
    this.config = config;
    this.credentials = credentials;
    this.control = control;
    this.sealingKey = sealingKey;
    this.clock = clock;
    this.random = random;
    this.loops = loops;
    this.reporter = new SessionReporter(clock, this::report, this::later);
  }

  /** Hears what happens in sessions and tells it to the control plane. */
  public SessionListener listener() {
    return reporter;
  }

  /**
   * Begins dialling the control plane; returns at once.
   *
   * @param ports where direct clients are let in
   * @param bindings says why nobody could prove what a lease asks for, or null
   * @param ledgerHead the recordings' newest signed head
   * @param membership hears of the next certificate, and of the end
   */
  public void open(
      Sessions sessions,
      Targets targets,
      Upstreams upstreams,
      ClusterPorts ports,
      Function<Binding, @Nullable String> bindings,
      Recordings recordings,
      Supplier<LedgerHead> ledgerHead,
      GatewayMetrics metrics,
      int tunnelPort,
      Membership membership) {
    ControlLink endpoint =
        new ControlLink(() -> hello(tunnelPort), sessions, recordings, membership);
    endpoint.use(
        new LeaseInstaller(
            endpoint::verifier,
            sealingKey,
            sessions,
            targets,
            upstreams,
            ports,
            bindings,
            config.timings()));
    LinkClient opened =
        LinkClient.start(
            endpoint, control, credentials, random, LinkOptions.defaults(clock, random));
    client = opened;
    long period = config.timings().health().toMillis();
    timer =
        loops
            .next()
            .scheduleAtFixedRate(
                () -> {
                  reporter.count(sessions.live());
                  opened.report(health(sessions, targets, ledgerHead.get(), metrics));
                },
                0,
                period,
                TimeUnit.MILLISECONDS);
  }

  /** Writing recordings has begun to fail, or works again. */
  public void recordingFailed(@Nullable String failure) {
    LOG.atWarn()
        .addKeyValue("failure", failure == null ? "none" : failure)
        .log("recording state changed");
    recordingFailure = failure;
  }

  private GatewayHello hello(int tunnelPort) {
    return new GatewayHello(
        config.name(), version(), config.tunnelHost(), tunnelPort, sealingKey.publicKey());
  }

  private static String version() {
    String version = GatewayLink.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private GatewayHealth health(
      Sessions sessions, Targets targets, LedgerHead head, GatewayMetrics metrics) {
    List<GatewayHealth.TargetHealth> all = new ArrayList<>();
    for (Targets.Watched watched : targets.all()) {
      TargetView.Trouble trouble = watched.view().trouble();
      all.add(
          new GatewayHealth.TargetHealth(
              watched.resourceId(),
              trouble == null,
              trouble == null ? "" : trouble.code() + ": " + trouble.sentence()));
    }
    String failure = recordingFailure;
    if (failure != null) {
      // No target is served while nothing can be recorded.
      all.add(new GatewayHealth.TargetHealth("recording", false, failure));
    }
    return new GatewayHealth(
        clock.instant(),
        sessions.live().size(),
        metrics.connections(),
        head.count() - 1,
        head.count() == 0 ? new byte[0] : HexFormat.of().parseHex(head.hash()),
        all);
  }

  private void report(SessionEvent event) {
    LinkClient open = client;
    if (open != null) {
      open.report(event);
    }
  }

  private void later(Runnable task) {
    if (loops.isShuttingDown()) {
      task.run();
    } else {
      loops.next().schedule(task, SETTLE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.cancel(false);
    }
    LinkClient open = client;
    if (open != null) {
      open.close();
    }
  }
}
