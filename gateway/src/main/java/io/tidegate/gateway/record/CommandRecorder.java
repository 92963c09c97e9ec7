package io.tidegate.gateway.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.tidegate.gateway.config.Limits;
import io.tidegate.gateway.session.Exchange;
import io.tidegate.gateway.session.Recorder;
import io.tidegate.gateway.session.Session;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.wire.ReplySummary;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands from the event loops and writes them from one thread of its own.
 *
 * <p>A loop copies a small message, or takes a reference to a large one, and goes on. The thread
 * gathers what has come in about two milliseconds, makes one entry of it for each session, and
 * writes these together. When it cannot keep up, the rings fill and the loops stop reading from
 * their clients; nothing is lost. When it cannot write, {@link #failure} says so, nothing is
 * forwarded any more, and it goes on trying with what it holds until it can.
 */
public final class CommandRecorder implements Recorder, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandRecorder.class);

  /** Messages up to this size are copied: cheaper than a reference that another thread drops. */
  private static final int COPIED = 8 * 1024;

  private static final long GATHER_NANOS = 2_000_000;
  private static final long NAP_NANOS = 50_000_000;
  private static final int QUIET_ROUNDS = 50;
  private static final int MOST_AT_ONCE = 4_096;
  private static final long RETRY_NANOS = 500_000_000;

  /** An entry is closed from this size on; one command adds less than a tenth of it. */
  private static final int ENTRY_BYTES = 1024 * 1024;

  /** Entries are written together up to about this size, far below what a ledger takes at once. */
  private static final int WRITE_BYTES = 8 * 1024 * 1024;

  /** Characters that a recording keeps of names, which the client or the target chose. */
  private static final int NAME = 256;

  private static final int SENTENCE = 2_048;

  private final RecordSink sink;
  private final InstantSource clock;
  private final Limits limits;
  private final long firstSequence;
  private final Consumer<@Nullable String> failureChanged;
  private final Map<EventLoop, RingLane> lanes = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private final AtomicLong heldBytes = new AtomicLong();
  private final Thread thread;
  private final MessageDigest sha256;
  private final IdentityHashMap<Session, List<Exchange>> gathered = new IdentityHashMap<>();
  private final RecordBuffer buffer = new RecordBuffer();
  private final IdentityHashMap<Session, Long> sequences = new IdentityHashMap<>();
  private volatile boolean asleep;
  private volatile boolean closing;
  private volatile @Nullable String failure;
  private final List<Session> sessions = new ArrayList<>();
  private final List<RecordSink.Item> items = new ArrayList<>();
  private int itemBytes;

  private record Waiter(EventLoop loop, Runnable retry) {}

  /**
   * @param firstSequence that sessions' commands are numbered from
   * @param failureChanged hears when writing fails (why) and works again (null)
   */
  public CommandRecorder(
      RecordSink sink,
      InstantSource clock,
      Limits limits,
      long firstSequence,
      Consumer<@Nullable String> failureChanged) {
    this.sink = sink;
    this.clock = clock;
    this.limits = limits;
    this.firstSequence = firstSequence;
    this.failureChanged = failureChanged;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    this.thread = Thread.ofPlatform().name("tidegate-recorder").daemon().unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public Lane lane(EventLoop loop) {
    return lanes.computeIfAbsent(loop, RingLane::new);
  }

  @Override
  public @Nullable String failure() {
    return failure;
  }

  private final class RingLane implements Lane {
    private final EventLoop loop;
    private final ExchangeRing ring = new ExchangeRing(limits.recordRing());

    /** Outcomes that found the ring full; as many as there are connections at most. */
    private final ConcurrentLinkedQueue<Exchange> overflow = new ConcurrentLinkedQueue<>();

    RingLane(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public boolean begin(Exchange exchange, ByteBuf frame, Runnable retry) {
      int bytes = frame.readableBytes();
      // Half of the ring is for outcomes, which cannot be turned away.
      if (ring.size() >= limits.recordRing() / 2
          || !overflow.isEmpty()
          || (bytes > COPIED && heldBytes.get() > limits.recordBytes())) {
        waiters.add(new Waiter(loop, retry));
        wake();
        return false;
      }
      if (bytes <= COPIED) {
        byte[] copy = new byte[bytes];
        frame.getBytes(frame.readerIndex(), copy);
        exchange.keep(Unpooled.wrappedBuffer(copy));
      } else {
        heldBytes.addAndGet(bytes);
        exchange.keep(frame.retainedSlice());
      }
      ring.offer(exchange);
      wake();
      return true;
    }

    @Override
    public void finish(Exchange exchange) {
      if (!overflow.isEmpty() || !ring.offer(exchange)) {
        overflow.add(exchange);
      }
      wake();
    }
  }

  private void wake() {
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  // The recorder's thread.

  private void run() {
    try {
      work();
    } catch (Throwable e) {
      LOG.atError().setCause(e).log("the recorder failed; nothing is forwarded any more");
      failed("the recorder failed; restart the gateway: " + e);
      turnAway();
    }
  }

  /** Nothing can be recorded any more: whoever comes or waits hears it by {@link #failure}. */
  private void turnAway() {
    while (!closing) {
      for (RingLane lane : lanes.values()) {
        Exchange exchange;
        while ((exchange = lane.ring.poll()) != null || (exchange = lane.overflow.poll()) != null) {
          ByteBuf message = exchange.takeMessage();
          if (message != null) {
            message.release();
          }
        }
      }
      release();
      LockSupport.parkNanos(NAP_NANOS);
    }
  }

  private void work() {
    int quiet = 0;
    while (true) {
      boolean last = closing;
      int taken = gather();
      if (taken > 0) {
        quiet = 0;
        write();
      }
      release();
      if (taken == 0 && last) {
        return;
      }
      if (taken < MOST_AT_ONCE && !last) {
        quiet++;
        rest(quiet);
      }
    }
  }

  private void rest(int quiet) {
    if (quiet < QUIET_ROUNDS) {
      LockSupport.parkNanos(GATHER_NANOS);
      return;
    }
    asleep = true;
    if (allEmpty() && waiters.isEmpty() && !closing) {
      LockSupport.parkNanos(NAP_NANOS);
    }
    asleep = false;
  }

  private boolean allEmpty() {
    for (RingLane lane : lanes.values()) {
      if (!lane.ring.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private void release() {
    Waiter waiter;
    for (int i = waiters.size(); i > 0 && (waiter = waiters.poll()) != null; i--) {
      waiter.loop().execute(waiter.retry());
    }
  }

  private int gather() {
    int taken = 0;
    for (RingLane lane : lanes.values()) {
      Exchange exchange;
      int atMost = MOST_AT_ONCE;
      while (atMost-- > 0 && (exchange = lane.ring.poll()) != null) {
        take(exchange);
        taken++;
      }
      if (lane.ring.isEmpty()) {
        while ((exchange = lane.overflow.poll()) != null) {
          take(exchange);
          taken++;
        }
      }
    }
    return taken;
  }

  /** An exchange comes twice: when it begins and when it is finished. */
  private void take(Exchange exchange) {
    if (exchange.sequence() == 0) {
      Session session = exchange.session();
      long sequence = sequences.merge(session, firstSequence, (last, first) -> last + 1);
      exchange.number(sequence);
      exchange.stage(Exchange.Stage.BEGUN);
      gathered.computeIfAbsent(session, s -> new ArrayList<>()).add(exchange);
    } else if (exchange.stage() == Exchange.Stage.BEGUN) {
      // Answered before its beginning was written: one record tells both.
      exchange.stage(Exchange.Stage.WHOLE);
    } else {
      exchange.stage(Exchange.Stage.ANSWERED);
      gathered.computeIfAbsent(exchange.session(), s -> new ArrayList<>()).add(exchange);
    }
  }

  private void encode(Exchange exchange) {
    int command = buffer.beginCommand();
    buffer.number(CommandRecord.SEQUENCE_FIELD_NUMBER, exchange.sequence());
    switch (exchange.stage()) {
      case BEGUN -> {
        phase(CommandRecord.Phase.INTENT);
        request(exchange);
        exchange.stage(Exchange.Stage.WRITTEN);
      }
      case WHOLE -> {
        request(exchange);
        reply(exchange);
      }
      case WRITTEN, ANSWERED -> {
        phase(CommandRecord.Phase.OUTCOME);
        reply(exchange);
      }
    }
    buffer.end(command);
  }

  private void phase(CommandRecord.Phase phase) {
    buffer.number(CommandRecord.PHASE_FIELD_NUMBER, phase.getNumber());
  }

  private void request(Exchange exchange) {
    buffer.number(CommandRecord.AT_MICROS_FIELD_NUMBER, exchange.startMicros());
    buffer.text(CommandRecord.CONNECTION_FIELD_NUMBER, exchange.connection());
    buffer.number(CommandRecord.REQUEST_ID_FIELD_NUMBER, exchange.requestId());
    buffer.text(CommandRecord.COMMAND_FIELD_NUMBER, exchange.command(), NAME);
    buffer.text(CommandRecord.DATABASE_FIELD_NUMBER, exchange.database(), NAME);
    buffer.text(CommandRecord.COLLECTION_FIELD_NUMBER, exchange.collection(), NAME);
    buffer.number(CommandRecord.DECISION_FIELD_NUMBER, decision(exchange.decision()).getNumber());
    buffer.text(CommandRecord.RULE_FIELD_NUMBER, exchange.rule());
    buffer.text(CommandRecord.SENTENCE_FIELD_NUMBER, exchange.sentence(), SENTENCE);
    ByteBuf message = exchange.takeMessage();
    if (message != null) {
      int bytes = message.readableBytes();
      try {
        body(exchange.command(), message);
      } finally {
        message.release();
        if (bytes > COPIED) {
          heldBytes.addAndGet(-bytes);
        }
      }
    }
    buffer.number(CommandRecord.REQUEST_BYTES_FIELD_NUMBER, exchange.requestBytes());
  }

  private void body(String name, ByteBuf message) {
    RecordedBody body;
    try {
      body = RecordedBody.of(name, message, limits.recordedBody());
    } catch (RuntimeException e) {
      // Its hash, and all else that is known of the command, is recorded nevertheless.
      LOG.atError().setCause(e).log("a command's body cannot be recorded");
      body = RecordedBody.missing();
    }
    buffer.bytes(CommandRecord.BODY_FIELD_NUMBER, body.bytes());
    if (!body.whole()) {
      sha256.reset();
      sha256.update(message.nioBuffer());
      buffer.bytes(CommandRecord.REQUEST_SHA256_FIELD_NUMBER, sha256.digest());
    }
  }

  private void reply(Exchange exchange) {
    int begun = buffer.beginReply();
    ReplySummary summary = exchange.reply();
    if (summary == null) {
      buffer.flag(CommandRecord.Reply.NONE_FIELD_NUMBER, true);
    } else {
      buffer.flag(CommandRecord.Reply.OK_FIELD_NUMBER, summary.ok());
      buffer.number(CommandRecord.Reply.CODE_FIELD_NUMBER, summary.code());
      String codeName = summary.codeName();
      buffer.text(
          CommandRecord.Reply.CODE_NAME_FIELD_NUMBER, codeName == null ? "" : codeName, NAME);
      buffer.number(CommandRecord.Reply.N_FIELD_NUMBER, Math.max(0, summary.n()));
      buffer.number(CommandRecord.Reply.N_MODIFIED_FIELD_NUMBER, Math.max(0, summary.nModified()));
      buffer.number(CommandRecord.Reply.RETURNED_FIELD_NUMBER, Math.max(0, summary.nReturned()));
      buffer.number(CommandRecord.Reply.CURSOR_ID_FIELD_NUMBER, summary.cursorId());
    }
    buffer.number(CommandRecord.Reply.BYTES_FIELD_NUMBER, exchange.replyBytes());
    buffer.number(CommandRecord.Reply.DURATION_MICROS_FIELD_NUMBER, exchange.durationMicros());
    buffer.text(CommandRecord.Reply.ENDED_FIELD_NUMBER, exchange.ended(), SENTENCE);
    buffer.end(begun);
  }

  private static CommandRecord.Decision decision(Exchange.Decision decision) {
    return switch (decision) {
      case FORWARDED -> CommandRecord.Decision.FORWARDED;
      case ANSWERED -> CommandRecord.Decision.ANSWERED;
      case REFUSED -> CommandRecord.Decision.REFUSED;
      case DROPPED -> CommandRecord.Decision.DROPPED;
    };
  }

  /** Writes what was gathered; does not return before it is written, or the gateway stops. */
  private void write() {
    gathered.forEach((session, exchanges) -> {
      buffer.clear();
      for (Exchange exchange : exchanges) {
        encode(exchange);
        if (buffer.length() >= ENTRY_BYTES) {
          closeEntry(session);
        }
      }
      if (buffer.length() > 0) {
        closeEntry(session);
      }
    });
    gathered.clear();
    writeEntries();
    // A session that is over does not come back: its numbers may be forgotten.
    sequences.keySet().removeIf(CommandRecorder::over);
  }

  private void closeEntry(Session session) {
    sessions.add(session);
    items.add(new RecordSink.Item(session.id(), Arrays.copyOf(buffer.array(), buffer.length())));
    itemBytes += buffer.length();
    buffer.clear();
    if (itemBytes >= WRITE_BYTES) {
      writeEntries();
    }
  }

  private void writeEntries() {
    while (!items.isEmpty()) {
      try {
        long index = sink.write(clock.instant(), items);
        for (Session session : sessions) {
          session.recorded(index++);
        }
        forgetEntries();
        if (failure != null) {
          failure = null;
          LOG.info("recordings can be written again");
          failureChanged.accept(null);
        }
      } catch (IOException | RuntimeException e) {
        fail(e);
        if (closing) {
          LOG.atError()
              .addKeyValue("entries", items.size())
              .log("the gateway stops with commands that could not be recorded");
          forgetEntries();
          return;
        }
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  private void forgetEntries() {
    items.clear();
    sessions.clear();
    itemBytes = 0;
  }

  private static boolean over(Session session) {
    return session.ending() != null && session.openConnections() == 0;
  }

  private void fail(Exception e) {
    if (failure == null) {
      LOG.atError().setCause(e).log("recordings cannot be written; nothing is forwarded");
      failed(String.valueOf(e.getMessage()));
    }
  }

  private void failed(String why) {
    failure = why;
    failureChanged.accept(why);
  }

  /** Writes what has come and ends the thread. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(3_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
