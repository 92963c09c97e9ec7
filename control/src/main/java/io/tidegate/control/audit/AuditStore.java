package io.tidegate.control.audit;

import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Json;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.springframework.stereotype.Repository;

/** The trail's rows. */
@Repository
class AuditStore {
  private final Database database;
  private final Json json;

  AuditStore(Database database, Json json) {
    this.database = database;
    this.json = json;
  }

  /** How far the ledger is known to have the trail. */
  record Appended(long seq, long index) {}

  /** Gives the next number. Holds the head's row until the transaction ends: hence no gaps. */
  void append(LongFunction<AuditEvent> event) {
    long seq =
        database
            .sql()
            .sql("update audit_head set seq = seq + 1 where id = 1 returning seq")
            .query(Long.class)
            .single();
    AuditEvent row = event.apply(seq);
    database
        .sql()
        .sql(
            """
            insert into audit_event (seq, at, actor_id, actor_name, source, action,
                                     target_type, target_id, target_name, outcome, detail)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        .params(
            row.seq(),
            row.at().toEpochMilli(),
            row.actorId(),
            row.actorName(),
            row.source(),
            row.action(),
            row.targetType(),
            row.targetId(),
            row.targetName(),
            row.outcome().name(),
            json.write(row.detail()))
        .update();
  }

  /** Events after a number, in order. */
  List<AuditEvent> after(long seq, int limit) {
    return database
        .sql()
        .sql("select * from audit_event where seq > ? order by seq limit ?")
        .params(seq, limit)
        .query(this::event)
        .list();
  }

  /** Events before a number, newest first. */
  List<AuditEvent> before(long seq, int limit) {
    return database
        .sql()
        .sql("select * from audit_event where seq < ? order by seq desc limit ?")
        .params(seq, limit)
        .query(this::event)
        .list();
  }

  long head() {
    return database.sql().sql("select seq from audit_head where id = 1").query(Long.class).single();
  }

  Appended appended() {
    return database
        .sql()
        .sql("select appended_seq, appended_index from audit_head where id = 1")
        .query((row, _) -> new Appended(row.getLong(1), row.getLong(2)))
        .single();
  }

  void markAppended(Appended appended) {
    database.inTransaction(() -> {
      database
          .sql()
          .sql(
              """
              update audit_head set appended_seq = ?, appended_index = ?
              where id = 1 and appended_seq < ?
              """)
          .params(appended.seq(), appended.index(), appended.seq())
          .update();
    });
  }

  private AuditEvent event(ResultSet row, int number) throws SQLException {
    return new AuditEvent(
        row.getLong("seq"),
        Instant.ofEpochMilli(row.getLong("at")),
        row.getString("actor_id"),
        row.getString("actor_name"),
        row.getString("source"),
        row.getString("action"),
        row.getString("target_type"),
        row.getString("target_id"),
        row.getString("target_name"),
        AuditEvent.Outcome.valueOf(row.getString("outcome")),
        json.stringMap(row.getString("detail")));
  }

  /** The bytes that the ledger keeps of an event: JSON with its fields in a fixed order. */
  byte[] canonical(AuditEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("seq", event.seq());
    fields.put("at", event.at().toString());
    fields.put("actorId", event.actorId());
    fields.put("actorName", event.actorName());
    fields.put("source", event.source());
    fields.put("action", event.action());
    fields.put("targetType", event.targetType());
    fields.put("targetId", event.targetId());
    fields.put("targetName", event.targetName());
    fields.put("outcome", event.outcome().name());
    fields.put("detail", event.detail());
    return json.write(fields).getBytes(StandardCharsets.UTF_8);
  }
}
