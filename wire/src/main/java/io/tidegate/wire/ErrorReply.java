package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;

/**
 * Errors as a server says them, in the opcode family of the request (rule F10). No error labels: a
 * refusal must not make a driver retry.
 */
public final class ErrorReply {
  /** Code 13. */
  public static final int UNAUTHORIZED = 13;

  /** Code 18. */
  public static final int AUTHENTICATION_FAILED = 18;

  /** Code 352. */
  public static final int UNSUPPORTED_OP_QUERY_COMMAND = 352;

  private ErrorReply() {}

  /** The document of an error. */
  public static BsonDocument document(int code, String codeName, String errmsg) {
    return new BsonDocument("ok", new BsonDouble(0))
        .append("errmsg", new BsonString(errmsg))
        .append("code", new BsonInt32(code))
        .append("codeName", new BsonString(codeName));
  }

  /** A refusal with code 13. */
  public static BsonDocument unauthorized(String errmsg) {
    return document(UNAUTHORIZED, "Unauthorized", errmsg);
  }

  /**
   * A whole message that answers {@code request} with this document: OP_MSG to OP_MSG, OP_REPLY to
   * OP_QUERY. Also for answers that are no errors. The caller releases it.
   *
   * @param requestId a number of our own, not used before on this connection (rule F7)
   */
  public static ByteBuf encode(
      ByteBufAllocator allocator, WireMessage request, int requestId, BsonDocument document) {
    int responseTo = request.header().requestId();
    return switch (request) {
      case OpMsg msg -> OpMsg.encode(allocator, requestId, responseTo, 0, document);
      case OpQuery query ->
          OpReply.encode(allocator, requestId, responseTo, OpReply.AWAIT_CAPABLE, document);
      case OpReply reply -> throw new IllegalArgumentException("a reply is not answered");
    };
  }

  /** The answer to an OP_QUERY that is not hello: what servers since 5.1 say to it. */
  public static ByteBuf unsupported(ByteBufAllocator allocator, OpQuery query, int requestId) {
    int responseTo = query.header().requestId();
    return switch (query.kind()) {
      case COMMAND, HELLO ->
          OpReply.encode(
              allocator,
              requestId,
              responseTo,
              OpReply.AWAIT_CAPABLE,
              document(
                  UNSUPPORTED_OP_QUERY_COMMAND,
                  "UnsupportedOpQueryCommand",
                  "OP_QUERY is accepted for hello only; use a driver that speaks OP_MSG"));
      case FIND ->
          OpReply.encode(
              allocator,
              requestId,
              responseTo,
              OpReply.AWAIT_CAPABLE | OpReply.QUERY_FAILURE,
              new BsonDocument(
                      "$err",
                      new BsonString(
                          "OP_QUERY is no longer supported; use a driver that speaks OP_MSG"))
                  .append("code", new BsonInt32(5739101))
                  .append("ok", new BsonDouble(0)));
    };
  }
}
