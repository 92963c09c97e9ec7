package io.tidegate.gateway.session;

import io.netty.buffer.ByteBuf;
import io.tidegate.wire.ReplySummary;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way: what was asked and decided, and then what came of it. The connection's
 * loop fills it; the recorder's thread reads the first half after {@link Recorder.Lane#begin} and
 * the second after {@link Recorder.Lane#finish}, which publish it.
 */
public final class Exchange {
  /** What became of a command at the gateway. */
  public enum Decision {
    FORWARDED,
    ANSWERED,
    REFUSED,
    DROPPED
  }

  /** How much of a command the recorder has written. */
  public enum Stage {
    /** Nothing; it has begun. */
    BEGUN,
    /** Nothing; it has begun and was answered. */
    WHOLE,
    /** That it has begun. */
    WRITTEN,
    /** That it has begun; it was answered since. */
    ANSWERED
  }

  private final Session session;
  private final String connection;
  private final long startMicros;
  private final long startNanos;
  private final int requestId;
  private final boolean replyExpected;
  private final String command;
  private final String database;
  private final String collection;
  private final Decision decision;
  private final String rule;
  private final String sentence;
  private final long cursor;
  private final int requestBytes;
  private final @Nullable Change change;
  private @Nullable ByteBuf message;
  private boolean writes;
  private @Nullable OpenTransaction ends;

  private @Nullable ReplySummary reply;
  private long replyBytes;
  private long endNanos;
  private String ended = "";

  /** These two are read and written by the recorder's thread only. */
  private long sequence;

  private Stage stage = Stage.BEGUN;

  /**
   * @param connection of the client, unique in the session
   * @param startMicros since the epoch
   * @param startNanos by the monotonic clock, for the duration
   * @param replyExpected false where the client asked for none
   * @param collection empty where the command names none
   * @param rule that refused, empty where none did
   * @param cursor that the command continues, 0 for none
   * @param requestBytes of the whole message
   * @param change what the reply needs on its way back, null for nothing
   */
  public Exchange(
      Session session,
      String connection,
      long startMicros,
      long startNanos,
      int requestId,
      boolean replyExpected,
      String command,
      String database,
      String collection,
      Decision decision,
      String rule,
      String sentence,
      long cursor,
      int requestBytes,
      @Nullable Change change) {
    this.session = session;
    this.connection = connection;
    this.startMicros = startMicros;
    this.startNanos = startNanos;
    this.requestId = requestId;
    this.replyExpected = replyExpected;
    this.command = command;
    this.database = database;
    this.collection = collection;
    this.decision = decision;
    this.rule = rule;
    this.sentence = sentence;
    this.cursor = cursor;
    this.requestBytes = requestBytes;
    this.change = change;
  }

  public Session session() {
    return session;
  }

  public String connection() {
    return connection;
  }

  public long startMicros() {
    return startMicros;
  }

  public int requestId() {
    return requestId;
  }

  public boolean replyExpected() {
    return replyExpected;
  }

  public String command() {
    return command;
  }

  public String database() {
    return database;
  }

  public String collection() {
    return collection;
  }

  public Decision decision() {
    return decision;
  }

  public String rule() {
    return rule;
  }

  public String sentence() {
    return sentence;
  }

  public int requestBytes() {
    return requestBytes;
  }

  /** What the reply needs on its way back. */
  @Nullable Change change() {
    return change;
  }

  /** The cursor that the command continues, 0 for none. */
  long cursor() {
    return cursor;
  }

  /** Says what matters of it at its own end, or when the session ends meanwhile. */
  void mind(boolean changesSomething, @Nullable OpenTransaction transaction) {
    writes = changesSomething;
    ends = transaction;
  }

  /** Whether it changes something at the target, so that its maker has to know what came of it. */
  boolean writes() {
    return writes;
  }

  /** The transaction that it commits or aborts, null for none. */
  @Nullable OpenTransaction ends() {
    return ends;
  }

  /** The recorder keeps the message here, in whatever form: its own reference, or a copy. */
  public void keep(ByteBuf frame) {
    message = frame;
  }

  /** What was kept, once: the taker releases it. */
  public @Nullable ByteBuf takeMessage() {
    ByteBuf taken = message;
    message = null;
    return taken;
  }

  /** The last or only reply. */
  void replied(ReplySummary summary, long bytes, long nanos) {
    reply = summary;
    replyBytes += bytes;
    endNanos = nanos;
  }

  /** Answered by the gateway itself. */
  void answered(long nanos) {
    reply = new ReplySummary(true, 0, null, -1, -1, -1, 0, null, 0, false, false);
    endNanos = nanos;
  }

  /** Refused by the gateway. */
  void refused(int code, String codeName, long nanos) {
    reply = new ReplySummary(false, code, codeName, -1, -1, -1, 0, null, 0, false, false);
    endNanos = nanos;
  }

  /** There is no reply, or no further one. */
  void endedWithoutReply(String why, long nanos) {
    ended = why;
    endNanos = nanos;
  }

  /** A reply of several passed. */
  void passed(long bytes) {
    replyBytes += bytes;
  }

  /** Null where there was none. */
  public @Nullable ReplySummary reply() {
    return reply;
  }

  /** Of all its replies. */
  public long replyBytes() {
    return replyBytes;
  }

  public long durationMicros() {
    return (endNanos - startNanos) / 1_000;
  }

  /** Why there was no reply, empty where there was one. */
  public String ended() {
    return ended;
  }

  public long sequence() {
    return sequence;
  }

  public void number(long newSequence) {
    sequence = newSequence;
  }

  public Stage stage() {
    return stage;
  }

  public void stage(Stage newStage) {
    stage = newStage;
  }
}
