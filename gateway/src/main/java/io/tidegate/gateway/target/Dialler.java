package io.tidegate.gateway.target;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.tidegate.gateway.transport.Transport;
import io.tidegate.wire.FrameDecoder;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens connections to the nodes of one target, with TLS and SNI where it has them. */
public final class Dialler {
  private final Transport transport;
  private final @Nullable SslContext tls;
  private final Duration connect;

  /** Names are looked up off the loops; what was found serves until a connection fails. */
  private final Map<HostPort, InetSocketAddress> resolved = new ConcurrentHashMap<>();

  Dialler(Transport transport, @Nullable SslContext tls, Duration connect) {
    this.transport = transport;
    this.tls = tls;
    this.connect = connect;
  }

  /**
   * Connects; the handler gets whole frames, and hears of success by {@code channelActive}.
   *
   * @param frames makes whole frames of what comes, for this connection only
   * @param failed hears, on the loop, why there is no connection
   */
  public void dial(
      EventLoop loop,
      HostPort node,
      FrameDecoder frames,
      ChannelHandler handler,
      Consumer<Throwable> failed) {
    InetSocketAddress known = resolved.get(node);
    if (known != null) {
      connect(loop, node, known, frames, handler, failed);
      return;
    }
    Thread.ofVirtual()
        .start(() -> {
          try {
            InetSocketAddress found =
                new InetSocketAddress(InetAddress.getByName(node.host()), node.port());
            resolved.put(node, found);
            loop.execute(() -> connect(loop, node, found, frames, handler, failed));
          } catch (UnknownHostException e) {
            loop.execute(() -> failed.accept(e));
          }
        });
  }

  private void connect(
      EventLoop loop,
      HostPort node,
      InetSocketAddress address,
      FrameDecoder frames,
      ChannelHandler handler,
      Consumer<Throwable> failed) {
    ChannelFuture connected =
        transport
            .client(loop, connect)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null) {
                      SslHandler handshake =
                          tls.newHandler(channel.alloc(), node.host(), node.port());
                      handshake.setHandshakeTimeoutMillis(connect.toMillis());
                      channel.pipeline().addLast(handshake);
                    }
                    channel.pipeline().addLast(frames, handler);
                  }
                })
            .connect(address);
    connected.addListener(
        (ChannelFutureListener)
            done -> {
              Throwable cause = done.cause();
              if (cause != null) {
                resolved.remove(node);
                failed.accept(cause);
              }
            });
  }

  /** Why a connection failed, as a sentence without secrets. */
  public static String describe(HostPort node, Throwable cause) {
    Throwable root = root(cause);
    return switch (root) {
      case UnknownHostException e -> "the name " + node.host() + " does not resolve";
      case ConnectTimeoutException e -> node + " did not answer in time";
      case ConnectException e -> "nothing accepts connections at " + node;
      case SSLException e -> "TLS with " + node + " failed: " + e.getMessage();
      default -> "the connection to " + node + " failed: " + root.getMessage();
    };
  }

  /** Whether it was TLS that failed. */
  public static boolean tlsFailed(Throwable cause) {
    return root(cause) instanceof SSLException;
  }

  private static Throwable root(Throwable cause) {
    Throwable inner = cause.getCause();
    return cause instanceof DecoderException && inner != null ? inner : cause;
  }
}
