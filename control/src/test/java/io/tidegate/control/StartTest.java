package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be wrong with a data folder at start, each said in words that help. */
class StartTest {
  @TempDir Path folder;

  @Test
  void twoProcessesOnOneFolder() throws IOException {
    Path data = folder.resolve("data");
    try (DataFolder first = DataFolder.open(data)) {
      assertThat(first.root()).isEqualTo(data);
      assertThatThrownBy(() -> DataFolder.open(data))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("Another Tidegate")
          .hasMessageContaining("--data");
    }
    DataFolder.open(data).close();
  }

  @Test
  void aFileWhereTheFolderShouldBe() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> DataFolder.open(file)).isInstanceOf(StartFailure.class);
  }

  @Test
  void aDatabaseThatIsNone() throws IOException {
    Path file = folder.resolve("tidegate.db");
    Files.writeString(file, "this is not a database, though it is long enough to look like one");
    assertThatThrownBy(() -> Database.sqlite(file))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("backup");
  }

  @Test
  void aDatabaseThatAnotherProgramWrote() {
    Path file = folder.resolve("tidegate.db");
    Database fresh = Database.sqlite(file);
    fresh.inTransaction(() ->
        fresh
            .sql()
            .sql("update flyway_schema_history set checksum = 1 where version = '1'")
            .update());
    fresh.close();
    assertThatThrownBy(() -> Database.sqlite(file))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("schema");
  }

  @Test
  void filesAreWholeAndTheirOwnersOnly() throws IOException {
    try (DataFolder data = DataFolder.open(folder.resolve("data"))) {
      data.write("keys/one", new byte[] {1, 2, 3});
      data.write("keys/one", new byte[] {4});
      assertThat(data.read("keys/one")).hasValue(new byte[] {4});
      assertThat(data.read("keys/two")).isEmpty();
      Path file = data.root().resolve("keys/one");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      try (var files = Files.list(data.root().resolve("keys"))) {
        assertThat(files).containsExactly(file);
      }
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void open(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void aFolderOfOursThatIsOpenToOthersIsShut() throws IOException {
    Path data = folder.resolve("data");
    try (DataFolder first = DataFolder.open(data)) {
      first.write("keys/one", new byte[] {1});
    }
    open(data);
    open(data.resolve("keys"));
    DataFolder.open(data).close();
    assertThat(mode(data)).isEqualTo("rwx------");
    assertThat(mode(data.resolve("keys"))).isEqualTo("rwx------");

    Path empty = Files.createDirectory(folder.resolve("empty"));
    open(empty);
    DataFolder.open(empty).close();
    assertThat(mode(empty)).isEqualTo("rwx------");
  }

  @Test
  void aFolderOfOthersThatIsOpenIsLeftAsItIs() throws IOException {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.writeString(shared.resolve("letter"), "x");
    open(shared);
    assertThatThrownBy(() -> DataFolder.open(shared))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("open to others")
        .hasMessageContaining("--data");
    assertThat(mode(shared)).isEqualTo("rwxr-xr-x");
    try (var files = Files.list(shared)) {
      assertThat(files).containsExactly(shared.resolve("letter"));
    }
  }
}
