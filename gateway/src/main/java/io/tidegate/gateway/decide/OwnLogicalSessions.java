package io.tidegate.gateway.decide;

import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.LogicalSessions;
import io.tidegate.gateway.session.OpenTransaction;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Verdict;
import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.BsonView;
import io.tidegate.wire.Command;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * Logical sessions belong to the session that used them first (wire rules S1 to S3): the server
 * would let everybody with the same account at them.
 */
final class OwnLogicalSessions {
  private OwnLogicalSessions() {}

  /**
   * The rule that the command's {@code lsid} breaks, null when it breaks none. The transaction that
   * the command is part of is remembered, to be aborted when the session ends.
   */
  static @Nullable RuleId check(Session session, Command command) {
    BsonElement lsid = command.body().find("lsid");
    if (lsid == null) {
      return null;
    }
    if (!lsid.isDocument()) {
      return RuleId.NOT_UNDERSTOOD;
    }
    BsonView document = lsid.document();
    if (document.find("uid") != null) {
      return RuleId.INTERNAL_FIELD;
    }
    LogicalSessions.Id id = LogicalSessions.Id.of(document);
    if (id == null) {
      return RuleId.NOT_UNDERSTOOD;
    }
    if (!session.logicalSessions().claim(id, session)) {
      return RuleId.FOREIGN_SESSION;
    }
    return transaction(session, command, id);
  }

  /** Only {@code autocommit: false} makes a numbered command part of a transaction. */
  private static @Nullable RuleId transaction(
      Session session, Command command, LogicalSessions.Id id) {
    BsonElement autocommit = command.body().find("autocommit");
    if (autocommit == null) {
      return null;
    }
    BsonElement number = command.body().find("txnNumber");
    if (autocommit.isTruthy() || number == null || number.type() != BsonType.INT64) {
      // No driver says so and no server takes it.
      return RuleId.NOT_UNDERSTOOD;
    }
    return session.own(new OpenTransaction(id, number.longValue()))
        ? null
        : RuleId.TOO_MANY_TRANSACTIONS;
  }

  /**
   * endSessions, refreshSessions, killSessions for own logical sessions only. Null when it would
   * reach into those of others.
   */
  static @Nullable Verdict only(Session session, Command command) {
    BsonElement list = command.body().first();
    if (list == null || !list.isArray()) {
      return Verdict.PASS;
    }
    int own = 0;
    int all = 0;
    BsonCursor each = list.document().cursor();
    while (each.next()) {
      all++;
      if (isOwn(session, each)) {
        own++;
      }
    }
    if (all == 0 && command.isNamed("killSessions")) {
      // The server takes no list for everybody's who shares the account.
      return null;
    }
    if (own == all) {
      return Verdict.PASS;
    }
    if (own == 0) {
      return new Verdict.Answer(new BsonDocument("ok", new BsonDouble(1)));
    }
    BsonArray kept = new BsonArray();
    BsonCursor again = list.document().cursor();
    while (again.next()) {
      if (isOwn(session, again)) {
        kept.add(again.document().toBsonDocument());
      }
    }
    BsonDocument body = command.body().toBsonDocument();
    body.put(command.name(), kept);
    return new Verdict.PassChanged(body, null);
  }

  private static boolean isOwn(Session session, BsonElement listed) {
    if (!listed.isDocument()) {
      return false;
    }
    BsonView document = listed.document();
    LogicalSessions.Id id = LogicalSessions.Id.of(document);
    return id != null
        && document.find("uid") == null
        && session.logicalSessions().owns(id, session);
  }

  /** startSession: the logical session in the reply is this session's. */
  static Verdict claimStarted(Session session) {
    return new Verdict.Pass(
        reply -> {
          if (reply.get("id") instanceof BsonDocument document) {
            LogicalSessions.Id id = LogicalSessions.Id.of(BsonView.of(document));
            if (id != null) {
              session.logicalSessions().claim(id, session);
            }
          }
          return reply;
        },
        false);
  }
}
