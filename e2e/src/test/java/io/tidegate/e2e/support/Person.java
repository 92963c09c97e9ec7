package io.tidegate.e2e.support;

import io.tidegate.testkit.tool.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Someone at a terminal, with a configuration folder of their own. */
public final class Person {

  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final RunningTidegate tidegate;
  private final String name;
  private final String password;
  private final Path config;
  private final StringBuilder printed = new StringBuilder();
  private boolean signedIn;
  private @Nullable Rest rest;

  Person(RunningTidegate tidegate, String name, String password, Path config) {
    this.tidegate = tidegate;
    this.name = name;
    this.password = password;
    this.config = config;
  }

  public String name() {
    return name;
  }

  /** For the test that looks for it where it must not be. */
  public String password() {
    return password;
  }

  /** Where the command line keeps what it must; holds the token. */
  public Path config() {
    return config;
  }

  /** Everything the command line printed to this person. */
  public synchronized String printed() {
    return printed.toString();
  }

  synchronized void saw(String output) {
    printed.append(output);
  }

  Map<String, String> environment() {
    return Map.of("TIDEGATE_CONFIG_DIR", config.toString());
  }

  /** Runs one command to its end. */
  public Subprocess.Outcome tidegate(String... arguments) throws IOException, InterruptedException {
    Subprocess.Outcome outcome =
        Subprocess.run(
            Program.command(List.of(arguments)),
            Path.of("").toAbsolutePath(),
            environment(),
            LIMIT);
    saw(outcome.output());
    return outcome;
  }

  /** Signs in, once; throws with the output when that fails. */
  public synchronized Person signIn() throws IOException, InterruptedException {
    if (signedIn) {
      return this;
    }
    Files.createDirectories(config);
    Path file =
        Files.createTempFile(
            config.getParent(),
            name + "-",
            ".password",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(file, password + "\n");
      Subprocess.Outcome outcome =
          tidegate(
              "login",
              "--domain",
              tidegate.portal(),
              "--user",
              name,
              "--password-file",
              file.toString());
      if (!outcome.succeeded()) {
        throw new IllegalStateException(name + " cannot sign in:\n" + outcome.output());
      }
      signedIn = true;
      return this;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** The REST API with a token of this person's own. */
  public synchronized Rest rest() throws IOException, InterruptedException {
    Rest current = rest;
    if (current == null) {
      current = Rest.signIn(tidegate.portal(), name, password);
      rest = current;
    }
    return current;
  }

  /** Forgets the token, as after a restart that ended it. */
  public synchronized void forgetToken() {
    rest = null;
  }

  /** Begins {@code db access} and waits for the URI. */
  public DbAccess access(String account, String duration, String... more)
      throws IOException, InterruptedException {
    return beginAccess(account, duration, more).awaitReady(LIMIT);
  }

  /** Begins {@code db access}, which may have to wait for an approval. */
  public DbAccess beginAccess(String account, String duration, String... more)
      throws IOException, InterruptedException {
    signIn();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "db",
                "access",
                "--resource",
                tidegate.resource(),
                "--account",
                account,
                "--project-id",
                tidegate.project(),
                "--duration",
                duration,
                "--output",
                "json"));
    arguments.addAll(List.of(more));
    return new DbAccess(this, arguments);
  }

  /** The requests that wait for this person's decision. */
  public List<Document> toApprove() throws IOException, InterruptedException {
    return rest().items("/requests?toApprove=true&status=PENDING_APPROVAL");
  }

  @Override
  public String toString() {
    return name;
  }
}
