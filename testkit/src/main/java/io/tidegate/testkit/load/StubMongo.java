package io.tidegate.testkit.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.tidegate.testkit.scram.ScramConversation;
import io.tidegate.testkit.scram.ScramCredential;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import io.tidegate.testkit.scram.ScramRefused;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * A MongoDB that has one answer for every find: one document, the reply 1 KiB in all. Says it is a
 * standalone, takes any SCRAM login of its one user, and does not insist on one.
 */
public final class StubMongo implements AutoCloseable {

  /** The bytes of a find's reply, header included. */
  public static final int REPLY_BYTES = 1024;

  private static final byte[] FIND = "find".getBytes(US_ASCII);
  private static final byte[] SASL_START = "saslStart".getBytes(US_ASCII);
  private static final byte[] SASL_CONTINUE = "saslContinue".getBytes(US_ASCII);

  private final byte[] findReply = findReply();
  private final byte[] okReply = Messages.encode(0, new BsonDocument("ok", new BsonDouble(1)));
  private final Map<Mechanism, ScramCredential> credentials = new EnumMap<>(Mechanism.class);
  private final String user;
  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
  private final EventLoopGroup loops;
  private final Channel listener;

  /**
   * Listens on 127.0.0.1.
   *
   * @param port 0 for any free one
   * @param threads event loops
   */
  public StubMongo(int port, int threads, String user, String password)
      throws InterruptedException {
    this.user = user;
    for (Mechanism mechanism : Mechanism.values()) {
      byte[] salt = new byte[mechanism.saltLength()];
      Arrays.fill(salt, (byte) 7);
      credentials.put(mechanism, ScramCredential.derive(mechanism, user, password, salt));
    }
    loops = Transport.loops(threads);
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(Transport.serverChannel())
            .option(ChannelOption.SO_BACKLOG, 16_384)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new Handler());
                  }
                })
            .bind("127.0.0.1", port)
            .sync()
            .channel();
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    for (Channel connection : connections) {
      var _ = connection.close();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static byte[] findReply() {
    int padding = 0;
    while (true) {
      var document =
          new BsonDocument("_id", new BsonInt64(42))
              .append("number", new BsonString("O-000042"))
              .append("status", new BsonString("delivered"))
              .append("total", new BsonDouble(129.9))
              .append("at", new BsonDateTime(1_700_000_000_000L))
              .append("note", new BsonString("x".repeat(padding)));
      var cursor =
          new BsonDocument("firstBatch", new BsonArray(java.util.List.of(document)))
              .append("id", new BsonInt64(0))
              .append("ns", new BsonString("shop.orders"));
      byte[] reply =
          Messages.encode(0, new BsonDocument("cursor", cursor).append("ok", new BsonDouble(1)));
      if (reply.length == REPLY_BYTES) {
        return reply;
      }
      padding += REPLY_BYTES - reply.length;
    }
  }

  private final class Handler extends FrameHandler {

    private @Nullable ScramConversation conversation;

    @Override
    void frame(ChannelHandlerContext ctx, ByteBuf buffer, int start, int length) {
      int requestId = buffer.getIntLE(start + REQUEST_ID);
      byte[] reply;
      if (buffer.getIntLE(start + OP_CODE) != OP_MSG) {
        reply = legacyHello(requestId);
      } else if (isCommand(buffer, start, FIND)) {
        reply = findReply;
      } else if (isCommand(buffer, start, SASL_START) || isCommand(buffer, start, SASL_CONTINUE)) {
        reply = Messages.encode(0, sasl(Messages.body(buffer, start)));
      } else {
        reply = other(Messages.body(buffer, start));
      }
      ByteBuf out = ctx.alloc().buffer(reply.length).writeBytes(reply);
      out.setIntLE(8, requestId);
      var _ = ctx.write(out, ctx.voidPromise());
    }

    private byte[] other(BsonDocument body) {
      String name = body.getFirstKey();
      return switch (name) {
        case "hello", "isMaster", "ismaster" -> Messages.encode(0, hello(body));
        default -> okReply;
      };
    }

    private byte[] legacyHello(int requestId) {
      byte[] message = Messages.encode(requestId, hello(new BsonDocument()));
      int document = message.length - BODY;
      byte[] reply = new byte[36 + document];
      var out = java.nio.ByteBuffer.wrap(reply).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      out.putInt(reply.length).putInt(1).putInt(requestId).putInt(1);
      out.putInt(8).putLong(0).putInt(0).putInt(1);
      out.put(message, BODY, document);
      return reply;
    }

    private BsonDocument hello(BsonDocument request) {
      var reply =
          new BsonDocument("ismaster", BsonBoolean.TRUE)
              .append("isWritablePrimary", BsonBoolean.TRUE)
              .append("helloOk", BsonBoolean.TRUE)
              .append("maxBsonObjectSize", new BsonInt32(16 * 1024 * 1024))
              .append("maxMessageSizeBytes", new BsonInt32(48_000_000))
              .append("maxWriteBatchSize", new BsonInt32(100_000))
              .append("logicalSessionTimeoutMinutes", new BsonInt32(30))
              .append("minWireVersion", new BsonInt32(0))
              .append("maxWireVersion", new BsonInt32(25))
              .append("readOnly", BsonBoolean.FALSE);
      if (request.containsKey("saslSupportedMechs")) {
        reply.append(
            "saslSupportedMechs",
            new BsonArray(
                java.util.List.of(new BsonString("SCRAM-SHA-1"), new BsonString("SCRAM-SHA-256"))));
      }
      return reply.append("ok", new BsonDouble(1));
    }

    private BsonDocument sasl(BsonDocument request) {
      try {
        if (request.containsKey("saslStart")) {
          conversation = begin(request);
        }
        ScramConversation current = conversation;
        if (current == null) {
          return refused();
        }
        byte[] answer = current.advance(request.getBinary("payload").getData());
        return new BsonDocument("conversationId", new BsonInt32(1))
            .append("done", BsonBoolean.valueOf(current.provenUser() != null))
            .append("payload", new BsonBinary(answer))
            .append("ok", new BsonDouble(1));
      } catch (ScramRefused e) {
        return refused();
      }
    }

    private ScramConversation begin(BsonDocument request) {
      Mechanism mechanism =
          request.getString("mechanism").getValue().equals(Mechanism.SCRAM_SHA_1.label())
              ? Mechanism.SCRAM_SHA_1
              : Mechanism.SCRAM_SHA_256;
      boolean shortcut =
          request
              .getDocument("options", new BsonDocument())
              .getBoolean("skipEmptyExchange", BsonBoolean.FALSE)
              .getValue();
      return new ScramConversation(
          mechanism,
          name -> name.equals(user) ? credentials.get(mechanism) : null,
          Long.toHexString(ThreadLocalRandom.current().nextLong()),
          shortcut);
    }

    private BsonDocument refused() {
      return new BsonDocument("ok", new BsonDouble(0))
          .append("code", new BsonInt32(18))
          .append("codeName", new BsonString("AuthenticationFailed"))
          .append("errmsg", new BsonString("Authentication failed."));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      connections.add(ctx.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      super.channelInactive(ctx);
      connections.remove(ctx.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close();
    }
  }

  /**
   * Runs until standard input ends. Arguments: port, threads, user; the password is in {@code
   * STUB_PASSWORD}. Prints the port.
   */
  public static void main(String[] arguments) throws Exception {
    String password = System.getenv().getOrDefault("STUB_PASSWORD", "stub");
    int threads = Integer.parseInt(arguments[1]);
    try (var stub =
        new StubMongo(Integer.parseInt(arguments[0]), threads, arguments[2], password)) {
      System.out.println(stub.port());
      while (System.in.read() >= 0) {
        // The parent closes the pipe when it is done with the stub, or when it dies.
      }
    }
  }
}
