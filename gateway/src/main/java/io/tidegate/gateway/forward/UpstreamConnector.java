package io.tidegate.gateway.forward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.tidegate.gateway.config.Limits;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Upstream;
import io.tidegate.gateway.session.Upstreams;
import io.tidegate.gateway.target.HostPort;
import io.tidegate.gateway.target.TargetView;
import io.tidegate.gateway.transport.Transport;
import io.tidegate.wire.FrameDecoder;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Opens the upstream connections of all sessions, each signed in as its lease says. */
public final class UpstreamConnector implements Upstreams {
  private final Transport transport;
  private final Timings timings;
  private final Limits limits;
  private final Accounts accounts;
  private final Map<Session, CompletableFuture<Boolean>> clearing = new ConcurrentHashMap<>();

  public UpstreamConnector(
      Transport transport, Timings timings, Limits limits, SecureRandom random) {
    this.transport = transport;
    this.timings = timings;
    this.limits = limits;
    this.accounts = new Accounts(random);
  }

  @Override
  public void open(Session session, EventLoop loop, Upstream.Listener listener) {
    open(session, session.applicationName(), loop, listener);
  }

  private void open(
      Session session, String application, EventLoop loop, Upstream.Listener listener) {
    TargetView view = session.target().view();
    HostPort node = view.node();
    if (node == null) {
      session.target().checkNow();
      TargetView.Trouble trouble = view.trouble();
      listener.failed(
          trouble == null
              ? new Upstream.Failure(
                  Upstream.Failure.UNREACHABLE, "the target has not answered yet; try again")
              : new Upstream.Failure(trouble.code(), trouble.sentence()));
      return;
    }
    UpstreamConnection connection =
        new UpstreamConnection(node, application, accounts.signIn(session), listener);
    FrameDecoder frames = new FrameDecoder(limits.frameLength(), connection::inParts);
    frames.chargeTo(listener.budget());
    session
        .target()
        .dialler()
        .dial(
            loop,
            node,
            frames,
            connection,
            cause -> {
              session.target().checkNow();
              connection.notConnected(cause);
            });
    connection.giveUpAfter(loop, timings.connect());
  }

  @Override
  public Upstream.@Nullable Failure signInOnce(Session session) throws InterruptedException {
    CompletableFuture<Upstream.@Nullable Failure> outcome = new CompletableFuture<>();
    EventLoop loop = transport.loops().next();
    loop.execute(() -> open(session, loop, new Trial(outcome)));
    try {
      return outcome.get(timings.connect().toMillis() + 1_000, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new Upstream.Failure(
          Upstream.Failure.UNREACHABLE, "the target did not finish the sign-in in time");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a trial always has an outcome", e);
    }
  }

  @Override
  public void clearUp(Session session) {
    if (!session.reachedTarget()) {
      return;
    }
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    clearing.put(session, over);
    Runnable whenOver =
        () -> {
          clearing.remove(session);
          over.complete(true);
        };
    EventLoop loop = transport.loops().next();
    loop.execute(() ->
        open(
            session,
            "tidegate-cleanup",
            loop,
            new CleanUp(session, loop, timings.clearUp(), whenOver)));
  }

  /**
   * Waits until what ended sessions left at their targets is cleared up.
   *
   * @return how many sessions' rest is not, when the time is over
   */
  public int settle(Duration atMost) throws InterruptedException {
    try {
      CompletableFuture.allOf(clearing.values().toArray(CompletableFuture<?>[]::new))
          .get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return clearing.size();
    } catch (ExecutionException e) {
      throw new IllegalStateException("clearing up always comes to an end", e);
    }
    return 0;
  }

  /** Signs in and closes. */
  private static final class Trial implements Upstream.Listener {
    private final CompletableFuture<Upstream.@Nullable Failure> outcome;

    Trial(CompletableFuture<Upstream.@Nullable Failure> outcome) {
      this.outcome = outcome;
    }

    @Override
    public void opened(Upstream upstream) {
      outcome.complete(null);
      upstream.close();
    }

    @Override
    public void failed(Upstream.Failure failure) {
      outcome.complete(failure);
    }

    @Override
    public void reply(ByteBuf frame) {
      frame.release();
    }

    @Override
    public void readComplete() {}

    @Override
    public void writabilityChanged() {}

    @Override
    public void closed() {}
  }
}
