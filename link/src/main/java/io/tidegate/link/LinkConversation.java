package io.tidegate.link;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tidegate.link.v1.FromControl;
import io.tidegate.link.v1.FromGateway;
import io.tidegate.link.v1.GatewayLinkGrpc;
import io.tidegate.link.v1.LeasePush;
import io.tidegate.link.v1.Leases;
import io.tidegate.link.v1.ReadRecording;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of a gateway to the control plane, from the hello to its loss. */
final class LinkConversation implements ClientResponseObserver<FromGateway, FromControl> {
  private static final Logger LOG = LoggerFactory.getLogger(LinkConversation.class);

  /** Messages that may wait for a control plane that does not read. */
  private static final int OUTBOUND = 16_384;

  private static final int MAX_READS = 128;

  private final GatewayEndpoint gateway;
  private final EventBuffer events;
  private final int number;
  private final String eventEpoch;
  private final LinkOptions options;
  private final ExecutorService threads;
  private final ManagedChannel channel;
  private final Runnable onWelcome;
  private final Runnable onOver;

  private final AtomicBoolean over = new AtomicBoolean();
  private final ReentrantLock pumping = new ReentrantLock();
  private final Map<Long, CreditedSink> sinks = new ConcurrentHashMap<>();
  private final List<SignedLease> desired = new ArrayList<>();
  private volatile @Nullable ClientCallStreamObserver<FromGateway> call;
  private volatile @Nullable Outbound<FromGateway> outbound;
  private boolean greeted;
  private volatile boolean welcomed;
  private volatile boolean leaving;
  private volatile boolean dismissed;

  LinkConversation(
      GatewayEndpoint gateway,
      EventBuffer events,
      int number,
      String eventEpoch,
      LinkOptions options,
      ExecutorService threads,
      ManagedChannel channel,
      Runnable onWelcome,
      Runnable onOver) {
    this.gateway = gateway;
    this.events = events;
    this.number = number;
    this.eventEpoch = eventEpoch;
    this.options = options;
    this.threads = threads;
    this.channel = channel;
    this.onWelcome = onWelcome;
    this.onOver = onOver;
  }

  void begin() {
    GatewayLinkGrpc.newStub(channel).connect(this);
    send(Messages.hello(gateway.hello(), eventEpoch));
  }

  boolean welcomed() {
    return welcomed && !over.get();
  }

  /** Whether the control plane ended it for good. */
  boolean dismissed() {
    return dismissed;
  }

  /** Sends what events there are, as far as the control plane keeps up. */
  void pump() {
    if (!welcomed) {
      return;
    }
    pumping.lock();
    try {
      while (!over.get()) {
        EventBuffer.Outgoing next = events.next(number, options.clock().instant());
        if (next == null) {
          return;
        }
        send(EventMessages.events(next.firstSequence(), next.events()));
      }
    } finally {
      pumping.unlock();
    }
  }

  /** Health is only worth telling while it is fresh: a newer one replaces one that still waits. */
  void health(GatewayHealth health) {
    Outbound<FromGateway> out = outbound;
    if (welcomed && out != null) {
      out.offerLatest(Messages.health(health));
    }
  }

  void close() {
    Outbound<FromGateway> out = outbound;
    if (out != null) {
      out.end(Status.CANCELLED.withDescription("the gateway is leaving").asRuntimeException());
    }
    leaving = true;
    ended("the gateway closed the connection");
    channel.shutdownNow();
  }

  // gRPC's calls, one after the other

  @Override
  public void beforeStart(ClientCallStreamObserver<FromGateway> stream) {
    stream.disableAutoRequestWithInitial(1);
    Outbound<FromGateway> out = new Outbound<>(stream, OUTBOUND);
    stream.setOnReadyHandler(out::ready);
    call = stream;
    outbound = out;
  }

