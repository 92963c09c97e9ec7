package io.tidegate.control.platform;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The database: SQLite in the data folder, or PostgreSQL. Every statement is written once and runs
 * on both.
 *
 * <p>SQLite has one writer: a pool of one connection whose transactions take the write lock when
 * they begin, so that none fails half-way for want of it; readers have connections of their own and
 * see the last commit (WAL). On PostgreSQL both are one pool. Inside {@link #inTransaction} every
 * statement uses the transaction's connection, outside it a reader's.
 */
public final class Database implements AutoCloseable {
  private static final int READERS = 4;
  private static final int POSTGRES_CONNECTIONS = 13;
  private static final int ATTEMPTS = 4;

  private final HikariDataSource writer;
  private final HikariDataSource reader;
  private final boolean replicated;
  private final JdbcClient writes;
  private final JdbcClient reads;
  private final TransactionTemplate transactions;

  /** What an open transaction wants done should it be undone. */
  private record Undone(List<Runnable> wishes) {}

  private Database(HikariDataSource writer, HikariDataSource reader, boolean replicated) {
    this.replicated = replicated;
    this.writer = writer;
    this.reader = reader;
    this.writes = JdbcClient.create(writer);
    this.reads = JdbcClient.create(reader);
    this.transactions = new TransactionTemplate(new JdbcTransactionManager(writer));
  }

  /**
   * Opens SQLite and brings its schema up to date.
   *
   * @throws StartFailure when the file is not a database of ours
   */
  public static Database sqlite(Path file) {
    HikariDataSource writer = sqlitePool(file, "writer", 1, false);
    migrate(writer, "The database " + file);
    return new Database(writer, sqlitePool(file, "reader", READERS, true), false);
  }

  /**
   * Opens PostgreSQL and brings its schema up to date.
   *
   * @param user null for the one in the address
   */
  public static Database postgresql(String url, @Nullable String user, @Nullable Secret password) {
    PostgresUrl address = PostgresUrl.parse(url);
    String signsInAs = user == null ? address.user() : user;
    HikariConfig config = new HikariConfig();
    config.setPoolName("tidegate-postgresql");
    config.setJdbcUrl(address.jdbc());
    if (signsInAs != null) {
      config.setUsername(signsInAs);
    }
    if (password != null) {
      config.setPassword(password.reveal());
    }
    config.setMaximumPoolSize(POSTGRES_CONNECTIONS);
    config.setInitializationFailTimeout(5_000);
    HikariDataSource pool;
    try {
      pool = new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new StartFailure(
          "The PostgreSQL database cannot be reached. Check --database-url, the user and the"
              + " password.",
          e);
    }
    migrate(pool, "The PostgreSQL database");
    return new Database(pool, pool, true);
  }

  private static HikariDataSource sqlitePool(Path file, String role, int size, boolean readOnly) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("tidegate-sqlite-" + role);
    config.setJdbcUrl("jdbc:sqlite:" + file);
    config.setMaximumPoolSize(size);
    config.setConnectionTimeout(30_000);
    config.setMaxLifetime(0);
    config.addDataSourceProperty("journal_mode", "WAL");
    config.addDataSourceProperty("synchronous", "FULL");
    config.addDataSourceProperty("busy_timeout", "10000");
    config.addDataSourceProperty("foreign_keys", "true");
    if (readOnly) {
      // The query_only pragma, not SQLITE_OPEN_READONLY: a WAL reader must map the -shm file.
      config.setConnectionInitSql("PRAGMA query_only = ON");
    } else {
      config.addDataSourceProperty("transaction_mode", "IMMEDIATE");
    }
    try {
      return new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new StartFailure(
          "The database "
              + file
              + " cannot be opened: it is damaged or not a database. Restore the data folder from a"
              + " backup, or start with another one.",
          e);
    }
  }

  private static void migrate(DataSource source, String what) {
    try {
      Flyway.configure(Database.class.getClassLoader())
          .dataSource(source)
          .locations("classpath:io/tidegate/control/db")
          .validateMigrationNaming(true)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new StartFailure(
          what
              + " does not hold a schema that this version of Tidegate knows: it is damaged, or was"
              + " written by a newer version.",
          e);
    }
  }

  /** Statements for the moment: the transaction's own inside one, a reader's outside. */
  public JdbcClient sql() {
    return TransactionSynchronizationManager.isActualTransactionActive() ? writes : reads;
  }

  /**
   * Runs the work in one transaction, joining one that is open. Undone when the work throws. Work
   * must not wait for anything but the database. A transaction that lost a race for locks is run
   * again.
   */
  public <T extends @Nullable Object> T inTransaction(Supplier<T> work) {
    if (TransactionSynchronizationManager.isActualTransactionActive()) {
      return work.get();
    }
    for (int attempt = 1; ; attempt++) {
      Undone undone = new Undone(new ArrayList<>());
      TransactionSynchronizationManager.bindResource(this, undone);
      try {
        return run(work);
      } catch (TransientDataAccessException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      } catch (RuntimeException e) {
        TransactionSynchronizationManager.unbindResourceIfPossible(this);
        undone.wishes().forEach(this::inTransaction);
        throw e;
      } finally {
        TransactionSynchronizationManager.unbindResourceIfPossible(this);
      }
    }
  }

  /**
   * Runs the work in a transaction of its own as soon as the open one has been undone; never when
   * that commits. Outside a transaction, runs it at once.
   */
  public void ifUndone(Runnable work) {
    if (TransactionSynchronizationManager.getResource(this) instanceof Undone undone) {
      undone.wishes().add(work);
    } else {
      inTransaction(work);
    }
  }

  /** The same for work without a result. */
  public void inTransaction(Runnable work) {
    this.<@Nullable Void>inTransaction(() -> {
      work.run();
      return null;
    });
  }

  @SuppressWarnings("NullAway") // execute's result is the work's own, null only when that is.
  private <T extends @Nullable Object> T run(Supplier<T> work) {
    return transactions.execute(_ -> work.get());
  }

  /** Whether other processes may be at work on the same database. */
  boolean hasReplicas() {
    return replicated;
  }

  /** Statements that write, inside a transaction or by themselves. */
  JdbcClient writing() {
    return writes;
  }

  /** A connection that stays out of transactions; close it after. */
  Connection connection() throws SQLException {
    return writer.getConnection();
  }

  /** Whether a failure says that a unique key is taken. */
  public static boolean isDuplicate(DataAccessException failure) {
    if (failure instanceof DuplicateKeyException) {
      return true;
    }
    String message = failure.getMostSpecificCause().getMessage();
    return message != null && message.contains("SQLITE_CONSTRAINT_UNIQUE");
  }

  @Override
  public void close() {
    reader.close();
    writer.close();
  }
}
