package io.tidegate.testkit.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** HAProxy in TCP mode in front of one port: what the gateway is measured against. */
public final class HaProxy implements AutoCloseable {

  private static final int MAX_CONNECTIONS = 8_000;

  private final Process process;
  private final int port;
  private final Path config;

  private HaProxy(Process process, int port, Path config) {
    this.process = process;
    this.port = port;
    this.config = config;
  }

  /** Starts one with so many threads, in front of a port of 127.0.0.1. */
  public static HaProxy inFrontOf(int targetPort, int threads)
      throws IOException, InterruptedException {
    Path program = SystemPackage.program("haproxy", "haproxy");
    int port = FreePort.next();
    Path config = Files.createTempFile("tidegate-haproxy-", ".cfg");
    Files.writeString(
        config,
        """
        global
          nbthread %d
          maxconn %d
        defaults
          mode tcp
          timeout connect 5s
          timeout client 1h
          timeout server 1h
        listen bench
          bind 127.0.0.1:%d
          server target 127.0.0.1:%d
        """
            .formatted(threads, MAX_CONNECTIONS, port, targetPort));
    Process process =
        new ProcessBuilder(program.toString(), "-db", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    var proxy = new HaProxy(process, port, config);
    try {
      FreePort.await(port, process, Duration.ofSeconds(10));
      return proxy;
    } catch (IOException e) {
      proxy.close();
      throw e;
    }
  }

  /** Where it listens, on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Its process. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(config);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
