package io.tidegate.e2e.bench;

import io.tidegate.e2e.support.Eventually;
import io.tidegate.e2e.support.GatewayProcess;
import io.tidegate.e2e.support.Person;
import io.tidegate.e2e.support.RawSession;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.testkit.load.StubMongo;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import io.tidegate.testkit.scram.ScramLogin;
import io.tidegate.testkit.tool.FreePort;
import io.tidegate.testkit.tool.HaProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.bson.Document;

/**
 * All that a bench needs, each in a process of its own: the stub, HAProxy and a gateway in front of
 * it, and the control plane that the gateway is enrolled with. The gateway is what {@code
 * ./tidegate gateway} starts, so that nothing else's CPU or memory is taken for its own.
 */
final class Stage implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String NAME = "bench";
  private static final String USER = "bench";
  private static final String PASSWORD = "bench-stored-secret";

  private final Stub stub;
  private final HaProxy haproxy;
  private final RunningTidegate tidegate;
  private final GatewayProcess gateway;
  private final int directPort;
  private final String grant;

  private Stage(
      Stub stub,
      HaProxy haproxy,
      RunningTidegate tidegate,
      GatewayProcess gateway,
      int directPort,
      String grant) {
    this.stub = stub;
    this.haproxy = haproxy;
    this.tidegate = tidegate;
    this.gateway = gateway;
    this.directPort = directPort;
    this.grant = grant;
  }

  /** Starts everything; returns when a session can begin. */
  static Stage set() throws Exception {
    Path folder = Files.createTempDirectory("tidegate-bench-");
    Stub stub = Stub.start();
    HaProxy haproxy = HaProxy.inFrontOf(stub.port(), 2);
    RunningTidegate tidegate =
        RunningTidegate.start(
            RunningTidegate.Settings.inFrontOf(folder.resolve("control"), stub.uri()));
    int directPort = FreePort.next();
    String token =
        tidegate
            .person("security")
            .rest()
            .post("/gateways/tokens", new Document("name", NAME))
            .good()
            .getString("token");
    GatewayProcess gateway =
        GatewayProcess.join(
            tidegate,
            token,
            folder.resolve("gateway"),
            NAME,
            List.of("--direct-port", Integer.toString(directPort)));
    Eventually.yes(LIMIT, gateway::log, () -> connected(tidegate));
    sendThroughOwnGateway(tidegate, stub);
    Document request =
        RawSession.request(tidegate, tidegate.person("engineer"), "readonly", "PT2H", "bench")
            .good();
    return new Stage(stub, haproxy, tidegate, gateway, directPort, request.getString("grantId"));
  }

  private static boolean connected(RunningTidegate tidegate) throws Exception {
    return tidegate.person("security").rest().items("/gateways").stream()
        .anyMatch(each ->
            each.getString("name").equals(NAME) && each.getString("status").equals("ONLINE"));
  }

  /** The demo's resource takes any gateway; here it must not be the one in the control plane. */
  private static void sendThroughOwnGateway(RunningTidegate tidegate, Stub stub)
      throws IOException, InterruptedException {
    Person owner = tidegate.person("owner");
    Document resource =
        owner.rest().items("/resources").stream()
            .filter(each -> each.getString("name").equals(tidegate.resource()))
            .findFirst()
            .orElseThrow();
    owner
        .rest()
        .put(
            "/resources/" + resource.getString("id"),
            Long.parseLong(String.valueOf(resource.get("version"))),
            new Document("name", resource.getString("name"))
                .append("description", "The stub of the bench")
                .append("connectionString", "mongodb://127.0.0.1:" + stub.port())
                .append("authDatabase", "admin")
                .append("tls", new Document("enabled", false))
                .append("gatewayName", NAME))
        .good();
  }

  int stubPort() {
    return stub.port();
  }

  HaProxy haproxy() {
    return haproxy;
  }

  ProcessHandle gateway() {
    return gateway.process();
  }

  /** CPU used so far by all that belongs to the bench, this process included. */
  long cpuNanos() {
    return LongStream.of(
            ProcessHandle.current().pid(),
            stub.process.pid(),
            haproxy.pid(),
            tidegate.process().pid(),
            gateway().pid())
        .map(pid -> ProcessFigures.cpu(pid).total())
        .sum();
  }

  /** The gateway's plaintext listener. */
  int directPort() {
    return directPort;
  }

  /** The login that the gateway uses at the stub. */
  ScramLogin.Password stubLogin() {
    return new ScramLogin.Password(Mechanism.SCRAM_SHA_256, USER, PASSWORD);
  }

  RawSession session() throws IOException, InterruptedException {
    return RawSession.start(tidegate.person("engineer"), grant);
  }

  void end(RawSession session) throws IOException, InterruptedException {
    tidegate
        .person("security")
        .rest()
        .post("/sessions/" + session.id() + "/end", new Document("reason", "bench"))
        .good();
  }

  /** Takes back the grant under which every session lives. */
  void revoke() throws IOException, InterruptedException {
    tidegate
        .person("security")
        .rest()
        .post("/grants/" + grant + "/revoke", new Document("reason", "bench"))
        .good();
  }

  @Override
  public void close() {
    gateway.close();
    tidegate.close();
    haproxy.close();
    stub.close();
  }

  /** The stub in a process of its own. */
  private static final class Stub implements AutoCloseable {
    private final Process process;
    private final int port;

    private Stub(Process process, int port) {
      this.process = process;
      this.port = port;
    }

    static Stub start() throws IOException {
      var builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "-XX:+UseSerialGC",
              "-Xmx256m",
              "-cp",
              System.getProperty("java.class.path"),
              StubMongo.class.getName(),
              "0",
              "1",
              USER);
      builder.environment().put("STUB_PASSWORD", PASSWORD);
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      Process process = builder.start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      String line = out.readLine();
      if (line == null) {
        throw new IOException("the stub did not start");
      }
      return new Stub(process, Integer.parseInt(line));
    }

    int port() {
      return port;
    }

    String uri() {
      return "mongodb://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port + "/?authSource=admin";
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
