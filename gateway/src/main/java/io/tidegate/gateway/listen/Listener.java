package io.tidegate.gateway.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.tidegate.gateway.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** One bound server socket. */
public final class Listener implements AutoCloseable {
  private final Channel channel;

  private Listener(Channel channel) {
    this.channel = channel;
  }

  /**
   * Binds.
   *
   * @param name what this listener is, for the error's sentence
   * @param assemble puts the handlers on each new connection, on its event loop
   * @throws IOException when the address cannot be bound, with what to do about it
   */
  public static Listener bind(
      Transport transport, String name, InetSocketAddress address, Consumer<SocketChannel> assemble)
      throws IOException {
    ChannelFuture bound =
        transport
            .server()
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel accepted) {
                    assemble.accept(accepted);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    Throwable failure = bound.cause();
    if (failure != null) {
      throw new IOException(
          "the gateway's %s listener cannot bind %s: %s; choose another port or stop what holds it"
              .formatted(name, address, failure.getMessage()),
          failure);
    }
    return new Listener(bound.channel());
  }

  /** Where it listens, with the port that was chosen. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Stops accepting; accepted connections stay. */
  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
  }
}
