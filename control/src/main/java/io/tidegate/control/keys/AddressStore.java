package io.tidegate.control.keys;

import io.tidegate.access.Cidr;
import io.tidegate.control.platform.Columns;
import io.tidegate.control.platform.Database;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Repository;

/** Access lists of programs in the database. */
@Repository
class AddressStore {
  private final Database database;

  AddressStore(Database database) {
    this.database = database;
  }

  List<Cidr> ranges(String programId) {
    return database
        .sql()
        .sql("select cidr from program_address where program_id = ? order by created_at, cidr")
        .param(programId)
        .query((row, _) -> Cidr.parse(row.getString("cidr")))
        .list();
  }

  List<Admitted> list(String programId) {
    return database
        .sql()
        .sql("select * from program_address where program_id = ? order by created_at, cidr")
        .param(programId)
        .query((row, _) ->
            new Admitted(
                Cidr.parse(row.getString("cidr")),
                Columns.instant(row, "created_at"),
                row.getLong("used_count"),
                Columns.optionalInstant(row, "last_used_at"),
                row.getString("last_used_address")))
        .list();
  }

  void insert(String programId, Cidr range, Instant now) {
    database
        .sql()
        .sql(
            """
            insert into program_address (program_id, cidr, created_at, used_count)
            values (?, ?, ?, 0)
            on conflict do nothing
            """)
        .params(programId, range.toString(), now.toEpochMilli())
        .update();
  }

  /** Adds to a count; nothing when the entry is gone meanwhile. */
  void count(AddressUses.Use use) {
    database
        .sql()
        .sql(
            """
            update program_address
            set used_count = used_count + ?, last_used_at = ?, last_used_address = ?
            where program_id = ? and cidr = ?
            """)
        .params(
            use.count(),
            use.lastAt().toEpochMilli(),
            use.lastAddress(),
            use.programId(),
            use.range().toString())
        .update();
  }

  void delete(String programId, Cidr range) {
    database
        .sql()
        .sql("delete from program_address where program_id = ? and cidr = ?")
        .params(programId, range.toString())
        .update();
  }

  void clear(String programId) {
    database
        .sql()
        .sql("delete from program_address where program_id = ?")
        .param(programId)
        .update();
  }
}
