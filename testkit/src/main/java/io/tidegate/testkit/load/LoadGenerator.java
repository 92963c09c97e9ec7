package io.tidegate.testkit.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.tidegate.testkit.scram.ScramLogin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * Clients at the level of the wire: each connection has one command in flight. A run is bounded in
 * time and connections, and goes to loopback only.
 */
public final class LoadGenerator implements AutoCloseable {

  /**
   * Where and as whom.
   *
   * @param port on 127.0.0.1
   * @param tls null for plain TCP
   * @param login null for none
   * @param authDatabase of the login
   */
  public record Target(
      int port,
      @Nullable SslContext tls,
      ScramLogin.@Nullable Password login,
      String authDatabase) {

    /** Plain, without a login. */
    public static Target plain(int port) {
      return new Target(port, null, null, "admin");
    }

    /** Plain, with a SCRAM login on {@code admin}. */
    public static Target scram(int port, ScramLogin.Password login) {
      return new Target(port, null, login, "admin");
    }
  }

  /**
   * What a run found.
   *
   * @param operations answered with ok: 1
   * @param errors answered with ok: 0, or lost with their connection
   * @param elapsed of the measured part
   * @param latencies of the answered ones
   */
  public record Result(long operations, long errors, Duration elapsed, LatencyHistogram latencies) {

    /** Operations a second. */
    public double rate() {
      return operations / (elapsed.toNanos() / 1e9);
    }