  @Override
  public void onNext(FromControl message) {
    if (over.get()) {
      return;
    }
    try {
      heard(message);
    } catch (MalformedLinkMessageException e) {
      fail(Status.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
      return;
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("message", message.getMessageCase())
          .setCause(e)
          .log("a message of the control plane could not be handled; the link is cut");
      fail(Status.INTERNAL, "the gateway could not handle a message; its log says why");
      return;
    }
    ClientCallStreamObserver<FromGateway> stream = call;
    if (stream != null) {
      stream.request(1);
    }
  }

  private void heard(FromControl message) throws MalformedLinkMessageException {
    if (message.getMessageCase() == FromControl.MessageCase.WELCOME) {
      if (greeted) {
        throw new MalformedLinkMessageException("the welcome came twice");
      }
      greeted = true;
      gateway.welcomed(Messages.welcome(message.getWelcome()));
      return;
    }
    if (!greeted) {
      throw new MalformedLinkMessageException("the first message must be the welcome");
    }
    switch (message.getMessageCase()) {
      case LEASES -> desired(message.getLeases());
      case LEASE_PUSH -> install(message.getLeasePush());
      case REVOKE -> gateway.revoke(Messages.revocation(message.getRevoke()));
      case EVENTS_ACK -> {
        events.acknowledged(message.getEventsAck().getThroughSequence());
        pump();
      }
      case READ_RECORDING -> read(message.getReadRecording());
      case RECORDING_CREDIT -> {
        CreditedSink sink = sinks.get(message.getRecordingCredit().getReadId());
        if (sink != null) {
          sink.credit(message.getRecordingCredit().getChunks());
        }
      }
      case STOP_RECORDING -> {
        CreditedSink sink = sinks.remove(message.getStopRecording().getReadId());
        if (sink != null) {
          sink.close();
        }
      }
      case WELCOME, MESSAGE_NOT_SET ->
          throw new MalformedLinkMessageException("a message is of a kind not known here");
    }
  }

  private void desired(Leases part) {
    part.getLeasesList().forEach(lease -> desired.add(Messages.lease(lease)));
    if (!part.getLast()) {
      return;
    }
    List<SignedLease> all = List.copyOf(desired);
    desired.clear();
    gateway.desired(all);
    // Only now is the gateway as the control plane wants it, and only now does it count as there.
    welcomed = true;
    onWelcome.run();
    pump();
  }

  private void install(LeasePush push) {
    SignedLease lease = Messages.lease(push.getLease());
    inParallel(() -> {
      LeaseOutcome outcome;
      try {
        outcome = gateway.install(lease, () -> !over.get());
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("leaseId", lease.leaseId())
            .setCause(e)
            .log("a lease could not be installed");
        outcome =
            new LeaseOutcome.Rejected(
                lease.leaseId(),
                "gateway-fault",
                "The gateway failed while installing the lease; its log says why.");
      }
      send(Messages.leaseAck(push.getPushId(), outcome));
    });
  }

  private void read(ReadRecording read) throws MalformedLinkMessageException {
    long id = read.getReadId();
    if (sinks.size() >= MAX_READS) {
      send(Messages.recordingEnd(id, "The gateway is reading too many recordings already."));
      return;
    }
    CreditedSink sink = new CreditedSink(id, read.getCredit(), this::send);
    if (sinks.putIfAbsent(id, sink) != null) {
      throw new MalformedLinkMessageException("two readings have one number");
    }
    inParallel(() -> {
      String failure = "";
      try {
        gateway.read(Messages.query(read), sink);
      } catch (InterruptedException e) {
        return;
      } catch (RecordingUnavailableException e) {
        failure = String.valueOf(e.getMessage());
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("sessionId", read.getSessionId())
            .setCause(e)
            .log("a recording could not be read");
        failure = "The gateway failed while reading the recording; its log says why.";
      }
      if (sinks.remove(id, sink)) {
        sink.close();
        send(Messages.recordingEnd(id, failure));
      }
    });
  }

  @Override
  public void onError(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String why = status.getDescription();
    String sentence = why == null ? status.getCode().toString() : why;
    String code = Dismissal.codeOf(failure);
    if (code != null && !over.get()) {
      dismissed = true;
      LOG.atError().addKeyValue("code", code).log(sentence);
      gateway.dismissed(code, sentence);
    }
    ended(sentence);
  }

  @Override
  public void onCompleted() {
    ended("the control plane ended the connection");
  }

  private void inParallel(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      fail(Status.UNAVAILABLE, "the gateway is stopping");
    }
  }

  private void send(FromGateway message) {
    Outbound<FromGateway> out = outbound;
    if (out == null || (!out.offer(message) && !over.get())) {
      fail(Status.RESOURCE_EXHAUSTED, "the control plane does not read what it is sent");
    }
  }

  private void fail(Status status, String why) {
    Outbound<FromGateway> out = outbound;
    if (out != null) {
      out.end(status.withDescription(why).asRuntimeException());
    }
    ended(why);
  }

  private void ended(String why) {
    if (!over.compareAndSet(false, true)) {
      return;
    }
    Outbound<FromGateway> out = outbound;
    if (out != null) {
      out.forget();
    }
    sinks.values().forEach(CreditedSink::close);
    sinks.clear();
    if (leaving || dismissed) {
      LOG.debug("the gateway leaves the control plane");
    } else if (welcomed) {
      LOG.atWarn().addKeyValue("why", why).log("the control plane is away");
    } else {
      LOG.atInfo().addKeyValue("why", why).log("the control plane could not be joined");
    }
    try {
      gateway.disconnected(why);
    } finally {
      onOver.run();
    }
  }
}
