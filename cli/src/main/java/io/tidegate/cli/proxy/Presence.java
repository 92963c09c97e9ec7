package io.tidegate.cli.proxy;

import io.tidegate.cli.remote.Fields;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection open that tells the gateway somebody is there, and listens on it for the
 * end. A lost connection is opened again: the gateway waits some seconds before it takes the person
 * for gone.
 */
public final class Presence implements AutoCloseable {
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** After so many vain attempts, the control plane is asked whether there still is a session. */
  private static final int ASK_AFTER = 3;

  private static final int LONGEST_LINE = 16 << 10;

  private final GatewayDialer dialer;
  private final Supplier<Optional<Ending>> asker;
  private final CompletableFuture<Ending> ended = new CompletableFuture<>();
  private final CompletableFuture<Void> there = new CompletableFuture<>();
  private volatile GatewayDialer.@Nullable Tunnel tunnel;
  private volatile boolean closed;

  private Presence(GatewayDialer dialer, Supplier<Optional<Ending>> asker) {
    this.dialer = dialer;
    this.asker = asker;
  }

  /**
   * Starts.
   *
   * @param asker asks elsewhere whether the session is over, when the gateway does not answer
   */
  public static Presence begin(GatewayDialer dialer, Supplier<Optional<Ending>> asker) {
    Presence presence = new Presence(dialer, asker);
    Thread.ofVirtual().name("presence").start(presence::stay);
    return presence;
  }

  /** Completes when the session is over, with why. */
  public CompletableFuture<Ending> ended() {
    return ended;
  }

  /** Completes once the gateway knows that somebody is there. */
  public CompletableFuture<Void> there() {
    return there;
  }

  @Override
  public void close() {
    closed = true;
    GatewayDialer.Tunnel now = tunnel;
    if (now != null) {
      now.abort();
    }
  }

  private void stay() {
    int vain = 0;
    while (!closed && !ended.isDone()) {
      try {
        GatewayDialer.Tunnel now = dialer.dial(GatewayDialer.PRESENCE);
        tunnel = now;
        if (closed) {
          now.abort();
          return;
        }
        there.complete(null);
        if (listen(now)) {
          vain = 0;
        } else {
          vain++;
        }
      } catch (IOException e) {
        vain++;
      }
      if (closed || ended.isDone()) {
        return;
      }
      if (vain >= ASK_AFTER) {
        vain = 0;
        asker.get().ifPresent(ended::complete);
      }
      try {
        Thread.sleep(AGAIN);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Hears notices until the connection ends; false if there was none. */
  private boolean listen(GatewayDialer.Tunnel from) {
    boolean heard = false;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(from.secure().getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && line.length() <= LONGEST_LINE) {
        heard = true;
        Optional<Fields> notice = Fields.parse(line);
        if (notice.isPresent() && notice.get().text("type").equals("ended")) {
          ended.complete(
              new Ending(notice.get().text("code"), notice.get().text("reason", "message")));
          return true;
        }
        line = lines.readLine();
      }
    } catch (IOException e) {
      // Lost: it is opened again.
    } finally {
      from.abort();
    }
    return heard;
  }
}
