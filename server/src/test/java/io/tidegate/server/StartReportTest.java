package io.tidegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StartReportTest {
  @TempDir private Path folder;

  private static StartReport demo(Path data) {
    return new StartReport(
        "http://127.0.0.1:8420",
        "http://127.0.0.1:8420/api/v1",
        "127.0.0.1:8421",
        "127.0.0.1:8422",
        List.of(
            new StartReport.SignIn("engineer", "pass-one", "GROUP_READ_ONLY", "asks for access"),
            new StartReport.SignIn("owner", "pass-two", "GROUP_OWNER", "approves")),
        new StartReport.DemoKey("abcdefgh", "private-one", "0123", "4567"),
        "shop",
        List.of("orders-db"),
        "a sandbox MongoDB",
        data);
  }

  @Test
  void theReadyFileHoldsWhatScriptsNeedAndIsItsOwners() throws Exception {
    Path file = folder.resolve("ready.json");
    demo(folder).write(file);
    JsonNode ready = JsonMapper.builder().build().readTree(Files.readString(file));
    assertThat(ready.propertyNames())
        .contains("portal", "api", "gateway", "people", "project", "resources");
    assertThat(ready.get("people").get(1).get("name").asString()).isEqualTo("owner");
    assertThat(ready.get("people").get(1).get("password").asString()).isEqualTo("pass-two");
    assertThat(ready.get("people").get(1).get("role").asString()).isEqualTo("GROUP_OWNER");
    assertThat(ready.get("apiKey").get("publicKey").asString()).isEqualTo("abcdefgh");
    assertThat(ready.get("apiKey").get("privateKey").asString()).isEqualTo("private-one");
    assertThat(ready.get("apiKey").get("groupId").asString()).isEqualTo("4567");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.list(folder)).containsExactly(file);
  }

  @Test
  void aReadyFileThatCannotBeWrittenIsNamed() {
    Path file = folder.resolve("missing").resolve("ready.json");
    assertThatThrownBy(() -> demo(folder).write(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void thePrintedReportTellsTheNextStep() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    demo(folder).print(new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("Portal     http://127.0.0.1:8420")
        .contains("engineer   pass-one   asks for access")
        .contains("./tidegate login --domain http://127.0.0.1:8420 --user engineer")
        .contains("MONGODB_ATLAS_OPS_MANAGER_URL=http://127.0.0.1:8420/")
        .contains("MONGODB_ATLAS_PRIVATE_API_KEY=private-one");
  }

  @Test
  void passwordsAreNotInItsOwnText() {
    assertThat(demo(folder).toString())
        .doesNotContain("pass-one", "private-one")
        .contains("<hidden>");
  }
}
