package io.tidegate.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tidegate.link.v1.FromControl;
import io.tidegate.link.v1.FromGateway;
import io.tidegate.link.v1.LeaseAck;
import io.tidegate.link.v1.RecordingChunk;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway's stream at the control plane. gRPC calls the observer's methods one after the other.
 *
 * <pre>
 *   begin ── hello ──▶ admitted ── desired leases sent ──▶ open ──▶ ended
 *     └────────┴── refused, late, malformed, cut ─────────────────────▲
 * </pre>
 */
final class ConnectedGateway implements StreamObserver<FromGateway>, GatewayConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectedGateway.class);

  /** Messages that may wait for a gateway that does not read; one that lags further is cut. */
  private static final int OUTBOUND = 16_384;

  private static final int MAX_READS = 64;

  private final String gatewayId;
  private final X509Certificate certificate;
  private final ServerCallStreamObserver<FromControl> call;
  private final Outbound<FromControl> outbound;
  private final ControlEndpoint control;
  private final LinkOptions options;
  private final ScheduledExecutorService timer;
  private final Consumer<ConnectedGateway> forget;

  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Push> pushes = new ConcurrentHashMap<>();
  private final Map<Long, RecordingRead> reads = new ConcurrentHashMap<>();
  private final List<ScheduledFuture<?>> timers = new ArrayList<>();

  /** Held while the session hears something, so that it hears one thing at a time. */
  private final ReentrantLock turn = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();

  /** What was sent before the desired leases went out, to go after them; then null. */
  @GuardedBy("lock")
  private @Nullable List<FromControl> held = new ArrayList<>();

  private volatile @Nullable GatewayHello hello;
  private volatile @Nullable GatewaySession session;
  private String eventEpoch = "";

  ConnectedGateway(
      String gatewayId,
      X509Certificate certificate,
      ServerCallStreamObserver<FromControl> call,
      ControlEndpoint control,
      LinkOptions options,
      ScheduledExecutorService timer,
      Consumer<ConnectedGateway> forget) {
    this.gatewayId = gatewayId;
    this.certificate = certificate;
    this.call = call;
    this.outbound = new Outbound<>(call, OUTBOUND);
    this.control = control;
    this.options = options;
    this.timer = timer;
    this.forget = forget;
  }

  /** Called before anything can be received. */
  void begin() {
    call.disableAutoRequest();
    call.setOnReadyHandler(outbound::ready);
    call.setOnCancelHandler(() -> over("the connection to the gateway was lost"));
    call.setOnCloseHandler(() -> over("the connection was closed"));
    call.request(1);
    timers.add(
        timer.schedule(
            () -> {
              if (hello == null) {
                fail(Status.DEADLINE_EXCEEDED, "no hello came in time");
              }
            },
            options.helloTimeout().toNanos(),
            TimeUnit.NANOSECONDS));
    Duration left =
        Duration.between(options.clock().instant(), certificate.getNotAfter().toInstant());
    timers.add(
        timer.schedule(
            () -> fail(Status.UNAUTHENTICATED, "the gateway's certificate has expired"),
            Math.max(0, left.toNanos()),
            TimeUnit.NANOSECONDS));
  }

  // What the gateway says

  @Override
  public void onNext(FromGateway message) {
    if (ended.get()) {
      return;
    }
    turn.lock();
    try {
      heard(message);
    } catch (MalformedLinkMessageException e) {
      fail(Status.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
      return;
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("gatewayId", gatewayId)
          .addKeyValue("message", message.getMessageCase())
          .setCause(e)
          .log("a gateway's message could not be handled; the link is cut");
      fail(Status.INTERNAL, "the control plane could not handle a message; its log says why");
      return;
    } finally {
      turn.unlock();
    }
    call.request(1);
  }

  private void heard(FromGateway message) throws MalformedLinkMessageException {
    if (message.getMessageCase() == FromGateway.MessageCase.HELLO) {
      greeted(message.getHello());
      return;
    }
    GatewaySession open = session;
    if (ended.get()) {
      return;
    }
    if (open == null) {
      throw new MalformedLinkMessageException("the first message must be the hello");
    }
    switch (message.getMessageCase()) {
      case LEASE_ACK -> acknowledged(message.getLeaseAck());
      case SESSION_EVENTS -> {
        EventBatch batch = EventMessages.batch(eventEpoch, message.getSessionEvents());
        open.events(batch);
        send(Messages.eventsAck(batch.lastSequence()));
      }
      case HEALTH -> open.health(Messages.health(message.getHealth()));
      case RECORDING_CHUNK -> chunk(message.getRecordingChunk());
      case HELLO, MESSAGE_NOT_SET ->
          throw new MalformedLinkMessageException("a message is of a kind not known here");
    }
  }

  private void greeted(io.tidegate.link.v1.Hello message) throws MalformedLinkMessageException {
    if (hello != null) {
      throw new MalformedLinkMessageException("the hello came twice");
    }
    hello = Messages.hello(message);
    eventEpoch = message.getEventEpoch();
    switch (control.connected(this)) {
      case ControlEndpoint.Admission.Refused(String code, String sentence) -> {
        dismiss(code, sentence);
      }
      case ControlEndpoint.Admission.Admitted(Welcome welcome, GatewaySession admitted) -> {
        session = admitted;
        outbound.offer(Messages.welcome(welcome));
        List<FromControl> desired = Messages.leases(admitted.desiredLeases());
        lock.lock();
        try {
          List<FromControl> later = held == null ? List.of() : held;
          held = null;
          desired.forEach(outbound::offer);
          later.forEach(outbound::offer);
        } finally {
          lock.unlock();
        }
        if (ended.get()) {
          // It left while it was being let in, and over() saw no session then.
          leave("the connection to the gateway was lost");
        }
      }
    }
  }

  private void acknowledged(LeaseAck ack) {
    Push push = pushes.remove(ack.getPushId());
    if (push != null) {
      push.timeout.cancel(false);
      LeaseOutcome outcome = Messages.leaseOutcome(ack);
      push.outcome.complete(
          outcome.leaseId().equals(push.leaseId)
              ? outcome
              : new LeaseOutcome.Unanswered(
                  push.leaseId, "The gateway answered about another lease."));
    }
  }

  private void chunk(RecordingChunk chunk) throws MalformedLinkMessageException {
    RecordingRead read = reads.get(chunk.getReadId());
    if (read == null) {
      // The reader has left, and the gateway has not heard yet.
      return;
    }
    if (chunk.getEntriesCount() > 0) {
      if (!read.deliver(new RecordingReader.Part.Entries(Messages.entries(chunk)))) {
        throw new MalformedLinkMessageException("more of a recording came than was asked for");
      }
    }
    if (chunk.getDone()) {
      reads.remove(chunk.getReadId());
      read.finish(
          chunk.getFailure().isEmpty()
              ? new RecordingReader.Part.Done()
              : new RecordingReader.Part.Failed(chunk.getFailure()));
    }
  }

  @Override
  public void onError(Throwable failure) {
    over("the connection to the gateway was lost");
  }

  @Override
  public void onCompleted() {
    fail(Status.OK, "the gateway said goodbye");
  }

  // What the control plane says

  @Override
  public String gatewayId() {
    return gatewayId;
  }

  @Override
  public X509Certificate certificate() {
    return certificate;
  }

  @Override
  public GatewayHello hello() {
    GatewayHello said = hello;
    if (said == null) {
      throw new IllegalStateException("the gateway has not said hello yet");
    }
    return said;
  }

  @Override
  public CompletableFuture<LeaseOutcome> push(SignedLease lease) {
    CompletableFuture<LeaseOutcome> outcome = new CompletableFuture<>();
    long id = numbers.incrementAndGet();
    ScheduledFuture<?> timeout;
    try {
      timeout =
          timer.schedule(
              () -> unanswered(id, "The gateway did not answer in time. Try again in a moment."),
              options.pushTimeout().toNanos(),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(
          new LeaseOutcome.Unanswered(lease.leaseId(), "The control plane is stopping."));
    }
    pushes.put(id, new Push(lease.leaseId(), outcome, timeout));
    send(Messages.push(id, lease));
    if (ended.get()) {
      unanswered(id, "The gateway is not connected. Try again when it is back.");
    }
    return outcome;
  }

  @Override
  public void revoke(Revocation revocation) {
    send(Messages.revoke(revocation));
  }

  @Override
  public RecordingReader read(RecordingQuery query) {
    long id = numbers.incrementAndGet();
    RecordingRead read = new RecordingRead(id, this::send, reads::remove);
    if (reads.size() >= MAX_READS) {
      read.finish(
          new RecordingReader.Part.Failed(
              "Too many recordings are being read from this gateway. Try again in a moment."));
      return read;
    }
    reads.put(id, read);
    send(Messages.read(id, query, RecordingRead.CREDIT));
    if (ended.get()) {
      read.finish(new RecordingReader.Part.Failed("The gateway is not connected."));
      reads.remove(id);
    }
    return read;
  }

  @Override
  public void close(String why) {
    fail(Status.UNAVAILABLE, why);
  }

  @Override
  public void dismiss(String code, String sentence) {
    LOG.atWarn()
        .addKeyValue("gatewayId", gatewayId)
        .addKeyValue("code", code)
        .log("a gateway was dismissed");
    fail(Status.PERMISSION_DENIED, sentence, Dismissal.trailers(code));
  }

  /** After the desired leases, in the order of the calls. */
  private void send(FromControl message) {
    lock.lock();
    try {
      if (held != null) {
        if (held.size() < OUTBOUND) {
          held.add(message);
          return;
        }
      } else if (outbound.offer(message)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    if (!ended.get()) {
      fail(Status.RESOURCE_EXHAUSTED, "the gateway does not read what it is sent");
    }
  }

  // The end

  private void fail(Status status, String why) {
    fail(status, why, new Metadata());
  }

  private void fail(Status status, String why, Metadata trailers) {
    StatusRuntimeException end = status.withDescription(why).asRuntimeException(trailers);
    // Ending the stream closes the call on another thread, which would tell less than we know.
    failure.compareAndSet(null, why);
    outbound.end(end);
    over(why);
  }

  private void over(String why) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    outbound.forget();
    timers.forEach(pending -> pending.cancel(false));
    forget.accept(this);
    pushes
        .keySet()
        .forEach(id -> unanswered(id, "The gateway left before it answered. Try again."));
    reads
        .values()
        .forEach(
            read -> read.finish(new RecordingReader.Part.Failed("The gateway is not connected.")));
    reads.clear();
    String known = failure.get();
    leave(known == null ? why : known);
  }

  private void leave(String why) {
    GatewaySession open = session;
    session = null;
    if (open != null) {
      // Not on the caller's thread: it may hold locks of the control plane's own.
      Thread.ofVirtual()
          .name("link-left-" + gatewayId)
          .start(() -> {
            turn.lock();
            try {
              open.disconnected(why);
            } finally {
              turn.unlock();
            }
          });
    }
  }

  private void unanswered(long id, String sentence) {
    Push push = pushes.remove(id);
    if (push != null) {
      push.timeout.cancel(false);
      push.outcome.complete(new LeaseOutcome.Unanswered(push.leaseId, sentence));
    }
  }

  private record Push(
      String leaseId, CompletableFuture<LeaseOutcome> outcome, ScheduledFuture<?> timeout) {}
}