    /** One line of JSON. */
    public String json() {
      return String.format(
          Locale.ROOT,
          "{\"operations\":%d,\"errors\":%d,\"seconds\":%.3f,\"rate\":%.1f,\"p50us\":%.1f,"
              + "\"p99us\":%.1f,\"p999us\":%.1f,\"maxUs\":%.1f}",
          operations,
          errors,
          elapsed.toNanos() / 1e9,
          rate(),
          latencies.quantile(0.5) / 1e3,
          latencies.quantile(0.99) / 1e3,
          latencies.quantile(0.999) / 1e3,
          latencies.max() / 1e3);
    }
  }

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);
  private static final Duration LIVE_LIMIT = Duration.ofMinutes(30);
  private static final int OK_AT_LEAST = 600;

  /** Who wants to know when the measured part of a run begins and ends. */
  public interface Window {
    Window NOBODY =
        new Window() {
          @Override
          public void opened() {}

          @Override
          public void closed() {}
        };

    void opened();

    void closed();
  }

  private final EventLoopGroup loops;

  /** Uses so many event loops. */
  public LoadGenerator(int threads) {
    loops = Transport.loops(threads);
  }

  /** The find that every operation is; its reply from {@link StubMongo} is 1 KiB. */
  public static BsonDocument find(String database) {
    return new BsonDocument("find", new BsonString("orders"))
        .append("filter", new BsonDocument("_id", new BsonInt64(42)))
        .append("limit", new BsonInt32(1))
        .append("singleBatch", BsonBoolean.TRUE)
        .append("$db", new BsonString(database));
  }

  /**
   * Runs closed loops: every connection sends the next command when the last is answered.
   *
   * @param warmup runs first and is not counted
   */
  public Result saturate(
      Target target, int connections, Duration warmup, Duration duration, BsonDocument command)
      throws InterruptedException, TimeoutException {
    return saturate(target, connections, warmup, duration, command, Window.NOBODY);
  }

  /** The same, and tells when the measured part begins and ends. */
  public Result saturate(
      Target target,
      int connections,
      Duration warmup,
      Duration duration,
      BsonDocument command,
      Window window)
      throws InterruptedException, TimeoutException {
    return run(target, connections, warmup, duration, command, 0, window);
  }

  /**
   * Runs at a fixed rate over all connections; latency counts from when a command was due, so that
   * waiting behind a slow one is seen.
   */
  public Result pace(
      Target target,
      int connections,
      Duration warmup,
      Duration duration,
      BsonDocument command,
      double perSecond)
      throws InterruptedException, TimeoutException {
    return run(
        target,
        connections,
        warmup,
        duration,
        command,
        (long) (1e9 * connections / perSecond),
        Window.NOBODY);
  }

  private Result run(
      Target target,
      int connections,
      Duration warmup,
      Duration duration,
      BsonDocument command,
      long intervalNanos,
      Window window)
      throws InterruptedException, TimeoutException {
    byte[] frame = Messages.encode(0, command);
    List<Client> clients = open(target, connections, frame);
    try {
      long start = System.nanoTime();
      long from = start + warmup.toNanos();
      long until = from + duration.toNanos();
      for (int i = 0; i < clients.size(); i++) {
        long first = start + (intervalNanos * i) / Math.max(1, clients.size());
        clients.get(i).begin(first, from, until, intervalNanos);
      }
      TimeUnit.NANOSECONDS.sleep(from - System.nanoTime());
      window.opened();
      TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
      window.closed();
      for (Client client : clients) {
        client.finished.orTimeout(10, TimeUnit.SECONDS).exceptionally(_ -> null).join();
      }
      var latencies = new LatencyHistogram();
      long operations = 0;
      long errors = 0;
      for (Client client : clients) {
        latencies.add(client.latencies);
        operations += client.operations;
        errors += client.errors;
      }
      return new Result(operations, errors, duration, latencies);
    } finally {
      clients.forEach(Client::close);
    }
  }

  /**
   * Opens connections, signs each in, and keeps them, idle, until the returned one is closed. Each
   * ran one command, so that a gateway has its upstream connection open too.
   */
  public IdleConnections idle(Target target, int connections, BsonDocument command)
      throws InterruptedException, TimeoutException {
    byte[] frame = Messages.encode(0, command);
    List<Client> clients = open(target, connections, frame);
    List<CompletableFuture<Void>> first = new ArrayList<>();
    long now = System.nanoTime();
    for (Client client : clients) {
      client.begin(now, now, now, 0);
      first.add(client.finished);
    }
    CompletableFuture.allOf(first.toArray(CompletableFuture[]::new)).join();
    return new IdleConnections(clients);
  }

  /** Open connections that do nothing. */
  public static final class IdleConnections implements AutoCloseable {
    private final List<Client> clients;

    private IdleConnections(List<Client> clients) {
      this.clients = clients;
    }

    /** How many are still open. */
    public int open() {
      return (int) clients.stream().filter(client -> client.channel().isActive()).count();
    }

    @Override
    public void close() {
      clients.forEach(Client::close);
    }
  }

  /**
   * Opens connections and has each run the command over and over, pausing in between, until it is
   * closed from the other side or the returned one is closed: for measuring a cut.
   */
  public LiveConnections live(Target target, int connections, BsonDocument command, Duration pause)
      throws InterruptedException, TimeoutException {
    List<Client> clients = open(target, connections, Messages.encode(0, command));
    long now = System.nanoTime();
    for (int i = 0; i < clients.size(); i++) {
      long first = now + pause.toNanos() * i / clients.size();
      clients.get(i).begin(first, now, now + LIVE_LIMIT.toNanos(), pause.toNanos());
    }
    return new LiveConnections(clients);
  }

  /** Connections at work, and what became of them. Instants are of {@link System#nanoTime}. */
  public static final class LiveConnections implements AutoCloseable {
    private final List<Client> clients;

    private LiveConnections(List<Client> clients) {
      this.clients = clients;
    }

    /** How many are open. */
    public int open() {
      return (int) clients.stream().filter(client -> client.closedAt == 0).count();
    }

    /** How many had at least one answer with ok: 1. */
    public int served() {
      return (int) clients.stream().filter(client -> client.lastOkAt != 0).count();
    }

    /** Waits until all were closed by the other side; false when time is over before. */
    public boolean awaitAllClosed(Duration limit) throws InterruptedException {
      long end = System.nanoTime() + limit.toNanos();
      while (open() > 0) {
        if (System.nanoTime() > end) {
          return false;
        }
        Thread.sleep(1);
      }
      return true;
    }

    /** When the last answer with ok: 1 came, over all connections. */
    public long lastOkAt() {
      return clients.stream().mapToLong(client -> client.lastOkAt).max().orElse(0);
    }

    /** When each was closed, in ascending order; the open ones are not in it. */
    public List<Long> closedAt() {
      return clients.stream()
          .map(client -> client.closedAt)
          .filter(at -> at != 0)
          .sorted()
          .toList();
    }

    /**
     * When each was cut off, in ascending order: it was told so by its first answer with ok: 0, or
     * was closed without a word. A connection that was told may be left open for a moment in which
     * nothing passes.
     */
    public List<Long> cutAt() {
      return clients.stream()
          .map(client -> client.refusedAt != 0 ? client.refusedAt : client.closedAt)
          .filter(at -> at != 0)
          .sorted()
          .toList();
    }

    /** The distinct messages of answers with ok: 0. */
    public List<String> errors() {
      return clients.stream()
          .map(client -> client.lastError)
          .filter(e -> !e.isEmpty())
          .distinct()
          .toList();
    }

    @Override
    public void close() {
      clients.forEach(Client::close);
    }
  }

  /**
   * Sets up connections one after the other in each of several lanes: connect, sign in, one
   * command, close. Latencies are of whole set-ups.
   */
  public Result connectAndSignIn(Target target, int lanes, Duration duration, BsonDocument command)
      throws InterruptedException {
    byte[] frame = Messages.encode(0, command);
    long start = System.nanoTime();
    long until = start + duration.toNanos();
    List<Lane> all = new ArrayList<>();
    for (int i = 0; i < lanes; i++) {
      var lane = new Lane(target, frame, until);
      all.add(lane);
      lane.next();
    }
    for (Lane lane : all) {
      lane.done
          .orTimeout(duration.toSeconds() + 20, TimeUnit.SECONDS)
          .exceptionally(_ -> null)
          .join();
    }
    var latencies = new LatencyHistogram();
    long errors = 0;
    for (Lane lane : all) {
      latencies.add(lane.latencies);
      errors += lane.errors;
    }
    return new Result(
        latencies.count(), errors, Duration.ofNanos(System.nanoTime() - start), latencies);
  }

  private final class Lane {
    private final Target target;
    private final byte[] frame;
    private final long until;
    private final LatencyHistogram latencies = new LatencyHistogram();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long errors;

    Lane(Target target, byte[] frame, long until) {
      this.target = target;
      this.frame = frame;
      this.until = until;
    }

    void next() {
      long started = System.nanoTime();
      if (started >= until) {
        done.complete(null);
        return;
      }
      Client client = connect(target, frame);
      var _ =
          client
              .ready
              .thenCompose(_ -> {
                long now = System.nanoTime();
                client.begin(now, now, now, 0);
                return client.finished;
              })
              .whenComplete((_, failure) -> {
                if (failure != null || client.errors > 0) {
                  errors++;
                } else {
                  latencies.record(System.nanoTime() - started);
                }
                client.close();
                loops.next().execute(this::next);
              });
    }
  }

  private List<Client> open(Target target, int connections, byte[] frame)
      throws InterruptedException, TimeoutException {
    List<Client> clients = new ArrayList<>();
    int inFlight = 256;
    for (int i = 0; i < connections; i++) {
      clients.add(connect(target, frame));
      if (i >= inFlight) {
        await(clients.get(i - inFlight));
      }
    }
    for (Client client : clients) {
      await(client);
    }
    return clients;
  }

  private static void await(Client client) throws InterruptedException, TimeoutException {
    try {
      client.ready.get(CONNECT_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("a connection of the load could not be opened", e.getCause());
    }
  }

  private Client connect(Target target, byte[] frame) {
    var client = new Client(target, frame);
    ChannelFuture connected =
        new Bootstrap()
            .group(loops)
            .channel(Transport.channel())
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    SslContext tls = target.tls();
                    if (tls != null) {
                      channel
                          .pipeline()
                          .addLast(tls.newHandler(channel.alloc(), "127.0.0.1", target.port()));
                    }
                    channel.pipeline().addLast(client);
                  }
                })
            .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()));
    connected.addListener(future -> {
      if (!future.isSuccess()) {
        client.fail(future.cause());
      }
    });
    return client;
  }

  /** One connection: signs in, then sends and counts. Touched by its own event loop only. */
  private static final class Client extends FrameHandler {

    private enum Phase {
      FIRST_STEP,
      PROOF,
      READY,
      RUNNING,
      DONE
    }

    private final Target target;
    private final byte[] frame;
    private final LatencyHistogram latencies = new LatencyHistogram();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private Phase phase = Phase.FIRST_STEP;
    private @Nullable ScramLogin login;
    private @Nullable ChannelHandlerContext context;
    private long due;
    private long from;
    private long until;
    private long interval;
    private long operations;
    private long errors;
    private int requestId;
    private volatile long lastOkAt;
    private volatile long refusedAt;
    private volatile long closedAt;
    private volatile String lastError = "";

    Client(Target target, byte[] frame) {
      this.target = target;
      this.frame = frame;
    }

    Channel channel() {
      if (context == null) {
        throw new IllegalStateException("not connected");
      }
      return context.channel();
    }

    void close() {
      ChannelHandlerContext ctx = context;
      if (ctx != null) {
        var _ = ctx.close();
      }
    }

    void fail(Throwable cause) {
      ready.completeExceptionally(cause);
      finished.completeExceptionally(cause);
    }

    void begin(long first, long countFrom, long end, long intervalNanos) {
      channel()
          .eventLoop()
          .execute(() -> {
            phase = Phase.RUNNING;
            due = first;
            from = countFrom;
            until = end;
            interval = intervalNanos;
            long wait = first - System.nanoTime();
            if (interval > 0 && wait > 0) {
              var _ = channel().eventLoop().schedule(this::sendNow, wait, TimeUnit.NANOSECONDS);
            } else {
              sendNow();
            }
          });
    }

    private void sendNow() {
      if (interval == 0) {
        due = System.nanoTime();
      }
      send(frame);
      channel().flush();
    }

    private void send(byte[] message) {
      ByteBuf out = channel().alloc().buffer(message.length).writeBytes(message);
      out.setIntLE(REQUEST_ID, ++requestId);
      var _ = channel().write(out, channel().voidPromise());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      context = ctx;
      ScramLogin.Password password = target.login();
      if (password == null) {
        phase = Phase.READY;
        ready.complete(null);
        return;
      }
      login = new ScramLogin(password, Long.toHexString(ThreadLocalRandom.current().nextLong()));
      send(
          Messages.encode(
              0,
              new BsonDocument("saslStart", new BsonInt32(1))
                  .append("mechanism", new BsonString(password.mechanism().label()))
                  .append("payload", new BsonBinary(login.first()))
                  .append("options", new BsonDocument("skipEmptyExchange", BsonBoolean.TRUE))
                  .append("$db", new BsonString(target.authDatabase()))));
      ctx.flush();
    }

    @Override
    void frame(ChannelHandlerContext ctx, ByteBuf buffer, int start, int length) {
      switch (phase) {
        case FIRST_STEP, PROOF -> signIn(ctx, Messages.body(buffer, start));
        case RUNNING -> answered(buffer, start, length);
        case READY, DONE -> {}
      }
    }

    private void signIn(ChannelHandlerContext ctx, BsonDocument reply) {
      ScramLogin current = login;
      if (current == null || !ok(reply)) {
        fail(new IllegalStateException("the login was refused: " + reply.toJson()));
        var _ = ctx.close();
        return;
      }
      byte[] payload = reply.getBinary("payload").getData();
      if (phase == Phase.FIRST_STEP) {
        phase = Phase.PROOF;
        send(
            Messages.encode(
                0,
                new BsonDocument("saslContinue", new BsonInt32(1))
                    .append("conversationId", reply.get("conversationId"))
                    .append("payload", new BsonBinary(current.proof(payload)))
                    .append("$db", new BsonString(target.authDatabase()))));
        ctx.flush();
      } else {
        current.verify(payload);
        phase = Phase.READY;
        ready.complete(null);
      }
    }

    private static boolean ok(BsonDocument reply) {
      return reply.isNumber("ok") && reply.getNumber("ok").doubleValue() == 1;
    }

    private void answered(ByteBuf buffer, int start, int length) {
      long now = System.nanoTime();
      // Replies of a find are long; only a short one can be an error.
      BsonDocument small = length < OK_AT_LEAST ? Messages.body(buffer, start) : null;
      if (small != null && !ok(small)) {
        errors++;
        if (refusedAt == 0) {
          refusedAt = now;
        }
        lastError = small.getString("errmsg", new BsonString("")).getValue();
      } else {
        lastOkAt = now;
        count(now);
      }
      if (now >= until) {
        phase = Phase.DONE;
        finished.complete(null);
        return;
      }
      if (interval == 0) {
        due = now;
        send(frame);
        return;
      }
      due += interval;
      if (due <= now) {
        send(frame);
      } else {
        var _ = channel().eventLoop().schedule(this::paced, due - now, TimeUnit.NANOSECONDS);
      }
    }

    private void count(long now) {
      if (due >= from || until == from) {
        operations++;
        latencies.record(now - due);
      }
    }

    private void paced() {
      if (System.nanoTime() >= until) {
        phase = Phase.DONE;
        finished.complete(null);
      } else {
        sendNow();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      super.channelInactive(ctx);
      closedAt = System.nanoTime();
      if (phase == Phase.RUNNING) {
        errors++;
      }
      fail(new IllegalStateException("the connection was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      fail(cause);
      var _ = ctx.close();
    }
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /**
   * One saturating run. Arguments: port, connections, seconds, event loops, database. With {@code
   * LOAD_USER} and {@code LOAD_PASSWORD} set, signs in by SCRAM-SHA-256. Prints the result as JSON.
   */
  public static void main(String[] arguments) throws Exception {
    String user = System.getenv("LOAD_USER");
    String password = System.getenv().getOrDefault("LOAD_PASSWORD", "");
    int port = Integer.parseInt(arguments[0]);
    Target target =
        user == null
            ? Target.plain(port)
            : Target.scram(
                port,
                new ScramLogin.Password(
                    io.tidegate.testkit.scram.ScramCredential.Mechanism.SCRAM_SHA_256,
                    user,
                    password));
    Duration duration = Duration.ofSeconds(Long.parseLong(arguments[2]));
    try (var load = new LoadGenerator(Integer.parseInt(arguments[3]))) {
      Result result =
          load.saturate(
              target,
              Integer.parseInt(arguments[1]),
              duration.dividedBy(4),
              duration,
              find(arguments[4]));
      System.out.println(result.json());
    }
  }
}
