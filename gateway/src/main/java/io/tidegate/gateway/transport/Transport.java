package io.tidegate.gateway.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops and the kind of sockets on them: io_uring or epoll where the machine has them,
 * NIO elsewhere. Both ends of a client's way live on the same loop, so no message changes threads.
 */
public final class Transport implements AutoCloseable {
  /**
   * A peer that does not read stops its opposite once this much waits for it, so that the gateway
   * never holds more of a slow conversation than this and the message under way.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  /**
   * Room for what is read at once: enough for most messages from the start, so that most are read
   * by one call, and what is larger makes it grow.
   */
  private static final RecvByteBufAllocator READS =
      new AdaptiveRecvByteBufAllocator(2 * 1024, 2 * 1024, 64 * 1024);

  private final Sockets sockets;
  private final EventLoopGroup loops;
  private final Class<? extends ServerChannel> serverChannel;
  private final Class<? extends SocketChannel> channel;

  private Transport(
      Sockets sockets,
      EventLoopGroup loops,
      Class<? extends ServerChannel> serverChannel,
      Class<? extends SocketChannel> channel) {
    this.sockets = sockets;
    this.loops = loops;
    this.serverChannel = serverChannel;
    this.channel = channel;
  }

  /** By what the loops speak to the operating system. */
  public enum Sockets {
    IO_URING,
    EPOLL,
    NIO;

    /** The best that this machine has. */
    public static Sockets best() {
      if (IoUring.isAvailable()) {
        return IO_URING;
      }
      return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /**
     * @param name {@code auto}, {@code io_uring}, {@code epoll} or {@code nio}
     * @throws IllegalArgumentException when it is none of these, or this machine does not have it
     */
    public static Sockets named(String name) {
      Sockets sockets =
          switch (name) {
            case "auto" -> best();
            case "io_uring" -> IO_URING;
            case "epoll" -> EPOLL;
            case "nio" -> NIO;
            default ->
                throw new IllegalArgumentException(
                    "sockets are auto, io_uring, epoll or nio, not " + name);
          };
      Throwable why = sockets.missing();
      if (why != null) {
        throw new IllegalArgumentException(
            "this machine has no " + name + " (" + why.getMessage() + "); auto takes what it has",
            why);
      }
      return sockets;
    }

    private @Nullable Throwable missing() {
      return switch (this) {
        case IO_URING -> IoUring.unavailabilityCause();
        case EPOLL -> Epoll.unavailabilityCause();
        case NIO -> null;
      };
    }
  }

  /**
   * The same by the sockets that the system property {@code tidegate.sockets} names; the best there
   * are by default.
   */
  public static Transport open(int loops) {
    return open(loops, Sockets.named(System.getProperty("tidegate.sockets", "auto")));
  }

  /** Starts the loops; threads appear with their first work. */
  public static Transport open(int loops, Sockets sockets) {
    DefaultThreadFactory threads = new DefaultThreadFactory("tidegate-loop", true);
    return switch (sockets) {
      case IO_URING ->
          new Transport(
              sockets,
              group(loops, threads, IoUringIoHandler.newFactory()),
              IoUringServerSocketChannel.class,
              IoUringSocketChannel.class);
      case EPOLL ->
          new Transport(
              sockets,
              group(loops, threads, EpollIoHandler.newFactory()),
              EpollServerSocketChannel.class,
              EpollSocketChannel.class);
      case NIO ->
          new Transport(
              sockets,
              group(loops, threads, NioIoHandler.newFactory()),
              NioServerSocketChannel.class,
              NioSocketChannel.class);
    };
  }

  private static EventLoopGroup group(
      int loops, DefaultThreadFactory threads, IoHandlerFactory handlers) {
    return new MultiThreadIoEventLoopGroup(loops, threads, handlers);
  }

  /** The loops, for timers and for connections that belong to no client. */
  public EventLoopGroup loops() {
    return loops;
  }

  /** A server socket's recipe, without its handlers. */
  public ServerBootstrap server() {
    return new ServerBootstrap()
        .group(loops)
        .channel(serverChannel)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, READS)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
  }

  /** An outgoing connection's recipe on this loop, without its handlers. */
  public Bootstrap client(EventLoop loop, Duration connect) {
    return new Bootstrap()
        .group(loop)
        .channel(channel)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connect.toMillis())
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .option(ChannelOption.RECVBUF_ALLOCATOR, READS)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
  }

  @Override
  public String toString() {
    return sockets.name().toLowerCase(Locale.ROOT);
  }

  /** Ends the loops; whatever is still connected is cut. */
  @Override
  public void close() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
