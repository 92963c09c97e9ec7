package io.tidegate.link;

import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The control plane's end of the link: gateways dial it, over the network or in one process. */
public final class LinkServer implements AutoCloseable {
  private static final int MAX_METADATA_BYTES = 16 << 10;

  private final Server server;
  private final GatewayLinkService link;
  private final ExecutorService threads;
  private final ScheduledExecutorService timer;

  private LinkServer(
      Server server,
      GatewayLinkService link,
      ExecutorService threads,
      ScheduledExecutorService timer) {
    this.server = server;
    this.link = link;
    this.threads = threads;
    this.timer = timer;
  }

  /**
   * Listens for gateways with mutual TLS.
   *
   * @param credentials asked for at each handshake, so a renewed certificate needs no restart
   * @param address where to listen; port 0 for any free one
   * @throws IOException if the address cannot be listened at
   */
  public static LinkServer listen(
      ControlEndpoint control,
      Supplier<ControlCredentials> credentials,
      InetSocketAddress address,
      LinkOptions options)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .sslContext(LinkTls.server(credentials))
            .intercept(PeerCertificate.fromHandshake())
            .keepAliveTime(options.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(options.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(options.keepAlive().toNanos() / 2, TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(true)
            .handshakeTimeout(options.helloTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .maxConcurrentCallsPerConnection(16)
            .maxInboundMetadataSize(MAX_METADATA_BYTES);
    return start(builder, control, options);
  }

  /** Serves gateways of the same process, which dial {@link LinkTransport.InProcess} by name. */
  public static LinkServer inProcess(
      ControlEndpoint control,
      Supplier<ControlCredentials> credentials,
      String name,
      LinkOptions options)
      throws IOException {
    return start(
        InProcessServerBuilder.forName(name)
            .intercept(PeerCertificate.fromProcess(credentials))
            .maxInboundMetadataSize(MAX_METADATA_BYTES),
        control,
        options);
  }

  /** The port listened at, or -1 in process. */
  public int port() {
    return server.getPort();
  }

  /** Cuts every gateway and stops; gateways go on by themselves and dial again. */
  @Override
  public void close() {
    server.shutdown();
    link.closeAll("the control plane is stopping");
    try {
      if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
        server.shutdownNow();
        server.awaitTermination(2, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    timer.shutdownNow();
    threads.shutdown();
  }

  private static LinkServer start(
      ServerBuilder<?> builder, ControlEndpoint control, LinkOptions options) throws IOException {
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("link-server-", 0).factory());
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("link-server-timer").factory());
    GatewayLinkService link = new GatewayLinkService(control, options, timer);
    try {
      Server server =
          builder
              .executor(threads)
              .maxInboundMessageSize(options.maxMessageBytes())
              .addService(link)
              .addService(new EnrolmentService(control))
              .build()
              .start();
      return new LinkServer(server, link, threads, timer);
    } catch (IOException | RuntimeException e) {
      timer.shutdownNow();
      threads.shutdown();
      throw e;
    }
  }
}
