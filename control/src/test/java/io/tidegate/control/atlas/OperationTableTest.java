package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.atlas.surface.OperationTable;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of operations against the list of those that clients use. */
class OperationTableTest {

  private static List<String> listed() throws IOException {
    List<String> lines = new ArrayList<>();
    try (InputStream in =
            OperationTableTest.class.getResourceAsStream(
                "/io/tidegate/control/atlas/operations.txt");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      reader.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(lines::add);
    }
    return lines;
  }

  private static List<OperationTable.Entry> table() {
    return Plane.shared(Backend.SQLITE).bean(OperationTable.class).entries();
  }

  @Test
  void theListIsWhole() throws IOException {
    assertThat(listed()).filteredOn(line -> line.split(" ", -1)[1].equals("S")).hasSize(207);
    assertThat(listed()).filteredOn(line -> line.split(" ", -1)[1].equals("C")).hasSize(22);
  }

  @Test
  void everyListedOperationHasItsRow() throws IOException {
    List<String> expected =
        listed().stream()
            .map(line -> line.split(" ", -1))
            .map(c -> String.join(" ", c[0], c[2], path(c[3]), c[4], c[5]))
            .sorted()
            .toList();
    List<String> rows =
        table().stream()
            .map(entry ->
                String.join(
                    " ",
                    entry.feature().name(),
                    entry.method(),
                    path(entry.path()),
                    entry.id(),
                    String.join(",", entry.versions())))
            .sorted()
            .toList();
    assertThat(rows).containsAll(expected);
  }

  /** Without the names of parameters, which are the code's own. */
  private static String path(String template) {
    return template.replaceAll("\\{[^}]*}", "{}");
  }

  @Test
  void whatIsRefusedSaysWhy() {
    assertThat(table())
        .filteredOn(entry -> entry.status() instanceof OperationTable.Status.Refused)
        .allSatisfy(entry ->
            assertThat(((OperationTable.Status.Refused) entry.status()).why())
                .hasSizeGreaterThan(20)
                .endsWith("."));
    assertThat(table())
        .filteredOn(entry -> entry.id().equals("getSystemStatus"))
        .singleElement()
        .extracting(OperationTable.Entry::status)
        .isInstanceOf(OperationTable.Status.Done.class);
  }
}
