package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;

/**
 * One command as it came off the wire; document sequences are already fields of the body.
 *
 * @param requestId the client's id, to be answered in {@code responseTo}
 * @param legacy true when it came as OP_QUERY and must be answered as OP_REPLY
 * @param moreToCome true when the client awaits no reply
 * @param database {@code $db}, or the database of an OP_QUERY
 * @param body the command document
 */
record WireRequest(
    int requestId, boolean legacy, boolean moreToCome, String database, Document body) {

  String name() {
    return body.keySet().iterator().next();
  }
}
