package io.tidegate.gateway.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
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
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The event loops and the kind of sockets on them: native epoll where the machine has it, NIO
 * elsewhere. Both ends of a client's way live on the same loop, so no message changes threads.
 */
public final class Transport implements AutoCloseable {
  /**
   * A peer that does not read stops its opposite once this much waits for it, so that the gateway
   * never holds more of a slow conversation than this and the message under way.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private final EventLoopGroup loops;
  private final Class<? extends ServerChannel> serverChannel;
  private final Class<? extends SocketChannel> channel;

  private Transport(
      EventLoopGroup loops,
      Class<? extends ServerChannel> serverChannel,
      Class<? extends SocketChannel> channel) {
    this.loops = loops;
    this.serverChannel = serverChannel;
    this.channel = channel;
  }

  /** Starts the loops; threads appear with their first work. */
  public static Transport open(int loops) {
    DefaultThreadFactory threads = new DefaultThreadFactory("tidegate-loop", true);
    if (Epoll.isAvailable()) {
      return new Transport(
          group(loops, threads, EpollIoHandler.newFactory()),
          EpollServerSocketChannel.class,
          EpollSocketChannel.class);
    }
    return new Transport(
        group(loops, threads, NioIoHandler.newFactory()),
        NioServerSocketChannel.class,
        NioSocketChannel.class);
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
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
  }

  /** Ends the loops; whatever is still connected is cut. */
  @Override
  public void close() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
