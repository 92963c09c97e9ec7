package io.tidegate.control.platform;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads columns as both databases store them: instants as milliseconds, truth as 0 or 1. */
public final class Columns {
  private Columns() {}

  public static Instant instant(ResultSet row, String column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }

  public static @Nullable Instant optionalInstant(ResultSet row, String column)
      throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  public static @Nullable Integer optionalNumber(ResultSet row, String column) throws SQLException {
    int number = row.getInt(column);
    return row.wasNull() ? null : number;
  }

  public static boolean truth(ResultSet row, String column) throws SQLException {
    return row.getInt(column) != 0;
  }

  public static int number(boolean truth) {
    return truth ? 1 : 0;
  }
}
