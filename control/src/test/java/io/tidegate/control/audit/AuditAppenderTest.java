package io.tidegate.control.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** The appender outlives whatever goes wrong around it. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class AuditAppenderTest {
  @TempDir Path folder;
  private final Backend backend;

  AuditAppenderTest(Backend backend) {
    this.backend = backend;
  }

  /** Fails in a way that nobody foresaw, as often as it is told. */
  private static final class FlakyLedger implements AuditLedger {
    private final List<byte[]> entries = new ArrayList<>();
    private boolean fails = true;

    @Override
    public synchronized long append(List<byte[]> payloads) {
      if (fails) {
        throw new IllegalStateException("something else than a ledger's failure");
      }
      entries.addAll(payloads);
      return entries.size() - 1;
    }

    private synchronized void mend() {
      fails = false;
    }

    @Override
    public void read(long fromIndex, ObjLongConsumer<byte[]> each) {}

    @Override
    public List<AuditTrail.Finding> verify() {
      return List.of();
    }

    @Override
    public synchronized long entries() {
      return entries.size();
    }

    @Override
    public void close() {}
  }

  private Database database() {
    return switch (backend) {
      case SQLITE -> Database.sqlite(folder.resolve("test.db"));
      case POSTGRESQL ->
          Database.postgresql(
              (String) Plane.database(backend).get("tidegate.control.database-url"), null, null);
    };
  }

  @Test
  void anUnforeseenFailureIsSeenAndTriedAgain() throws Exception {
    Json json = new Json(JsonMapper.builder().build());
    try (Database database = database()) {
      AuditStore store = new AuditStore(database, json);
      FlakyLedger ledger = new FlakyLedger();
      AuditAppender appender = new AuditAppender(store, ledger, json);
      appender.afterPropertiesSet();
      try {
        appender.requireWritable();
        database.inTransaction(() ->
            store.append(seq ->
                new AuditEvent(
                    seq,
                    Instant.EPOCH,
                    "usr_1",
                    "somebody",
                    "test",
                    "test",
                    "thing",
                    "1",
                    "1",
                    AuditEvent.Outcome.DONE,
                    Map.of())));
        assertThat(appender.awaitAppended(1, TimeUnit.MILLISECONDS.toNanos(500))).isFalse();
        assertThatThrownBy(appender::requireWritable).isInstanceOf(Refused.class);
        ledger.mend();
        assertThat(appender.awaitAppended(1, TimeUnit.SECONDS.toNanos(10))).isTrue();
        assertThat(ledger.entries()).isEqualTo(1);
        Plane.until(
            "it counts as writable again",
            () -> {
              try {
                appender.requireWritable();
                return true;
              } catch (Refused e) {
                return false;
              }
            });
      } finally {
        appender.destroy();
      }
    }
  }
}
