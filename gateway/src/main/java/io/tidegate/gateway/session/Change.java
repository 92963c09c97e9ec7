package io.tidegate.gateway.session;

import org.bson.BsonDocument;

/** What must be different in a reply before the client sees it. */
@FunctionalInterface
public interface Change {
  /** The reply as the client may see it; may change and return what it is given. */
  BsonDocument apply(BsonDocument reply);
}
