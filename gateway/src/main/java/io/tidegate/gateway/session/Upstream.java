package io.tidegate.gateway.session;

import io.netty.buffer.ByteBuf;
import io.tidegate.wire.DroppedFrame;
import io.tidegate.wire.FrameBudget;
import io.tidegate.wire.FrameDecoder;
import org.bson.BsonDocument;

/** A signed-in connection to the target that belongs to one client connection. On its loop only. */
public interface Upstream {
  /** Host and port of the node. */
  String node();

  /** Queues a frame; takes it over. */
  void write(ByteBuf frame);

  /** Sends what is queued. */
  void flush();

  /** Whether more may be queued now. */
  boolean writable();

  /** Whether replies are read. */
  void reading(boolean on);

  void close();

  /** Hears one connection's way. Called on its loop. */
  interface Listener {
    void opened(Upstream upstream);

    void failed(Failure failure);

    /** A whole reply; the listener takes it over. */
    void reply(ByteBuf frame);

    /** Who answers for the memory of large replies that are needed whole. */
    default FrameBudget budget() {
      return FrameBudget.UNBOUNDED;
    }

    /**
     * Whether a large reply is taken in parts as it comes.
     *
     * @param head its first bytes, from the reader index on; see {@link FrameDecoder#HEAD}
     */
    default boolean inParts(ByteBuf head) {
      return false;
    }

    /** A part of such a reply; the listener takes it over. */
    default void replyPart(ByteBuf bytes, boolean last) {
      throw new IllegalStateException("nobody asked for parts");
    }

    /** A reply for which there was no memory. */
    default void dropped(DroppedFrame reply) {
      throw new IllegalStateException("there was no bound");
    }

    /** No more replies for now. */
    void readComplete();

    void writabilityChanged();

    void closed();
  }

  /**
   * Why there is no connection.
   *
   * @param code stable: {@code target_unreachable}, {@code target_auth_failed}, {@code target_tls},
   *     {@code target_no_primary}, {@code target_protocol}
   * @param sentence what happened and what to do next, without secrets
   */
  record Failure(String code, String sentence) {
    public static final String UNREACHABLE = "target_unreachable";
    public static final String AUTHENTICATION = "target_auth_failed";
    public static final String TLS = "target_tls";
    public static final String NO_PRIMARY = "target_no_primary";
    public static final String PROTOCOL = "target_protocol";

    /** The error that a command gets instead of its reply; no code that drivers retry on. */
    public BsonDocument reply() {
      boolean authentication = code.equals(AUTHENTICATION);
      return io.tidegate.wire.ErrorReply.document(
          authentication ? 18 : 1,
          authentication ? "AuthenticationFailed" : "InternalError",
          "tidegate: " + code + ": " + sentence);
    }
  }
}
