package io.tidegate.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.tidegate.gateway.config.GatewayConfig;
import io.tidegate.gateway.decide.LeaseGate;
import io.tidegate.gateway.direct.ClusterEntrance;
import io.tidegate.gateway.direct.ClusterListeners;
import io.tidegate.gateway.direct.ServerIdentity;
import io.tidegate.gateway.forward.UpstreamConnector;
import io.tidegate.gateway.identify.SaltKey;
import io.tidegate.gateway.identify.SignIns;
import io.tidegate.gateway.link.GatewayLink;
import io.tidegate.gateway.link.Membership;
import io.tidegate.gateway.listen.Doorkeeper;
import io.tidegate.gateway.listen.HalfOpenLimit;
import io.tidegate.gateway.listen.Listener;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.record.CommandRecorder;
import io.tidegate.gateway.record.LedgerSink;
import io.tidegate.gateway.record.RecordingStore;
import io.tidegate.gateway.rewrite.LeasePresentation;
import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.ClientConnection;
import io.tidegate.gateway.session.Ending;
import io.tidegate.gateway.session.InFlight;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.Stages;
import io.tidegate.gateway.target.Targets;
import io.tidegate.gateway.transport.Transport;
import io.tidegate.gateway.tunnel.TunnelEntrance;
import io.tidegate.gateway.tunnel.TunnelTls;
import io.tidegate.ledger.Ledger;
import io.tidegate.ledger.LedgerException;
import io.tidegate.ledger.LedgerKeys;
import io.tidegate.ledger.LedgerOptions;
import io.tidegate.link.LinkTransport;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.SealingKey;
import io.tidegate.wire.FrameDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: the same for a process of its own and for the server that embeds it. Starts
 * everything, and stops it within five seconds.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  /** Nobody needs more to say hello and who he is. */
  private static final int STRANGERS_FRAME = 64 * 1024;

  /** How late a port closes that no lease needs, or a replaced certificate is noticed. */
  private static final long LOOK_MILLIS = 1_000;

  /** At a tunnel's door certificates speak, not hellos. */
  private static final HalfOpenLimit NO_MONITORS = new HalfOpenLimit(0);

  private final GatewayConfig config;
  private final GatewayMetrics metrics = new GatewayMetrics();
  private final Transport transport;
  private final Targets targets;
  private final UpstreamConnector upstreams;
  private final LedgerSink ledger;
  private final CommandRecorder recorder;
  private final Sessions sessions;
  private final GatewayLink link;
  private final Membership membership;
  private final Listener tunnel;

  /** Another one after the gateway's certificate was renewed. */
  private volatile SslContext tls;

  private final @Nullable Listener direct;
  private final ServerIdentity identity;
  private final ClusterListeners clusters;
  private final AtomicBoolean looking = new AtomicBoolean();
  private long rosterSeen;

  /**
   * Where a gateway listens.
   *
   * @param tunnel for the command line's tunnels
   * @param direct for clients that sign in by SCRAM, null where there is no such listener
   */
  public record Addresses(InetSocketAddress tunnel, @Nullable InetSocketAddress direct) {}

  private Gateway(
      GatewayConfig config,
      GatewayCredentials credentials,
      LinkTransport control,
      InstantSource clock,
      SecureRandom random,
      Membership membership,
      LedgerOptions recorded)
      throws IOException, LedgerException {
    this.config = config;
    this.membership = membership;
    Path data = config.dataDirectory();
    Files.createDirectories(data);
    LedgerKeys keys = LedgerKeys.createOrLoad(data.resolve("ledger.keys"));
    ledger = new LedgerSink(() -> Ledger.open(data.resolve("ledger"), keys, recorded, clock));
    transport = Transport.open(config.loops());
    recorder =
        new CommandRecorder(ledger, clock, config.limits(), firstSequence(data), this::recording);
    recorder.start();
    targets = new Targets(transport, config.timings(), this::moved);
    upstreams = new UpstreamConnector(transport, config.timings(), config.limits(), random);
    RecordingStore recordings = new RecordingStore(ledger);
    SealingKey sealingKey = SealingKey.generate();
    link =
        new GatewayLink(config, credentials, control, sealingKey, clock, random, transport.loops());
    sessions = new Sessions(clock, config.timings(), link.listener(), upstreams);
    Stages stages =
        new Stages(
            sessions,
            new SignIns(sessions, random, SaltKey.createOrLoad(data.resolve("salt.key"), random)),
            new LeaseGate(),
            new LeasePresentation(sessions),
            upstreams,
            recorder,
            link.listener(),
            metrics,
            new InFlight(config.limits().bytesInFlight()));
    // One for each listener: strangers at the direct one do not keep tunnels out.
    HalfOpenLimit atTheTunnel = new HalfOpenLimit(config.limits().halfOpenConnections());
    HalfOpenLimit atTheDoor = new HalfOpenLimit(config.limits().halfOpenConnections());
    HalfOpenLimit monitors = new HalfOpenLimit(config.limits().halfOpenConnections());
    tls = tunnelTls(credentials);
    identity =
        ServerIdentity.of(
            config.clusterPorts().files(), credentials.privateKey(), credentials.chain());
    clusters = new ClusterListeners((resourceId, port) -> listen(resourceId, port, stages));
    tunnel =
        Listener.bind(
            transport,
            "tunnel",
            config.tunnelBind(),
            channel -> assembleTunnel(channel, stages, atTheTunnel));
    InetSocketAddress directBind = config.directBind();
    direct =
        directBind == null
            ? null
            : Listener.bind(
                transport,
                "direct",
                directBind,
                channel -> assembleDirect(channel, stages, atTheDoor, monitors));
    long tick = config.timings().tick().toMillis();
    transport.loops().next().scheduleAtFixedRate(this::tick, tick, tick, TimeUnit.MILLISECONDS);
    transport
        .loops()
        .next()
        .scheduleAtFixedRate(
            () -> aside(this::lookAtPorts), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    link.open(
        sessions,
        targets,
        upstreams,
        clusters::open,
        SignIns::unusable,
        (query, sink) -> recordings.read(query, sink, sessions),
        () -> ledger.ledger().head(),
        metrics,
        tunnel.address().getPort(),
        new Membership() {
          @Override
          public void renewed(GatewayCredentials next) {
            Gateway.this.renewed(next);
          }

          @Override
          public void dismissed(String sentence) {
            membership.dismissed(sentence);
          }
        });
    LOG.atInfo()
        .addKeyValue("tunnel", tunnel.address())
        .addKeyValue("direct", direct == null ? "none" : direct.address())
        .addKeyValue("transport", transport)
        .addKeyValue("tls", tls.getClass().getSimpleName())
        .log("gateway started");
  }

  /**
   * Starts a gateway; returns when it listens. The control plane may be away: the gateway tries
   * until it is there.
   *
   * @param credentials from an enrolment
   * @param control where the control plane is
   * @param membership takes the credentials that replace these, and hears of a dismissal
   * @throws IOException when a port is taken or the data folder cannot be used
   * @throws LedgerException when the recordings' ledger cannot be opened
   */
  public static Gateway start(
      GatewayConfig config,
      GatewayCredentials credentials,
      LinkTransport control,
      InstantSource clock,
      SecureRandom random,
      Membership membership)
      throws IOException, LedgerException {
    return start(
        config, credentials, control, clock, random, membership, LedgerOptions.recordings());
  }

  /**
   * The same, with a choice of how recordings are written.
   *
   * @param recordings durability, segment size and storage of the recordings' ledger
   */
  public static Gateway start(
      GatewayConfig config,
      GatewayCredentials credentials,
      LinkTransport control,
      InstantSource clock,
      SecureRandom random,
      Membership membership,
      LedgerOptions recordings)
      throws IOException, LedgerException {
    return new Gateway(config, credentials, control, clock, random, membership, recordings);
  }

  public Addresses addresses() {
    return new Addresses(tunnel.address(), direct == null ? null : direct.address());
  }

  public GatewayMetrics metrics() {
    return metrics;
  }

  private static SslContext tunnelTls(GatewayCredentials credentials) throws IOException {
    try {
      return TunnelTls.server(credentials);
    } catch (SSLException e) {
      throw new IOException("the gateway's certificate cannot be used; enrol it again", e);
    }
  }

  private void assembleTunnel(SocketChannel channel, Stages stages, HalfOpenLimit atTheDoor) {
    countConnection(channel);
    channel
        .pipeline()
        .addLast(tls.newHandler(channel.alloc()))
        .addLast(
            new TunnelEntrance(
                sessions,
                metrics,
                (context, session) ->
                    assembleStream(
                        context,
                        Arrival.byTunnel(context.channel()),
                        session,
                        new FrameDecoder(config.limits().frameLength()),
                        stages)))
        .addLast(
            new Doorkeeper(
                atTheDoor, NO_MONITORS, metrics, config.timings().handshake(), () -> {}));
  }

  private static boolean assembleStream(
      ChannelHandlerContext context,
      Arrival arrival,
      @Nullable Session session,
      FrameDecoder frames,
      Stages stages) {
    ClientConnection connection =
        ClientConnection.begin(stages, context.channel(), arrival, session);
    if (connection == null) {
      return false;
    }
    frames.chargeTo(connection.budget());
    String entrance = context.name();
    context
        .pipeline()
        .addAfter(entrance, "connection", connection)
        .addAfter(entrance, "frames", frames);
    return true;
  }

  private Listener listen(String resourceId, int port, Stages stages) throws IOException {
    HalfOpenLimit atTheDoor = new HalfOpenLimit(config.limits().halfOpenConnections());
    HalfOpenLimit monitors = new HalfOpenLimit(config.limits().halfOpenConnections());
    return Listener.bind(
        transport,
        "cluster",
        new InetSocketAddress(config.clusterPorts().bind(), port),
        channel -> assembleCluster(channel, resourceId, stages, atTheDoor, monitors));
  }

  private void assembleCluster(
      SocketChannel channel,
      String resourceId,
      Stages stages,
      HalfOpenLimit atTheDoor,
      HalfOpenLimit monitors) {
    countConnection(channel);
    FrameDecoder frames = strangers();
    channel
        .pipeline()
        .addLast(
            new ClusterEntrance(
                resourceId,
                config.clusterPorts().proxies(),
                identity,
                sessions,
                metrics,
                (context, arrival) -> assembleStream(context, arrival, null, frames, stages)))
        .addLast(doorkeeper(atTheDoor, monitors, frames));
  }

  private void assembleDirect(
      SocketChannel channel, Stages stages, HalfOpenLimit atTheDoor, HalfOpenLimit monitors) {
    countConnection(channel);
    InetSocketAddress here = channel.localAddress();
    String advertised = here.getHostString() + ":" + here.getPort();
    ClientConnection connection =
        ClientConnection.begin(stages, channel, Arrival.local(channel, advertised), null);
    if (connection == null) {
      channel.close();
      return;
    }
    FrameDecoder frames = strangers();
    frames.chargeTo(connection.budget());
    channel
        .pipeline()
        .addLast(frames)
        .addLast(connection)
        .addLast(doorkeeper(atTheDoor, monitors, frames));
  }

  private FrameDecoder strangers() {
    return new FrameDecoder(Math.min(config.limits().frameLength(), STRANGERS_FRAME));
  }

  private Doorkeeper doorkeeper(
      HalfOpenLimit atTheDoor, HalfOpenLimit monitors, FrameDecoder frames) {
    return new Doorkeeper(
        atTheDoor,
        monitors,
        metrics,
        config.timings().handshake(),
        () -> frames.limitTo(config.limits().frameLength()));
  }

  private void countConnection(SocketChannel channel) {
    metrics.connectionOpened();
    channel.closeFuture().addListener(closed -> metrics.connectionClosed());
  }

  private void tick() {
    try {
      sessions.tick();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the sessions' clock failed; it goes on");
    }
  }

  /** Opens and closes ports as the leases of now ask for. Blocks. */
  private void lookAtPorts() {
    identity.look();
    long changes = sessions.roster().changes();
    if (changes != rosterSeen && clusters.settle(sessions.roster().ports())) {
      rosterSeen = changes;
    }
  }

  /** Runs something that blocks on a thread of its own, one at a time. */
  private void aside(Runnable task) {
    if (!looking.compareAndSet(false, true)) {
      return;
    }
    Thread.ofVirtual()
        .name("tidegate-ports")
        .start(() -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("looking after the clusters' ports failed; it goes on");
          } finally {
            looking.set(false);
          }
        });
  }

  private void moved(String resourceId, io.tidegate.gateway.target.TargetView view) {
    var node = view.node();
    if (node != null) {
      sessions.moved(resourceId, node.toString());
    }
  }

  private void renewed(GatewayCredentials credentials) {
    try {
      SslContext next = tunnelTls(credentials);
      membership.renewed(credentials);
      tls = next;
      identity.renewed(credentials.privateKey(), credentials.chain());
    } catch (IOException e) {
      throw new UncheckedIOException("the renewed certificate cannot be used", e);
    }
  }

  private void recording(@Nullable String failure) {
    link.recordingFailed(failure);
  }

  /**
   * Every start numbers on from a place of its own, so that no number comes twice in a recording.
   */
  private static long firstSequence(Path data) throws IOException {
    Path file = data.resolve("starts");
    long starts = 0;
    if (Files.exists(file)) {
      try {
        starts = Long.parseLong(Files.readString(file, StandardCharsets.US_ASCII).strip());
      } catch (NumberFormatException e) {
        throw new IOException(file + " is damaged; move the data folder away to start anew", e);
      }
    }
    Path fresh = data.resolve("starts.new");
    Files.writeString(fresh, (starts + 1) + "\n", StandardCharsets.US_ASCII);
    Files.move(
        fresh,
        file,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    return (starts << 40) + 1;
  }

  /** Ends every session with its reason, writes what is under way, and stops. */
  @Override
  public void close() {
    tunnel.close();
    clusters.close();
    if (direct != null) {
      direct.close();
    }
    sessions.endAll(Ending.SHUTDOWN, "the gateway is being stopped");
    try {
      // Last words leave on the loops, and the recorder takes the outcomes.
      TimeUnit.MILLISECONDS.sleep(100);
      int left = upstreams.settle(config.timings().parting());
      if (left > 0) {
        LOG.atWarn()
            .addKeyValue("sessions", left)
            .log("the gateway stops before all that sessions left at targets is cleared up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    recorder.close();
    link.close();
    targets.close();
    transport.close();
    ledger.close();
    LOG.info("gateway stopped");
  }
}
