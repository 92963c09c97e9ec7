package io.tidegate.cli.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Listens on this machine's loopback, and carries each connection over one of its own to the
 * gateway, byte for byte. When one side says it sends no more, so does the proxy on the other; each
 * direction lives until its own end.
 */
public final class LocalProxy implements AutoCloseable {
  private static final int BACKLOG = 512;
  private static final int BUFFER = 32 << 10;

  /** A client's whole pool may dial at once: this many handshakes at a time, each then in time. */
  private static final int HANDSHAKES = 32;

  private final ServerSocket listener;
  private final Semaphore handshakes = new Semaphore(HANDSHAKES);
  private final Set<Socket> local = ConcurrentHashMap.newKeySet();
  private final Set<GatewayDialer.Tunnel> tunnels = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private LocalProxy(ServerSocket listener) {
    this.listener = listener;
  }

  /**
   * Takes a port; clients that connect wait until {@link #serve}.
   *
   * @param port 0 for any free one
   * @throws IOException if the port is taken
   */
  public static LocalProxy bind(int port) throws IOException {
    ServerSocket listener = new ServerSocket();
    try {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), BACKLOG);
      return new LocalProxy(listener);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Connections open now. */
  public int connections() {
    return local.size();
  }

  /**
   * Starts carrying.
   *
   * @param trouble told why, when the gateway could not be reached for a connection
   */
  public void serve(GatewayDialer dialer, Consumer<IOException> trouble) {
    Thread.ofVirtual().name("proxy-accept").start(() -> accept(dialer, trouble));
  }

  @Override
  public void close() {
    closed = true;
    closeQuietly(listener);
    local.forEach(LocalProxy::closeQuietly);
    tunnels.forEach(GatewayDialer.Tunnel::abort);
  }

  private void accept(GatewayDialer dialer, Consumer<IOException> trouble) {
    while (!closed) {
      Socket client;
      try {
        client = listener.accept();
      } catch (IOException e) {
        if (closed) {
          return;
        }
        // Too many open files, most likely: others may close.
        trouble.accept(e);
        try {
          Thread.sleep(100);
        } catch (InterruptedException interrupted) {
          return;
        }
        continue;
      }
      local.add(client);
      Thread.ofVirtual().name("proxy").start(() -> carry(client, dialer, trouble));
    }
  }

  private void carry(Socket client, GatewayDialer dialer, Consumer<IOException> trouble) {
    GatewayDialer.Tunnel tunnel;
    try {
      client.setTcpNoDelay(true);
      handshakes.acquireUninterruptibly();
      try {
        tunnel = dialer.dial(GatewayDialer.MONGODB);
      } finally {
        handshakes.release();
      }
    } catch (IOException e) {
      closeQuietly(client);
      local.remove(client);
      if (!closed) {
        trouble.accept(e);
      }
      return;
    }
    tunnels.add(tunnel);
    try {
      if (closed) {
        return;
      }
      Thread up =
          Thread.ofVirtual()
              .name("proxy-up")
              .start(() -> {
                try {
                  pump(client.getInputStream(), tunnel.secure().getOutputStream());
                  tunnel.secure().shutdownOutput();
                } catch (IOException e) {
                  broken(client, tunnel);
                }
              });
      try {
        pump(tunnel.secure().getInputStream(), client.getOutputStream());
        client.shutdownOutput();
      } catch (IOException e) {
        broken(client, tunnel);
      }
      up.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      broken(client, tunnel);
      tunnels.remove(tunnel);
      local.remove(client);
    }
  }

  /** What cannot be carried any more is cut on both sides: half a conversation misleads. */
  private static void broken(Socket client, GatewayDialer.Tunnel tunnel) {
    closeQuietly(client);
    tunnel.abort();
  }

  private static void pump(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[BUFFER];
    int read = from.read(buffer);
    while (read >= 0) {
      to.write(buffer, 0, read);
      to.flush();
      read = from.read(buffer);
    }
  }

  private static void closeQuietly(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      // Closing is all there is to do.
    }
  }
}
