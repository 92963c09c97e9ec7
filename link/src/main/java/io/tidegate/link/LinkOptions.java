package io.tidegate.link;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Limits and times of the link, with its sources of time and chance.
 *
 * @param pushTimeout how long a gateway may take over one lease
 * @param helloTimeout how long a connection may stay without a hello
 * @param keepAlive how long a silent peer is believed to be there before it is asked
 * @param keepAliveTimeout how long it may take to answer
 * @param retryFirst the longest first pause before dialling again; it doubles
 * @param retryMost the longest pause
 * @param renewalCheck how often the gateway looks whether its certificate is due
 * @param maxMessageBytes no larger message is read
 * @param eventCapacity how many events a gateway keeps while nobody acknowledges them
 */
public record LinkOptions(
    InstantSource clock,
    RandomGenerator random,
    Pause pause,
    Duration pushTimeout,
    Duration helloTimeout,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Duration retryFirst,
    Duration retryMost,
    Duration renewalCheck,
    int maxMessageBytes,
    int eventCapacity) {

  public static LinkOptions defaults(InstantSource clock, RandomGenerator random) {
    return new LinkOptions(
        clock,
        random,
        Pause.REAL,
        Duration.ofSeconds(20),
        Duration.ofSeconds(10),
        Duration.ofSeconds(20),
        Duration.ofSeconds(10),
        Duration.ofMillis(250),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        4 << 20,
        50_000);
  }

  public LinkOptions withPushTimeout(Duration value) {
    return new LinkOptions(
        clock,
        random,
        pause,
        value,
        helloTimeout,
        keepAlive,
        keepAliveTimeout,
        retryFirst,
        retryMost,
        renewalCheck,
        maxMessageBytes,
        eventCapacity);
  }

  public LinkOptions withHelloTimeout(Duration value) {
    return new LinkOptions(
        clock,
        random,
        pause,
        pushTimeout,
        value,
        keepAlive,
        keepAliveTimeout,
        retryFirst,
        retryMost,
        renewalCheck,
        maxMessageBytes,
        eventCapacity);
  }

  public LinkOptions withPause(Pause value) {
    return new LinkOptions(
        clock,
        random,
        value,
        pushTimeout,
        helloTimeout,
        keepAlive,
        keepAliveTimeout,
        retryFirst,
        retryMost,
        renewalCheck,
        maxMessageBytes,
        eventCapacity);
  }

  public LinkOptions withRenewalCheck(Duration value) {
    return new LinkOptions(
        clock,
        random,
        pause,
        pushTimeout,
        helloTimeout,
        keepAlive,
        keepAliveTimeout,
        retryFirst,
        retryMost,
        value,
        maxMessageBytes,
        eventCapacity);
  }

  public LinkOptions withEventCapacity(int value) {
    return new LinkOptions(
        clock,
        random,
        pause,
        pushTimeout,
        helloTimeout,
        keepAlive,
        keepAliveTimeout,
        retryFirst,
        retryMost,
        renewalCheck,
        maxMessageBytes,
        value);
  }
}
