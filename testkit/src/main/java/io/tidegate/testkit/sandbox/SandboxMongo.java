package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * An in-process MongoDB on loopback with authentication on: nothing but hello, ping and the sign-in
 * works without a password, and what a user may do is what the user's roles say. Data is in memory
 * only.
 *
 * <p>It is made with one administrator ({@code root} on {@code admin}); everyone else is added with
 * {@link #createUser} or over the wire with {@code createUser}.
 */
public final class SandboxMongo implements AutoCloseable {

  /** How a sandbox is made. */
  public static final class Builder {
    private int port;
    private String adminUser = "admin";
    private String adminPassword = "";
    private @Nullable String replicaSet;
    private @Nullable SslContext tls;
    private boolean speculative = true;
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /** The port on 127.0.0.1; 0, the default, takes a free one. */
    public Builder port(int value) {
      port = value;
      return this;
    }

    /** The administrator; without this the name is {@code admin} and the password random. */
    public Builder administrator(String user, String password) {
      adminUser = user;
      adminPassword = password;
      return this;
    }

    /** Poses as the only member of a replica set of this name. */
    public Builder replicaSet(String name) {
      replicaSet = name;
      return this;
    }

    /** Speaks TLS only, with this server context. */
    public Builder tls(SslContext context) {
      tls = context;
      return this;
    }

    /** Whether hello answers {@code speculativeAuthenticate}; it does unless this says no. */
    public Builder speculativeAuthentication(boolean value) {
      speculative = value;
      return this;
    }

    /** The clock that replies show; the system's unless given. */
    public Builder clock(InstantSource value) {
      clock = value;
      return this;
    }

    /** Binds and starts. Throws {@link IOException} when the port is taken. */
    public SandboxMongo start() throws IOException {
      return new SandboxMongo(this);
    }
  }

  /**
   * A command that runs now.
   *
   * @param opId what killOp takes
   * @param applicationName of the client's handshake; empty when none
   * @param user {@code user@database}; empty when nobody is signed in
   * @param command its name
   * @param namespace {@code database.collection}
   */
  public record RunningOperation(
      int opId, String applicationName, String user, String command, String namespace) {}

  private static final int BACKLOG = 4096;

  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;
  private final Instant started;
  private final boolean speculative;
  private final String adminUser;
  private final String adminPassword;
  private final UserStore users;
  private final Operations operations;
  private final Cursors cursors = new Cursors();
  private final FailPoint failPoint = new FailPoint();
  private final Storage storage = new Storage();
  private final Topology topology;
  private final CommandTable commands;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final MultiThreadIoEventLoopGroup loops;
  private final Channel listener;
  private final AtomicInteger connectionIds = new AtomicInteger();
  private final AtomicLong authentications = new AtomicLong();
  private final AtomicLong failedAuthentications = new AtomicLong();
  private final Map<Integer, SandboxConnection> connections = new ConcurrentHashMap<>();

  private SandboxMongo(Builder builder) throws IOException {
    clock = builder.clock;
    started = clock.instant();
    speculative = builder.speculative;
    adminUser = builder.adminUser;
    adminPassword = builder.adminPassword.isEmpty() ? nonce() : builder.adminPassword;
    users = new UserStore(random);
    operations = new Operations(clock);
    topology = new Topology(builder.replicaSet, clock);
    commands = new CommandTable(this);
    createUser(adminUser, adminPassword, "admin", List.of(new RoleGrant("root", "admin")));
    loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    SslContext tls = builder.tls;
    try {
      listener =
          new ServerBootstrap()
              .group(loops)
              .channel(NioServerSocketChannel.class)
              .option(ChannelOption.SO_BACKLOG, BACKLOG)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childHandler(
                  new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                      assemble(channel, tls);
                    }
                  })
              .bind("127.0.0.1", builder.port)
              .sync()
              .channel();
    } catch (InterruptedException e) {
      var _ = loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting", e);
    } catch (RuntimeException e) {
      var _ = loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException("the sandbox cannot listen on port " + builder.port, e);
    }
    topology.address(address());
  }

  private void assemble(SocketChannel channel, @Nullable SslContext tls) {
    if (tls != null) {
      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
    }
    channel
        .pipeline()
        .addLast(
            new LengthFieldBasedFrameDecoder(
                ByteOrder.LITTLE_ENDIAN, WireFrames.MAX_FRAME, 0, 4, -4, 0, true))
        .addLast(new SandboxConnection(connectionIds.incrementAndGet(), this));
  }

  /** A builder with the defaults: any free port, a standalone, no TLS. */
  public static Builder builder() {
    return new Builder();
  }

  /** The port it listens on, on 127.0.0.1. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** {@code 127.0.0.1:port}. */
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** The administrator's name; authenticates on {@code admin}. */
  public String adminUser() {
    return adminUser;
  }

  /** The administrator's password. */
  public String adminPassword() {
    return adminPassword;
  }

  /** A connection string for a user of {@code admin}; the password must be URL-safe. */
  public String uri(String user, String password) {
    return "mongodb://" + user + ":" + password + "@" + address() + "/?authSource=admin";
  }

  /** The administrator's connection string. */
  public String adminUri() {
    return uri(adminUser, adminPassword);
  }

  /** Adds a user with both SCRAM mechanisms. Throws when the name is taken or a role unknown. */
  public void createUser(String user, String password, String database, List<RoleGrant> roles) {
    users.create(
        new UserName(database, user), password, Arrays.asList(Mechanism.values()), roles, null);
  }

  /** Changes a user's password; connections that are signed in stay so, as in MongoDB. */
  public void changePassword(String user, String database, String password) {
    users.update(new UserName(database, user), password, null, null);
  }

  /** Inserts in-process, without a client; for seeding. */
  public void insert(String database, String collection, List<BsonDocument> documents) {
    List<Document> decoded = new ArrayList<>(documents.size());
    for (BsonDocument document : documents) {
      var raw = new RawBsonDocument(document, new BsonDocumentCodec());
      ByteBuf buffer = Unpooled.wrappedBuffer(raw.getByteBuffer().asNIO());
      decoded.add(de.bwaldvogel.mongo.wire.bson.BsonDecoder.decodeBson(buffer));
    }
    var arguments =
        new Document("insert", collection).append("ordered", true).append("documents", decoded);
    Document reply = storage.run(listener, database, "insert", arguments);
    if (reply.containsKey("writeErrors")) {
      throw new IllegalArgumentException(String.valueOf(reply.get("writeErrors")));
    }
  }

  /** How many documents a collection holds. */
  public long count(String database, String collection) {
    return storage.read(database, collection).count();
  }

  /** Makes these commands wait so long before they run, unless they are killed. */
  public void blockCommands(Set<String> names, Duration howLong) {
    failPoint.configure(
        "alwaysOn",
        new Document("failCommands", List.copyOf(names))
            .append("blockConnection", true)
            .append("blockTimeMS", howLong.toMillis()));
  }

  /** Makes the next so many of these commands fail with a code. */
  public void failCommands(Set<String> names, int code, int times) {
    failPoint.configure(
        new Document("times", times),
        new Document("failCommands", List.copyOf(names)).append("errorCode", code));
  }

  /** Ends what {@link #blockCommands} and {@link #failCommands} set. */
  public void clearFailPoints() {
    failPoint.configure("off", null);
  }

  /** The commands that run now. */
  public List<RunningOperation> runningOperations() {
    return operations.all().stream()
        .map(operation ->
            new RunningOperation(
                operation.id(),
                operation.connection().applicationName(),
                nameOf(operation.connection().user()),
                operation.request().name(),
                operation.namespace()))
        .toList();
  }

  private static String nameOf(@Nullable UserName user) {
    return user == null ? "" : user.toString();
  }

  /** How many cursors are open. */
  public int openCursors() {
    return cursors.size();
  }

  /** How many client connections are open. */
  public int openConnections() {
    return connections.size();
  }

  /** How many client connections there were since the start. */
  public int totalConnections() {
    return connectionIds.get();
  }

  /** How many SCRAM exchanges ended with a proven password. */
  public long authentications() {
    return authentications.get();
  }

  /** How many SCRAM exchanges were refused. */
  public long failedAuthentications() {
    return failedAuthentications.get();
  }

  /** Closes every client connection, as a server that dies. */
  public void dropConnections() {
    connections.values().forEach(SandboxConnection::close);
  }

  /** Replica set pose: becomes a secondary. Writes fail with NotWritablePrimary from now on. */
  public void stepDown() {
    topology.stepDown();
  }

  /** Replica set pose: becomes the primary of a new election. */
  public void electAgain() {
    topology.electAgain();
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    operations.killAll();
    dropConnections();
    topology.wake();
    executor.shutdownNow();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  String nonce() {
    byte[] bytes = new byte[18];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  void opened(SandboxConnection connection) {
    connections.put(connection.id(), connection);
  }

  void closed(SandboxConnection connection) {
    connections.remove(connection.id());
    topology.wake();
  }

  void authenticated() {
    authentications.incrementAndGet();
  }

  void authenticationFailed() {
    failedAuthentications.incrementAndGet();
  }

  void execute(Runnable task) {
    executor.execute(task);
  }

  InstantSource clock() {
    return clock;
  }

  Instant started() {
    return started;
  }

  boolean speculativeAuthentication() {
    return speculative;
  }

  UserStore users() {
    return users;
  }

  Operations operations() {
    return operations;
  }

  Cursors cursors() {
    return cursors;
  }

  FailPoint failPoint() {
    return failPoint;
  }

  Storage storage() {
    return storage;
  }

  Topology topology() {
    return topology;
  }

  CommandTable commands() {
    return commands;
  }
}
