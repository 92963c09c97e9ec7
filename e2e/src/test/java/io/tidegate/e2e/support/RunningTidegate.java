package io.tidegate.e2e.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A {@code ./tidegate start --demo} in a process of its own, as a user starts it, on free ports and
 * with a data folder that may outlive the process.
 */
public final class RunningTidegate implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  /**
   * How it is started.
   *
   * @param data the data folder
   * @param mongodb a connection string with credentials, given by the environment; null for the
   *     built-in sandbox
   * @param directPort whether the gateway has a listener without a tunnel; its port is free
   * @param arguments more of them
   */
  public record Settings(
      Path data, @Nullable String mongodb, @Nullable Integer directPort, List<String> arguments) {

    /** With the built-in sandbox and nothing else. */
    public static Settings demo(Path data) {
      return new Settings(data, null, null, List.of());
    }

    /** In front of another MongoDB. */
    public static Settings inFrontOf(Path data, String mongodb) {
      return new Settings(data, mongodb, null, List.of());
    }

    /** With a listener that takes SCRAM without a tunnel. */
    public Settings withDirectPort(int port) {
      return new Settings(data, mongodb, port, arguments);
    }
  }

  private final Settings settings;
  private final Path log;
  private final Path readyFile;
  private final Path configs;
  private Process process;
  private Document ready;
  private final Map<String, Person> people = new TreeMap<>();
  private int port;
  private int gatewayPort;
  private int linkPort;

  private RunningTidegate(Settings settings) throws IOException, InterruptedException {
    this.settings = settings;
    Files.createDirectories(settings.data());
    Path beside = Files.createTempDirectory("tidegate-e2e-");
    log = beside.resolve("server.log");
    readyFile = beside.resolve("ready.json");
    configs = Files.createDirectory(beside.resolve("people"));
    process = launch();
    ready = awaitReady();
    rememberPorts();
  }

  /** Starts and waits until all is up. */
  public static RunningTidegate start(Settings settings) throws IOException, InterruptedException {
    return new RunningTidegate(settings);
  }

  private Process launch() throws IOException {
    Files.deleteIfExists(readyFile);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "start",
                "--demo",
                "--data",
                settings.data().toString(),
                "--port",
                Integer.toString(port),
                "--gateway-port",
                Integer.toString(gatewayPort),
                "--link-port",
                Integer.toString(linkPort),
                "--ready-file",
                readyFile.toString()));
    Integer direct = settings.directPort();
    if (direct != null) {
      arguments.addAll(List.of("--direct-port", Integer.toString(direct)));
    }
    arguments.addAll(settings.arguments());
    var builder =
        new ProcessBuilder(Program.command(arguments))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    String target = settings.mongodb();
    if (target != null) {
      builder.environment().put("TIDEGATE_DEMO_MONGODB", target);
    }
    return builder.start();
  }

  private Document awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (!Files.exists(readyFile)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException("Tidegate did not start:\n" + Files.readString(log));
      }
      Thread.sleep(20);
    }
    return Document.parse(Files.readString(readyFile));
  }

  private void rememberPorts() {
    port = portOf(portal());
    gatewayPort = portOf(gateway());
    linkPort = ready.containsKey("link") ? portOf(ready.getString("link")) : 0;
    for (Document person : ready.getList("people", Document.class, List.of())) {
      String name = person.getString("name");
      people.putIfAbsent(
          name, new Person(this, name, person.getString("password"), configs.resolve(name)));
    }
  }

  private static int portOf(String address) {
    return Integer.parseInt(address.replaceAll(".*:(\\d+).*", "$1"));
  }

  /** The portal's address. */
  public String portal() {
    return ready.getString("portal");
  }

  /** Host and port of the tunnel listener. */
  public String gateway() {
    return ready.getString("gateway");
  }

  /** The port where more gateways join. */
  public int linkPort() {
    return linkPort;
  }

  /** The demo's project. */
  public String project() {
    return ready.getString("project");
  }

  /** The demo's resource. */
  public String resource() {
    Object first = ready.getList("resources", Object.class).getFirst();
    return first instanceof Document document ? document.getString("name") : String.valueOf(first);
  }

  /** What opens the Atlas-compatible API as an owner of the organization. */
  public record ApiKey(String publicKey, String privateKey, String orgId, String groupId) {
    @Override
    public String toString() {
      return "ApiKey[" + publicKey + ", <hidden>]";
    }
  }

  /** The demo's API key. */
  public ApiKey apiKey() {
    Document key = ready.get("apiKey", Document.class);
    return new ApiKey(
        key.getString("publicKey"),
        key.getString("privateKey"),
        key.getString("orgId"),
        key.getString("groupId"));
  }

  /** The folder of the repository whose launcher it was started by. */
  public Path repository() {
    return Objects.requireNonNull(Program.path().toAbsolutePath().getParent());
  }

  /** One of the demo's people: engineer, owner, security or support. */
  public Person person(String name) {
    return Objects.requireNonNull(people.get(name), () -> name + " is not one of " + people);
  }

  /** All of the demo's people. */
  public List<Person> everyone() {
    return List.copyOf(people.values());
  }

  /** What it printed so far, of all its starts. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder that holds everything it keeps. */
  public Path data() {
    return settings.data();
  }

  /** The running process. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** Ends it as a crash does: kill -9, nothing flushed. */
  public void crash() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it again on the same data and the same ports. */
  public void startAgain() throws IOException, InterruptedException {
    if (process.isAlive()) {
      throw new IllegalStateException("it is still running");
    }
    process = launch();
    ready = awaitReady();
    rememberPorts();
  }

  /** Asks it to stop by SIGTERM, and tells how long that took. */
  public Duration stop() throws InterruptedException {
    long start = System.nanoTime();
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IllegalStateException("Tidegate did not stop within 30 s:\n" + log());
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Override
  public void close() {
    if (!process.isAlive()) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
