package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The audit trail: complete, in order, and whoever touches it is found out. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class AuditTest {
  private final Backend backend;

  AuditTest(Backend backend) {
    this.backend = backend;
  }

  private static Plane plane(Backend backend) {
    return Plane.start(backend, Plane.clock());
  }

  private static Rest.Answer verify(Plane plane) {
    return plane.as("security").post("/audit/verify", null);
  }

  private static void sql(Plane plane, String statement) {
    plane.database().inTransaction(() -> plane.database().sql().sql(statement).update());
  }

  @Test
  void numbersHaveNoGapsUnderRaces() throws Exception {
    try (Plane plane = plane(backend)) {
      Plane.Place place = plane.autoPlace();
      plane.as("engineer");
      List<Future<Rest.Answer>> sent = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 30; i++) {
          boolean legal = i % 3 != 0;
          sent.add(
              threads.submit(() ->
                  plane
                      .as("engineer")
                      .post(
                          "/requests",
                          Map.of(
                              "resource",
                              place.resource().id(),
                              "account",
                              "main",
                              "duration",
                              legal ? "PT1H" : "PT99H"))));
        }
        for (Future<Rest.Answer> one : sent) {
          assertThat(one.get().status()).isIn(201, 400);
        }
      }
      List<Long> numbers =
          plane
              .database()
              .sql()
              .sql("select seq from audit_event order by seq")
              .query(Long.class)
              .list();
      assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
      assertThat(verify(plane).at("whole").asBoolean()).isTrue();
    }
  }

  @Test
  void tamperedRowsAreFoundAndNamed() {
    try (Plane plane = plane(backend)) {
      assertThat(verify(plane).at("whole").asBoolean()).isTrue();
      sql(plane, "update audit_event set actor_name = 'somebody' where seq = 3");
      Rest.Answer altered = verify(plane);
      assertThat(altered.at("whole").asBoolean()).isFalse();
      assertThat(altered.text("findings.0.kind")).isEqualTo("row-altered");
      assertThat(altered.text("findings.0.where")).isEqualTo("audit_event 3");
      assertThat(altered.at("findings").size()).isEqualTo(1);
      sql(plane, "delete from audit_event where seq = 4");
      assertThat(verify(plane).body()).contains("row-missing").contains("audit_event 4");
    }
  }

  @Test
  void aTouchedLedgerIsFoundAndNamed() throws Exception {
    Path data = Files.createTempDirectory("tidegate-ledger");
    SettableClock clock = Plane.clock();
    Map<String, Object> database = Plane.database(backend);
    try (Plane plane = Plane.start(backend, clock, data, database)) {
      assertThat(verify(plane).at("whole").asBoolean()).isTrue();
      Path largest = largest(data.resolve("audit"));
      byte[] bytes = Files.readAllBytes(largest);
      bytes[bytes.length / 2] ^= 1;
      Files.write(largest, bytes);
      Rest.Answer touched = verify(plane);
      assertThat(touched.at("whole").asBoolean()).as(touched.body()).isFalse();
      assertThat(touched.text("findings.0.kind")).isIn("altered", "unreadable");
    }
  }

  private static Path largest(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  @Test
  void eventsThatACrashKeptFromTheLedgerAreAppendedAtTheNextStartOnce() throws Exception {
    Path data = Files.createTempDirectory("tidegate-append");
    SettableClock clock = Plane.clock();
    Map<String, Object> database = Plane.database(backend);
    long entries;
    try (Plane plane = Plane.start(backend, clock, data, database)) {
      entries = verify(plane).at("entries").asLong();
      // The mark is behind, as if the process had died right after appending.
      Plane.until(
          "all is appended",
          () ->
              plane
                      .database()
                      .sql()
                      .sql("select seq - appended_seq from audit_head")
                      .query(Long.class)
                      .single()
                  == 0);
      sql(plane, "update audit_head set appended_seq = 2, appended_index = 1");
    }
    try (Plane plane = Plane.start(backend, clock, data, database)) {
      Rest.Answer proof = verify(plane);
      assertThat(proof.at("whole").asBoolean()).as(proof.body()).isTrue();
      assertThat(proof.at("entries").asLong()).isGreaterThan(entries);
      assertThat(proof.at("entries").asLong()).isEqualTo(proof.at("lastSeq").asLong());
    }
  }

  @Test
  void nothingPlantedIsFoundInAnyFile() throws Exception {
    try (Plane plane = plane(backend)) {
      Plane.Place place = plane.autoPlace();
      Rest engineer = plane.as("engineer");
      engineer.post("/requests", Map.of("resource", place.resource().id(), "account", "main"));
      engineer.get("/resources");
      plane.clock.advance(Duration.ofSeconds(1));
      verify(plane);
      String token = engineer.token();
      List<String> secrets = List.of(Plane.PLANTED, token);
      try (Stream<Path> files = Files.walk(plane.data)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
          for (String secret : secrets) {
            assertThat(text.contains(secret)).as(file + " holds a secret").isFalse();
          }
          if (file.toString().contains("keys")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .as(file.toString())
                .isEqualTo("rw-------");
          }
        }
      }
      for (String column :
          List.of(
              "credential from account",
              "detail from audit_event",
              "secret_hash from access_token")) {
        assertThat(plane.database().sql().sql("select " + column).query(String.class).list())
            .noneMatch(value -> secrets.stream().anyMatch(value::contains));
      }
      assertThat(plane.as("security").get("/audit?limit=200").body())
          .doesNotContain(Plane.PLANTED)
          .doesNotContain(token);
    }
  }
}
