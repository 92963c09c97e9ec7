package io.tidegate.gateway.session;

import io.tidegate.access.Binding;
import io.tidegate.access.Lease;
import io.tidegate.gateway.target.TargetWatch;
import io.tidegate.wire.sasl.ScramVerifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One lease at work: its connections, what they own at the target, and whether it has ended. Safe
 * for any thread.
 *
 * <pre>
 *   live ──expiry──▶ writes are waited for ──▶ over (tombstone) ──5 min──▶ forgotten
 *     └────── revocation, idleness, leaving ───────▲
 * </pre>
 */
public final class Session {
  /** Connections above the lease's limit that are let in to hear why they are refused. */
  private static final int HEARING = 64;

  private static final int MOST_CURSORS = 50_000;

  /** A driver has one for each of its sessions; what a server bears is far less than this. */
  private static final int MOST_TRANSACTIONS = 10_000;

  /** A command line has one; more than a few are nobody's who only wants to hear. */
  private static final int MOST_PRESENCES = 16;

  private volatile Lease lease;
  private volatile AccountSecret secret;
  private volatile @Nullable AccountSecret directory;
  private volatile Instant admitted;
  private final TargetWatch target;
  private final LogicalSessions logicalSessions;
  private final Map<LiveConnection, ConnectionFacts> connections = new ConcurrentHashMap<>();
  private final Map<Long, OpenCursor> cursors = new ConcurrentHashMap<>();
  private final Map<LogicalSessions.Id, Long> transactions = new ConcurrentHashMap<>();
  private final AtomicInteger connectionNumber = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger logicalSessionCount = new AtomicInteger();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicLong closedCommands = new AtomicLong();
  private final AtomicLong closedBytesIn = new AtomicLong();
  private final AtomicLong closedBytesOut = new AtomicLong();
  private final Set<Presence> presences = ConcurrentHashMap.newKeySet();
  private volatile long lastUseMillis;
  private volatile long leftMillis = Long.MAX_VALUE;
  private volatile boolean started;
  private volatile boolean warned;
  private volatile boolean proven;
  private volatile boolean reachedTarget;
  private volatile @Nullable Ending ending;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile long recordedThrough = -1;

  /**
   * @param secret the lease's account, opened
   * @param directory what the lease's directory is searched with, opened; null where there is none
   * @param target the watcher of the lease's target, shared with other sessions
   * @param logicalSessions of the lease's account, shared with other sessions
   */
  public Session(
      Lease lease,
      AccountSecret secret,
      @Nullable AccountSecret directory,
      TargetWatch target,
      LogicalSessions logicalSessions,
      Instant now) {
    this.lease = lease;
    this.secret = secret;
    this.directory = directory;
    this.admitted = now;
    this.target = target;
    this.logicalSessions = logicalSessions;
    this.lastUseMillis = now.toEpochMilli();
  }

  /** A connection of the lease's holder that only listens for how the session goes. */
  public interface Presence {
    /** Tells the holder that the session will end. */
    void ending(Instant at);

    /** Tells the holder that it has ended, and closes. */
    void ended(Ending ending);
  }

  public String id() {
    return lease.sessionId();
  }

  /** The lease in its newest revision. */
  public Lease lease() {
    return lease;
  }

  /** The verifier of a tunnel's own password; null where there is none. */
  public @Nullable ScramVerifier localAuth() {
    return lease.binding() instanceof Binding.Tunnel tunnel ? tunnel.localAuth() : null;
  }

  public AccountSecret secret() {
    return secret;
  }

  /** What the lease's directory is searched with; null where there is none. */
  public @Nullable AccountSecret directory() {
    return directory;
  }

  public TargetWatch target() {
    return target;
  }

  public LogicalSessions logicalSessions() {
    return logicalSessions;
  }

  /** The name under which this session shows in the target's logs and operations. */
  public String applicationName() {
    String id = lease.sessionId();
    return "tidegate/" + id.substring(Math.max(0, id.length() - 10));
  }

  /** Whether its account has signed in to the target at least once. */
  public boolean proven() {
    return proven;
  }

  public void prove() {
    proven = true;
  }

  /** Null while it lives. */
  public @Nullable Ending ending() {
    return ending;
  }

  /** Takes a newer revision of the same lease; an older one changes nothing. */
  void renew(Lease newer, AccountSecret newSecret, @Nullable AccountSecret newDirectory) {
    if (newer.revision() > lease.revision()) {
      lease = newer;
      secret = newSecret;
      directory = newDirectory;
      warned = false;
    }
  }

  /** Whether an address may have been let in until now and no longer is. */
  boolean admissionsEnded(Instant now) {
    Instant since = admitted;
    admitted = now;
    return lease.network().endsBetween(since, now);
  }

  // Connections.

  /** Whether a connection may join, and as what. */
  enum Admission {
    ADMITTED,
    TOO_MANY,
    /** So many too many that not even a reason is given. */
    TURNED_AWAY
  }

  Admission join() {
    int now = open.incrementAndGet();
    int most = lease.limits().maxConnections();
    if (now > most + HEARING) {
      open.decrementAndGet();
      return Admission.TURNED_AWAY;
    }
    return now > most ? Admission.TOO_MANY : Admission.ADMITTED;
  }

  String nextConnectionId() {
    return "c" + connectionNumber.incrementAndGet();
  }

  void add(LiveConnection connection, ConnectionFacts facts) {
    connections.put(connection, facts);
  }

  void remove(LiveConnection connection, ConnectionFacts facts) {
    if (connections.remove(connection) != null) {
      closedCommands.addAndGet(facts.commands());
      closedBytesIn.addAndGet(facts.bytesIn());
      closedBytesOut.addAndGet(facts.bytesOut());
    }
    open.decrementAndGet();
  }

