package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.e2e.support.DbAccess;
import io.tidegate.e2e.support.Person;
import io.tidegate.e2e.support.PortalVisitor;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.e2e.support.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Known secrets go through the whole system, and are then looked for wherever somebody could read:
 * logs, audit, recordings, pages, the process list, what the command line printed, and the files on
 * disk where they may only be sealed.
 */
class SecretsTest {

  /** A key or certificate with its content; the words alone stand in forms that ask for one. */
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN [A-Z ]+-----(?:\\\\n|\\s)*[A-Za-z0-9+/]{20}");

  @Test
  void noneIsFound(@TempDir Path folder) throws Exception {
    try (Target target = Target.standalone();
        RunningTidegate tidegate =
            RunningTidegate.start(
                RunningTidegate.Settings.inFrontOf(folder.resolve("data"), target.uri()))) {
      Person engineer = tidegate.person("engineer");
      Person security = tidegate.person("security");
      Map<String, String> secrets = new LinkedHashMap<>();
      secrets.put("the target's password", Target.PASSWORD);
      String join;
      Map<String, String> places = new TreeMap<>();
      try (DbAccess access = engineer.access("readonly", "1h", "--local-auth");
          MongoClient client = MongoClients.create(access.uri())) {
        client.getDatabase("shop").getCollection("orders").find().first();
        secrets.put(
            "the session's local password",
            access.uri().replaceAll("mongodb://[^:]*:([^@]*)@.*", "$1"));
        join =
            security
                .rest()
                .post("/gateways/tokens", new Document("name", "second"))
                .good()
                .getString("token");
        secrets.put("the join token", join);
        secrets.put("a script's token", security.rest().token());
        for (Person person : tidegate.everyone()) {
          secrets.put(person.name() + "'s password", person.password());
        }
        secrets.put("the command line's token", tokenIn(engineer.config()));

        processArguments(places);
        security.signIn();
        for (String[] command :
            List.of(
                new String[] {"sessions", "list"},
                new String[] {"sessions", "show", access.sessionId()},
                new String[] {"resources", "list"},
                new String[] {"requests", "list", "--all"},
                new String[] {"audit", "verify"},
                new String[] {"whoami"})) {
          places.put("tidegate " + String.join(" ", command), security.tidegate(command).output());
        }
        for (String path :
            List.of(
                "/audit?limit=200",
                "/sessions/" + access.sessionId() + "/commands?limit=200",
                "/sessions",
                "/requests",
                "/grants",
                "/resources",
                "/gateways",
                "/projects",
                "/me")) {
          places.put("GET " + path, security.rest().get(path).good().toJson());
        }
      }
      places.putAll(PortalVisitor.signIn(security, tidegate.portal()).visitEverything());
      places.put("what the engineer's terminal showed", withoutUris(engineer.printed()));
      places.put("the server's output", withoutSignIns(tidegate.log()));

      for (Map.Entry<String, String> place : places.entrySet()) {
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
          assertThat(place.getValue())
              .as("%s in %s", secret.getKey(), place.getKey())
              .doesNotContain(secret.getValue());
        }
        assertThat(KEY.matcher(place.getValue()).find())
            .as("a key or certificate in %s", place.getKey())
            .isFalse();
      }
      assertThat(places).hasSizeGreaterThan(25);
      onDisk(tidegate.data(), secrets);
    }
  }

  /** The one line that is meant to be copied holds the session's own password. */
  private static String withoutUris(String printed) {
    return printed
        .lines()
        .filter(line -> !line.contains("\"uri\""))
        .reduce("", (a, b) -> a + b + "\n");
  }

  /** The terminal of the operator shows the demo's sign-ins once, by design. */
  private static String withoutSignIns(String log) {
    int from = log.indexOf("Sign in as");
    int to = log.indexOf("Then, in another terminal");
    assertThat(from).as("the report is there").isPositive();
    return log.substring(0, from) + log.substring(to);
  }

  private static String tokenIn(Path config) throws IOException {
    try (Stream<Path> files = Files.walk(config)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo("rw-------");
        var matcher =
            Pattern.compile("\"(?:accessToken|token)\"\\s*:\\s*\"([^\"]{16,})\"")
                .matcher(Files.readString(file));
        if (matcher.find()) {
          return matcher.group(1);
        }
      }
    }
    throw new AssertionError("no token in " + config);
  }

  private static void processArguments(Map<String, String> places) throws IOException {
    List<Path> processes = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      all.filter(path -> path.getFileName().toString().matches("\\d+")).forEach(processes::add);
    }
    for (Path process : processes) {
      try {
        String arguments =
            Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                .replace('\0', ' ');
        if (arguments.contains("tidegate")) {
          places.put("the arguments of process " + process.getFileName(), arguments);
        }
      } catch (IOException gone) {
        // It ended while it was looked at.
      }
    }
  }

  private static void onDisk(Path data, Map<String, String> secrets) throws IOException {
    int looked = 0;
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.endsWith("demo-people.json")) {
          // The demo keeps its own sign-ins, which it prints at every start, for its owner only.
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .isEqualTo("rw-------");
          continue;
        }
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
          assertThat(content.contains(secret.getValue()))
              .as("%s in the file %s", secret.getKey(), data.relativize(file))
              .isFalse();
        }
        looked++;
      }
    }
    assertThat(looked).isPositive();
  }
}
