package io.tidegate.wire;

import org.bson.BsonDocument;

/**
 * A hello that is answered with an error.
 *
 * @param code the error's code
 * @param codeName its name
 * @param errmsg its sentence
 */
public record HelloRefusal(int code, String codeName, String errmsg) implements Hello {
  /** The answer to a second {@code client} on one connection, as servers give it. */
  public static HelloRefusal clientAgain() {
    return new HelloRefusal(
        186,
        "ClientMetadataCannotBeMutated",
        "the client metadata document may only be sent in the first hello");
  }

  static HelloRefusal typeMismatch(String field, String wanted) {
    return new HelloRefusal(14, "TypeMismatch", field + " must be a " + wanted);
  }

  static HelloRefusal halfAwaitable() {
    return new HelloRefusal(
        31368,
        "Location31368",
        "topologyVersion and maxAwaitTimeMS must be given together or not at all");
  }

  /** The error as an answer. */
  public BsonDocument document() {
    return ErrorReply.document(code, codeName, errmsg);
  }
}
