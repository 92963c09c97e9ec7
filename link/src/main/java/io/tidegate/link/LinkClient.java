package io.tidegate.link;

import io.tidegate.link.trust.GatewayCredentials;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's end of the link. It dials, says hello, and when the connection is lost dials again
 * with growing, random pauses, for as long as it is open; it renews the certificate when two thirds
 * of its life are over. Events are kept until the control plane has acknowledged them. Once it is
 * dismissed it dials no more.
 */
public final class LinkClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LinkClient.class);

  private final GatewayEndpoint gateway;
  private final LinkTransport transport;
  private final LinkOptions options;
  private final SecureRandom random;
  private final EventBuffer events;
  private final String eventEpoch;
  private final ExecutorService threads;
  private final Thread supervisor;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile GatewayCredentials credentials;
  private volatile @Nullable LinkConversation conversation;
  private volatile boolean closed;

  private LinkClient(
      GatewayEndpoint gateway,
      LinkTransport transport,
      GatewayCredentials credentials,
      SecureRandom random,
      LinkOptions options) {
    this.gateway = gateway;
    this.transport = transport;
    this.credentials = credentials;
    this.random = random;
    this.options = options;
    this.events = new EventBuffer(options.eventCapacity());
    byte[] epoch = new byte[12];
    random.nextBytes(epoch);
    this.eventEpoch = HexFormat.of().formatHex(epoch);
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("link-client-", 0).factory());
    this.supervisor = Thread.ofVirtual().name("link-client").unstarted(this::supervise);
  }

  /** Starts dialling; returns at once. */
  public static LinkClient start(
      GatewayEndpoint gateway,
      LinkTransport transport,
      GatewayCredentials credentials,
      SecureRandom random,
      LinkOptions options) {
    LinkClient client = new LinkClient(gateway, transport, credentials, random, options);
    client.supervisor.start();
    return client;
  }

  /**
   * Tells the control plane, now or when it is back. Never blocks.
   *
   * @return false if too many events wait already: this one was counted, and the count will be told
   */
  public boolean report(SessionEvent event) {
    boolean kept = events.add(event);
    LinkConversation now = conversation;
    if (now != null) {
      now.pump();
    }
    return kept;
  }

  /** Tells how the gateway is doing, if the control plane is there. Never blocks. */
  public void report(GatewayHealth health) {
    LinkConversation now = conversation;
    if (now != null) {
      now.health(health);
    }
  }

  /** True while the control plane has welcomed the gateway and the connection holds. */
  public boolean connected() {
    LinkConversation now = conversation;
    return now != null && now.welcomed();
  }

  /** Waits until {@link #connected}; false if that took too long. */
  public boolean awaitConnected(Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lock();
    try {
      while (!connected()) {
        if (nanos <= 0 || closed) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many events wait to be acknowledged. */
  public int unacknowledged() {
    return events.size();
  }

  /** The present ones; they change at renewal. */
  public GatewayCredentials credentials() {
    return credentials;
  }

  /** Says goodbye and stops. Events that are not acknowledged yet are lost to the control plane. */
  @Override
  public void close() {
    closed = true;
    LinkConversation now = conversation;
    if (now != null) {
      now.close();
    }
    supervisor.interrupt();
    try {
      supervisor.join(Duration.ofSeconds(3));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
  }

  private void supervise() {
    Backoff backoff = new Backoff(options.random(), options.retryFirst(), options.retryMost());
    while (!closed) {
      try {
        renewIfDue();
        boolean goOnAtOnce = converse(backoff);
        if (!closed && !goOnAtOnce) {
          options.pause().pause(backoff.next());
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).log("the link failed; it will be tried again");
        try {
          options.pause().pause(backoff.next());
        } catch (InterruptedException interrupted) {
          return;
        }
      }
    }
  }

  /** One connection from beginning to end; true if the next one should follow without a pause. */
  private boolean converse(Backoff backoff) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    int number = events.rewind();
    LinkConversation now =
        new LinkConversation(
            gateway,
            events,
            number,
            eventEpoch,
            options,
            threads,
            Channels.open(transport, credentials, options, threads),
            () -> signal(backoff),
            over::countDown);
    conversation = now;
    try {
      now.begin();
      while (!over.await(options.renewalCheck().toNanos(), TimeUnit.NANOSECONDS)) {
        if (renewIfDue()) {
          // Come back at once with the new certificate.
          return true;
        }
      }
      if (now.dismissed()) {
        closed = true;
      }
      return false;
    } finally {
      conversation = null;
      now.close();
      signal(null);
    }
  }

  private void signal(@Nullable Backoff welcomed) {
    if (welcomed != null) {
      welcomed.reset();
    }
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean renewIfDue() {
    GatewayCredentials present = credentials;
    if (options.clock().instant().isBefore(present.renewAt())) {
      return false;
    }
    List<String> names = List.of(gateway.hello().tunnelHost());
    return switch (GatewayEnrolment.renew(transport, present, names, random, options)) {
      case GatewayEnrolment.Outcome.Joined(GatewayCredentials next) -> {
        try {
          // Kept first: the old one ends when this is shown, and must not be all that is kept.
          gateway.renewed(next);
        } catch (RuntimeException e) {
          LOG.atError().setCause(e).log("the gateway's next certificate could not be kept");
          yield notRenewed(present, "It could not be kept.");
        }
        credentials = next;
        LOG.atInfo()
            .addKeyValue("gatewayId", next.gatewayId())
            .addKeyValue("until", next.certificate().getNotAfter().toInstant())
            .log("the gateway's certificate was renewed");
        yield true;
      }
      case GatewayEnrolment.Outcome.Refused(_, String sentence) -> notRenewed(present, sentence);
      case GatewayEnrolment.Outcome.NotTrusted(String sentence) -> notRenewed(present, sentence);
      case GatewayEnrolment.Outcome.Unreachable(String sentence) -> notRenewed(present, sentence);
    };
  }

  private static boolean notRenewed(GatewayCredentials present, String sentence) {
    LOG.atWarn()
        .addKeyValue("gatewayId", present.gatewayId())
        .addKeyValue("until", present.certificate().getNotAfter().toInstant())
        .addKeyValue("why", sentence)
        .log("the gateway's certificate was not renewed; it will be tried again");
    return false;
  }
}
