package io.tidegate.gateway.target;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.tidegate.gateway.target.TargetView.Trouble;
import io.tidegate.wire.FrameDecoder;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.TargetDescription;
import io.tidegate.wire.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every node of one target how it is, by one connection each, and knows from the answers what
 * clients may be told and where sessions go. A small form of the drivers' server discovery and
 * monitoring: it follows the member lists of a replica set and believes the newest primary.
 *
 * <p>All of it runs on one event loop; {@link #view} is for any thread.
 */
final class TargetWatcher {
  private static final Logger LOG = LoggerFactory.getLogger(TargetWatcher.class);

  /** A hello's reply is small; a longer one is not from a server. */
  private static final int MAX_REPLY = 1024 * 1024;

  private final TargetAddress address;
  private final Dialler dialler;
  private final EventLoop loop;
  private final Duration period;
  private final SrvLookup dns;
  private final Consumer<TargetView> changed;
  private final Map<HostPort, Probe> probes = new LinkedHashMap<>();
  private final Object viewChanged = new Object();
  private volatile TargetView view = TargetView.unknown();
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable String dnsTrouble;
  private boolean looking;
  private boolean stopped;
  private int requestId;

  TargetWatcher(
      TargetAddress address,
      Dialler dialler,
      EventLoop loop,
      Duration period,
      SrvLookup dns,
      Consumer<TargetView> changed) {
    this.address = address;
    this.dialler = dialler;
    this.loop = loop;
    this.period = period;
    this.dns = dns;
    this.changed = changed;
  }

  void start() {
    loop.execute(() -> {
      address.hosts().forEach(this::watch);
      timer = loop.scheduleAtFixedRate(this::round, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    });
  }

  void stop() {
    loop.execute(() -> {
      stopped = true;
      if (timer != null) {
        timer.cancel(false);
      }
      probes.values().forEach(Probe::close);
      probes.clear();
    });
  }

  TargetView view() {
    return view;
  }

  Dialler dialler() {
    return dialler;
  }

  TargetView await(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    synchronized (viewChanged) {
      while (view.node() == null) {
        long left = (until - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          break;
        }
        viewChanged.wait(left);
      }
    }
    return view;
  }

  void checkNow() {
    loop.execute(this::round);
  }

  private void round() {
    if (stopped) {
      return;
    }
    if (address.srvName() != null && view.node() == null) {
      lookUp(address.srvName());
    }
    new ArrayList<>(probes.values()).forEach(Probe::ask);
  }

  private void lookUp(String name) {
    if (looking) {
      return;
    }
    looking = true;
    Thread.ofVirtual()
        .start(() -> {
          try {
            List<HostPort> hosts = dns.hosts(name);
            loop.execute(() -> found(hosts));
          } catch (IOException e) {
            loop.execute(() -> notFound(String.valueOf(e.getMessage())));
          }
        });
  }

  private void found(List<HostPort> hosts) {
    looking = false;
    dnsTrouble = null;
    if (!stopped) {
      hosts.forEach(this::watch);
      probes.values().forEach(Probe::ask);
    }
  }

  private void notFound(String sentence) {
    looking = false;
    dnsTrouble = sentence;
    conclude();
  }

  private void watch(HostPort node) {
    probes.computeIfAbsent(node, Probe::new);
  }

  /** Draws the conclusion from what every node said last. */
  private void conclude() {
    if (stopped) {
      return;
    }
    TargetView now = summary();
    TargetView before = view;
    if (now.equals(before)) {
      return;
    }
    synchronized (viewChanged) {
      view = now;
      viewChanged.notifyAll();
    }
    if (!Objects.equals(now.node(), before.node())) {
      Trouble trouble = now.trouble();
      LOG.atInfo()
          .addKeyValue("node", now.node())
          .addKeyValue("trouble", trouble == null ? "" : trouble.sentence())
          .log("target's node changed");
      changed.accept(now);
    }
  }

  private TargetView summary() {
    Probe primary = null;
    Probe member = null;
    Probe router = null;
    Probe single = null;
    Trouble unsuitable = null;
    for (Probe probe : probes.values()) {
      TargetDescription described = probe.described;
      if (described == null) {
        unsuitable = probe.answered ? notReady(probe.node) : unsuitable;
        continue;
      }
      switch (described.kind()) {
        case STANDALONE -> single = single == null ? probe : single;
        case MONGOS -> router = router == null || probe.node.equals(view.node()) ? probe : router;
        case REPLICA_SET -> {
          String wanted = address.replicaSet();
          if (wanted != null && !wanted.equals(described.setName())) {
            unsuitable = otherSet(probe.node, String.valueOf(described.setName()), wanted);
            continue;
          }
          member = member == null ? probe : member;
          primary = described.writable() && newer(probe, primary) ? probe : primary;
        }
      }
    }
    Probe chosen = primary != null ? primary : router != null ? router : single;
    if (chosen == null && member != null && direct()) {
      chosen = member;
    }
    if (chosen != null) {
      return new TargetView(chosen.described, chosen.node, null);
    }
    if (member != null && member.described != null) {
      return new TargetView(
          Descriptions.withoutPrimary(member.described),
          null,
          new Trouble(
              Trouble.NO_PRIMARY,
              "the replica set has no primary at the moment; try again in a few seconds"));
    }
    return new TargetView(
        view.description(), null, unsuitable != null ? unsuitable : unreachable());
  }

  private boolean direct() {
    return Boolean.parseBoolean(address.options().get("directconnection"));
  }

  private static Trouble notReady(HostPort node) {
    return new Trouble(
        Trouble.UNSUITABLE,
        node + " is not ready to serve clients; initiate its replica set, or name another member");
  }

  private static Trouble otherSet(HostPort node, String name, String wanted) {
    return new Trouble(
        Trouble.UNSUITABLE,
        node
            + " is a member of "
            + name
            + ", not of "
            + wanted
            + "; correct replicaSet in the resource's connection string");
  }

  private Trouble unreachable() {
    if (dnsTrouble != null) {
      return new Trouble(
          Trouble.UNREACHABLE, dnsTrouble + "; check the resource's connection string");
    }
    for (Probe probe : probes.values()) {
      if (probe.trouble != null) {
        return probe.trouble;
      }
    }
    return new Trouble(Trouble.UNREACHABLE, "the target has not answered yet");
  }

  /** Of two that both claim to be primary, the one of the later election. */
  private static boolean newer(Probe probe, @Nullable Probe other) {
    if (other == null || other.described == null || probe.described == null) {
      return true;
    }
    BsonObjectId mine = probe.described.electionId();
    BsonObjectId theirs = other.described.electionId();
    return mine != null && (theirs == null || mine.compareTo(theirs) > 0);
  }

  /** One node: its connection and what it said last. */
  private final class Probe extends ChannelInboundHandlerAdapter {
    private final HostPort node;
    private @Nullable ChannelHandlerContext context;
    private boolean dialling;
    private boolean awaiting;
    private boolean answered;
    private @Nullable TargetDescription described;
    private @Nullable Trouble trouble;

    Probe(HostPort node) {
      this.node = node;
    }

    @Override
    public boolean isSharable() {
      // Added anew for each connection, one after the other.
      return true;
    }

    void ask() {
      if (dialling) {
        return;
      }
      if (context == null) {
        dialling = true;
        dialler.dial(loop, node, new FrameDecoder(MAX_REPLY), this, this::failed);
      } else if (awaiting) {
        fail(new Trouble(Trouble.UNREACHABLE, node + " did not answer in time"));
      } else {
        send(context);
      }
    }

    private void send(ChannelHandlerContext to) {
      awaiting = true;
      BsonDocument hello =
          new BsonDocument("isMaster", new BsonInt32(1))
              .append("helloOk", BsonBoolean.TRUE)
              .append("$db", new BsonString("admin"));
      to.writeAndFlush(OpMsg.encode(to.alloc(), ++requestId, 0, 0, hello));
    }

    private void failed(Throwable cause) {
      dialling = false;
      fail(
          new Trouble(
              Dialler.tlsFailed(cause) ? Trouble.TLS : Trouble.UNREACHABLE,
              Dialler.describe(node, cause)
                  + "; check the resource's address and that the gateway can reach it"));
    }

    private void fail(Trouble why) {
      trouble = why;
      answered = false;
      described = null;
      close();
      conclude();
    }

    void close() {
      ChannelHandlerContext open = context;
      context = null;
      awaiting = false;
      if (open != null) {
        open.close();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      dialling = false;
      if (stopped) {
        ctx.close();
        return;
      }
      context = ctx;
      send(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf frame = (ByteBuf) message;
      BsonDocument reply;
      try {
        reply =
            WireMessage.parseReply(frame) instanceof OpMsg answer
                ? answer.body().toBsonDocument()
                : new BsonDocument();
      } finally {
        frame.release();
      }
      awaiting = false;
      if (!reply.isNumber("ok") || reply.getNumber("ok").intValue() != 1) {
        fail(new Trouble(Trouble.UNSUITABLE, node + " does not answer hello as MongoDB does"));
        return;
      }
      trouble = null;
      answered = true;
      described = TargetDescription.ofReply(reply);
      if (reply.get("hosts") instanceof BsonArray hosts && !direct()) {
        for (BsonValue host : hosts) {
          if (host instanceof BsonString text) {
            discover(text.getValue());
          }
        }
      }
      conclude();
    }

    private void discover(String host) {
      try {
        HostPort found = HostPort.parse(host);
        if (!probes.containsKey(found)) {
          watch(found);
          Probe probe = probes.get(found);
          if (probe != null) {
            probe.ask();
          }
        }
      } catch (IllegalArgumentException e) {
        LOG.atWarn().addKeyValue("node", node).log("target names a member that is no host");
      }
    }

    @SuppressWarnings("ReferenceEquality") // An older connection of the same node says nothing.
    private boolean isCurrent(ChannelHandlerContext ctx) {
      return context == ctx;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (isCurrent(ctx)) {
        fail(new Trouble(Trouble.UNREACHABLE, node + " closed the connection"));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (isCurrent(ctx)) {
        failed(cause);
      }
      ctx.close();
    }
  }
}
