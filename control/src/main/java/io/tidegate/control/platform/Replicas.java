package io.tidegate.control.platform;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Carries {@link Changes} between the replicas of a control plane, by PostgreSQL's LISTEN and
 * NOTIFY on a connection of its own. On SQLite there is one process, and nothing to do.
 *
 * <p>A notification is part of the transaction that it tells of. One that is lost, with the
 * connection, is made good by telling everybody to look again when there is a new one.
 */
public final class Replicas implements SmartLifecycle {
  private static final String CHANNEL = "tidegate_changes";

  private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);
  private static final Duration ROUND = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Database database;
  private final Changes changes;

  /** Tells apart who said what: one's own words are known already. */
  private final String self;

  private volatile boolean running;
  private volatile @Nullable Thread thread;
  private volatile @Nullable Connection listening;

  public Replicas(Database database, SecureRandom random) {
    this.database = database;
    byte[] name = new byte[8];
    random.nextBytes(name);
    this.self = HexFormat.of().formatHex(name);
    this.changes = new Changes(database.hasReplicas() ? this::tell : _ -> {});
  }

  /** The changes of this process, which others hear, and theirs. */
  public Changes changes() {
    return changes;
  }

  private void tell(String id) {
    try {
      database
          .writing()
          .sql("select pg_notify('" + CHANNEL + "', ?)")
          .param(self + " " + id)
          .query((_, _) -> true)
          .list();
    } catch (DataAccessException e) {
      if (TransactionSynchronizationManager.isActualTransactionActive()) {
        throw e;
      }
      // What changed is written down already; others find it at their next tick.
      LOG.debug("Other replicas could not be told", e);
    }
  }

  @Override
  public void start() {
    running = true;
    if (database.hasReplicas()) {
      thread = Thread.ofVirtual().name("replicas").start(this::run);
    }
  }

  private void run() {
    boolean complained = false;
    while (running) {
      try (Connection connection = database.connection()) {
        listening = connection;
        try (Statement statement = connection.createStatement()) {
          statement.execute("listen " + CHANNEL);
        }
        if (complained) {
          LOG.info("Other replicas are heard again");
          complained = false;
        }
        changes.missed();
        hear(connection);
      } catch (SQLException | RuntimeException e) {
        if (running && !complained) {
          complained = true;
          LOG.atWarn()
              .setCause(e)
              .log(
                  "Other replicas are not heard; until they are, changes of theirs wait for a"
                      + " tick");
        }
      }
      try {
        if (running) {
          Thread.sleep(PAUSE);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void hear(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    while (running) {
      PGNotification[] heard = postgres.getNotifications((int) ROUND.toMillis());
      for (PGNotification one : heard) {
        String[] words = one.getParameter().split(" ", 2);
        if (words.length == 2 && !words[0].equals(self)) {
          changes.heard(words[1]);
        }
      }
      if (heard.length == 0 && !connection.isValid((int) ROUND.toSeconds())) {
        return;
      }
    }
  }

  @Override
  public void stop() {
    running = false;
    Connection open = listening;
    Thread stopping = thread;
    try {
      if (open != null) {
        // Whoever waits on its socket is woken by nothing else.
        open.abort(Runnable::run);
      }
      if (stopping != null) {
        stopping.interrupt();
        stopping.join(Duration.ofSeconds(2));
      }
    } catch (SQLException e) {
      LOG.debug("The listening connection was gone already", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