  /** Client connections that are open now. */
  public int openConnections() {
    return open.get();
  }

  List<LiveConnection> connections() {
    return new ArrayList<>(connections.keySet());
  }

  /** True once, at its first connection or presence. */
  boolean start() {
    if (started) {
      return false;
    }
    synchronized (this) {
      boolean first = !started;
      started = true;
      return first;
    }
  }

  // Presence.

  /** Counts a presence connection in; false when there are as many as there may be. */
  boolean arrive(Presence presence) {
    synchronized (presences) {
      if (presences.size() >= MOST_PRESENCES) {
        return false;
      }
      presences.add(presence);
    }
    leftMillis = Long.MAX_VALUE;
    Ending now = ending;
    if (now != null) {
      presence.ended(now);
    } else {
      presence.ending(lease.expiresAt());
    }
    return true;
  }

  /** Counts a presence connection out. */
  public void leave(Presence presence, long nowMillis) {
    if (presences.remove(presence) && presences.isEmpty()) {
      leftMillis = nowMillis;
    }
  }

  Set<Presence> presences() {
    return presences;
  }

  /** When the last presence left; far in the future while there is one or never was. */
  long leftMillis() {
    return presences.isEmpty() ? leftMillis : Long.MAX_VALUE;
  }

  /** True once a lease's revision, for the notice before the end. */
  boolean warn() {
    boolean first = !warned;
    warned = true;
    return first;
  }

  // Use.

  /** A command of the person's; heartbeats do not count. */
  void used(long nowMillis) {
    // Written at most once a second: all connections share this field.
    if (nowMillis - lastUseMillis > 1_000) {
      lastUseMillis = nowMillis;
    }
  }

  long lastUseMillis() {
    return lastUseMillis;
  }

  boolean anyBusy() {
    for (LiveConnection connection : connections.keySet()) {
      if (connection.busy()) {
        return true;
      }
    }
    return false;
  }

  void refused() {
    refusals.incrementAndGet();
  }

  public long refusals() {
    return refusals.get();
  }

  /** Commands of all its connections, ever; roughly current. */
  public long commands() {
    long sum = closedCommands.get();
    for (ConnectionFacts facts : connections.values()) {
      sum += facts.commands();
    }
    return sum;
  }

  /** Bytes from its clients. */
  public long bytesIn() {
    long sum = closedBytesIn.get();
    for (ConnectionFacts facts : connections.values()) {
      sum += facts.bytesIn();
    }
    return sum;
  }

  /** Bytes to its clients. */
  public long bytesOut() {
    long sum = closedBytesOut.get();
    for (ConnectionFacts facts : connections.values()) {
      sum += facts.bytesOut();
    }
    return sum;
  }

  /** Counts bytes of large messages as held; false when that is more than the lease allows. */
  boolean hold(long bytes) {
    return InFlight.hold(bytesInFlight, bytes, lease.limits().maxBytesInFlight());
  }

  void letGo(long bytes) {
    bytesInFlight.addAndGet(-bytes);
  }

  /** Bytes of large messages that are held for it now. */
  public long bytesInFlight() {
    return bytesInFlight.get();
  }

  // What it owns at the target.

  /** Remembers a cursor that a reply opened. */
  public void own(OpenCursor cursor) {
    cursors.put(cursor.id(), cursor);
  }

  /**
   * Whether it may open one more. Asked before a command is forwarded; what is under way then may
   * still bring a few, one for each connection, which are all remembered.
   */
  public boolean mayOpenCursor() {
    return cursors.size() < MOST_CURSORS;
  }

  /** The cursor, if this session opened it and it is still open. */
  public @Nullable OpenCursor cursor(long id) {
    return cursors.get(id);
  }

  public void forgetCursor(long id) {
    if (!cursors.isEmpty()) {
      cursors.remove(id);
    }
  }

  /** Those that are open now. */
  public List<OpenCursor> cursors() {
    return new ArrayList<>(cursors.values());
  }

  /**
   * Remembers a transaction that is being begun or gone on with; a newer one of the same logical
   * session takes an older one's place, there as here.
   *
   * @return false when there are too many
   */
  public boolean own(OpenTransaction transaction) {
    if (transactions.size() >= MOST_TRANSACTIONS
        && !transactions.containsKey(transaction.session())) {
      return false;
    }
    transactions.merge(transaction.session(), transaction.number(), Math::max);
    return true;
  }

  /** It was committed or aborted, or the server has none such. */
  void forget(OpenTransaction transaction) {
    transactions.remove(transaction.session(), transaction.number());
  }

  /** Those that may be open now. */
  public List<OpenTransaction> transactions() {
    List<OpenTransaction> open = new ArrayList<>();
    transactions.forEach((session, number) -> open.add(new OpenTransaction(session, number)));
    return open;
  }

  /** Whether anything of it ever came to the target, so that something may be left there. */
  public boolean reachedTarget() {
    return reachedTarget;
  }

  void reachTarget() {
    reachedTarget = true;
  }

  int countLogicalSession() {
    return logicalSessionCount.incrementAndGet();
  }

  // Recording.

  /** The ledger's index of the newest entry of its recording, -1 while there is none. */
  public long recordedThrough() {
    return recordedThrough;
  }

  /** Called by the recorder only. */
  public void recorded(long index) {
    recordedThrough = index;
  }

  /** Ends it; false when it has ended before. */
  synchronized boolean end(Ending how) {
    if (ending != null) {
      return false;
    }
    ending = how;
    return true;
  }

  /** Nothing of it is under way any more. True once: whoever hears it clears up. */
  boolean over() {
    return over.compareAndSet(false, true);
  }

  boolean isOver() {
    return over.get();
  }

  @Override
  public String toString() {
    return "Session[" + id() + "]";
  }
}
