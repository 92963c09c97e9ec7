package io.tidegate.gateway.metrics;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one gateway since its start. Any thread may add; a reading is not a snapshot. */
public final class GatewayMetrics {
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder turnedAway = new LongAdder();
  private final LongAdder commands = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final LongAdder upstreamOpened = new LongAdder();

  /** Connections that are open now. */
  public int connections() {
    return connections.get();
  }

  /** Connections ever accepted. */
  public long accepted() {
    return accepted.sum();
  }

  /** Connections closed before they said who they are, for whatever reason. */
  public long turnedAway() {
    return turnedAway.sum();
  }

  /** Commands forwarded, answered and refused; heartbeats not counted. */
  public long commands() {
    return commands.sum();
  }

  public long refusals() {
    return refusals.sum();
  }

  /** Connections ever opened to targets for clients. */
  public long upstreamOpened() {
    return upstreamOpened.sum();
  }

  public void connectionOpened() {
    connections.incrementAndGet();
    accepted.increment();
  }

  public void connectionClosed() {
    connections.decrementAndGet();
  }

  public void turnAway() {
    turnedAway.increment();
  }

  public void command() {
    commands.increment();
  }

  public void refusal() {
    refusals.increment();
  }

  public void upstreamOpen() {
    upstreamOpened.increment();
  }
}
