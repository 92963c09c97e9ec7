package io.tidegate.gateway.session;

import io.tidegate.access.Rewrite;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What is to be done with a command. */
public sealed interface Verdict {
  /** Forward the same bytes, and hand back the same bytes. */
  Verdict PASS = new Pass(null, false);

  /** The same for what changes something at the target. */
  Verdict PASS_WRITE = new Pass(null, true);

  /**
   * Forward the same bytes.
   *
   * @param change what the reply needs, null for nothing
   * @param writes whether it changes something at the target
   */
  record Pass(@Nullable Change change, boolean writes) implements Verdict {}

  /**
   * Forward it so that it shows less; the stage that rewrites knows how.
   *
   * @param rewrites at least one, in the order in which they are to be applied
   */
  record Narrow(List<Rewrite> rewrites) implements Verdict {}

  /**
   * Forward this instead.
   *
   * @param body the whole command, as OP_MSG body
   * @param change what the reply needs, null for nothing
   */
  record PassChanged(BsonDocument body, @Nullable Change change) implements Verdict {}

  /** Allowed, and answered here; nothing is forwarded. */
  record Answer(BsonDocument reply) implements Verdict {}

  /**
   * Answer with an error; nothing is forwarded.
   *
   * @param rule stable id of the rule that refuses
   * @param sentence what is refused, why, and what to do next
   */
  record Refuse(int code, String codeName, String rule, String sentence) implements Verdict {}
}
