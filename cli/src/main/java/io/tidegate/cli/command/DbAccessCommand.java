package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.proxy.Ending;
import io.tidegate.cli.proxy.GatewayDialer;
import io.tidegate.cli.proxy.LocalAuth;
import io.tidegate.cli.proxy.LocalProxy;
import io.tidegate.cli.proxy.Presence;
import io.tidegate.cli.proxy.SessionKey;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.text.Durations;
import io.tidegate.cli.text.Table;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: a local address for a database, for a while. */
@Command(
    name = "access",
    description = {
      "Open a database for a while, at a local address.",
      "",
      "Asks for access, waits for approval where that is needed, then listens on 127.0.0.1 until",
      "the time is up or you press Ctrl+C. Everything done in the session is recorded.",
      "",
      "  tidegate db access --resource orders-db --account readonly --duration 1h",
      "  tidegate db access --resource orders-db --account readonly --exec mongosh -- --quiet"
    })
public final class DbAccessCommand extends RemoteCommand {
  private static final Duration LINGER = Duration.ofSeconds(30);
  private static final List<Duration> WARNINGS =
      List.of(Duration.ofMinutes(5), Duration.ofMinutes(1));
  private static final Set<String> OVER = Set.of("ENDED", "TERMINATED", "FAILED", "CLOSING");

  /**
   * How long after its time a session's end may come from the gateway before it is taken as told.
   */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  @Option(
      names = "--resource",
      required = true,
      paramLabel = "RESOURCE",
      description = "The database, by name or id; see `tidegate resources list`.")
  String resource = "";

  @Option(
      names = "--account",
      required = true,
      paramLabel = "ACCOUNT",
      description = "As which of its accounts.")
  String account = "";

  @Option(
      names = "--project-id",
      paramLabel = "PROJECT",
      description = "The project, by id or name; needed only if the name is in several.")
  @Nullable String project;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "For how long: 30m, 1h, 1h30m or PT1H. Without it, what the rule gives.")
  @Nullable String duration;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What it is for; approvers and the audit log see it.")
  String reason = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "The local port. Without it, any free one.")
  int port;

  @Option(
      names = "--exec",
      paramLabel = "CMD",
      description = {
        "Run this client with the address, and end with its exit code. Its arguments come after"
            + " --, where {uri} stands for the address; without one it comes last. TIDEGATE_URI"
            + " holds it too."
      })
  @Nullable String exec;

  @Option(
      names = "--local-auth",
      description = "Protect the local address with a password, made for this session.")
  boolean localAuth;

  @Option(names = "--renew", description = "Ask again even if earlier access still lives.")
  boolean renew;

  @Parameters(paramLabel = "ARGS", arity = "0..*", description = "Arguments of --exec.")
  List<String> arguments = new ArrayList<>();

  DbAccessCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    Duration wanted = check();
    ControlPlane control = control();
    try (LocalProxy proxy = bind()) {
      String grant =
          new AccessRequesting(
                  surroundings,
                  control,
                  new AccessRequesting.Wish(project, resource, account, wanted, reason, renew))
              .grant();
      return session(control, grant, proxy);
    }
  }

  private @Nullable Duration check() throws Failure {
    if (exec == null && !arguments.isEmpty()) {
      throw usage("There are arguments, but no --exec for them: " + arguments.getFirst());
    }
    if (exec != null && json()) {
      throw usage("--exec and --output json do not go together.");
    }
    if (port < 0 || port > 65_535) {
      throw usage("--port must be from 0 to 65535.");
    }
    if (duration == null) {
      return null;
    }
    String text = duration;
    return Durations.parse(text)
        .orElseThrow(() -> usage("--duration is not a length of time: " + text));
  }

  private static Failure usage(String sentence) {
    return new Failure(ExitCode.USAGE, "bad-input", sentence, "See `tidegate db access --help`.");
  }

  private LocalProxy bind() throws Failure {
    try {
      return LocalProxy.bind(port);
    } catch (IOException e) {
      throw new Failure(
          ExitCode.FAILURE,
          "port-in-use",
          "Port " + port + " on 127.0.0.1 cannot be listened at: something else uses it.",
          "Choose another with --port, or leave it out for any free one.");
    }
  }

  private int session(ControlPlane control, String grant, LocalProxy proxy)
      throws Failure, InterruptedException {
    SessionKey key = SessionKey.generate(surroundings.random());
    LocalAuth secret = localAuth ? LocalAuth.generate(surroundings.random()) : null;
    JsonObject draft = new JsonObject();
    draft.addProperty("publicKey", key.publicKeyPem());
    draft.addProperty("advertisedAddress", "127.0.0.1:" + proxy.port());
    draft.addProperty("clientName", "tidegate-cli");
    if (secret != null) {
      draft.add("localAuth", secret.verifier());
    }
    terminal().progress("Opening the session …");
    Fields started;
    try {
      started = control.post("/grants/" + segment(grant) + "/sessions", draft);
    } finally {
      terminal().clearProgress();
    }
    String sessionId = started.text("sessionId");
    try {
      return open(control, started, sessionId, key, secret, proxy);
    } finally {
      end(control, sessionId);
    }
  }

  private int open(
      ControlPlane control,
      Fields started,
      String sessionId,
      SessionKey key,
      @Nullable LocalAuth secret,
      LocalProxy proxy)
      throws Failure, InterruptedException {
    GatewayDialer dialer = dialer(started, key);
    Instant expiresAt = started.instant("expiresAt").orElse(Instant.MAX);
    try (Presence presence = Presence.begin(dialer, () -> asked(control, sessionId))) {
      awaitPresence(presence);
      AtomicLong lastTold = new AtomicLong();
      proxy.serve(dialer, failure -> trouble(lastTold, failure));
      String uri = uri(proxy, sessionId, secret);
      CompletableFuture<Ending> over = presence.ended();
      Thread timer = timer(expiresAt, over);
      try {
        return exec == null
            ? serve(control, uri, sessionId, expiresAt, over)
            : execute(exec, uri, secret != null, expiresAt, over);
      } finally {
        timer.interrupt();
      }
    }
  }

  private GatewayDialer dialer(Fields started, SessionKey key) throws Failure {
    try {
      return GatewayDialer.of(
          key,
          started.text("certificate"),
          started.text("ca"),
          started.text("gateway.host"),
          (int) started.number("gateway.port"),
          started.text("gateway.serverName"));
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw new Failure(
          ExitCode.FAILURE,
          "bad-certificate",
          "The certificate that came for the session cannot be used.",
          "Check that the command line and the server are of one version.");
    }
  }

  private void awaitPresence(Presence presence) throws Failure, InterruptedException {
    try {
      CompletableFuture.anyOf(presence.there(), presence.ended()).get(15, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new Failure(
          ExitCode.UNREACHABLE,
          "gateway-unreachable",
          "The session is there, but its gateway cannot be reached from this machine.",
          "Check that nothing blocks the way to the gateway's tunnel port.");
    }
  }

  /** What the control plane says of the session, if it is over. */
  private static Optional<Ending> asked(ControlPlane control, String sessionId) {
    try {
      Fields session = control.get("/sessions/" + segment(sessionId));
      if (!OVER.contains(SessionCommands.state(session))) {
        return Optional.empty();
      }
      String why = SessionCommands.because(session);
      return Optional.of(new Ending("ended", why.isEmpty() ? "The session has ended." : why));
    } catch (Failure e) {
      return e.exitCode() == ExitCode.NOT_FOUND || e.exitCode() == ExitCode.ENDED
          ? Optional.of(new Ending("ended", "The session is gone."))
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static String uri(LocalProxy proxy, String sessionId, @Nullable LocalAuth secret) {
    String address = "127.0.0.1:" + proxy.port() + "/?directConnection=true";
    return secret == null
        ? "mongodb://" + address
        : "mongodb://"
            + sessionId
            + ":"
            + secret.password()
            + "@"
            + address
            + "&authSource=admin&authMechanism=SCRAM-SHA-256";
  }

  private int serve(
      ControlPlane control,
      String uri,
      String sessionId,
      Instant expiresAt,
      CompletableFuture<Ending> over)
      throws InterruptedException {
    if (json()) {
      JsonObject json = new JsonObject();
      json.addProperty("uri", uri);
      json.addProperty("sessionId", sessionId);
      json.addProperty("expiresAt", expiresAt.toString());
      terminal().out(json.toString());
    } else {
      welcome(control, uri, sessionId, expiresAt);
    }
    Ending ending;
    try {
      ending = over.get();
    } catch (InterruptedException e) {
      terminal().err("Closing the session " + sessionId + ".");
      return ExitCode.OK.number();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    tell(ending);
    try {
      // Whoever connects now is told why by the gateway itself.
      Thread.sleep(LINGER);
    } catch (InterruptedException e) {
      // Nobody wants to wait for that.
    }
    return ExitCode.ENDED.number();
  }

  private void welcome(ControlPlane control, String uri, String sessionId, Instant expiresAt) {
    terminal().out("");
    terminal()
        .out(
            terminal().strong(resource)
                + " as "
                + terminal().strong(account)
                + ", "
                + untilWords(expiresAt));
    terminal().out("");
    terminal().out("  " + terminal().strong(uri));
    terminal().out("");
    terminal().out("  connect   mongosh \"" + uri + "\"");
    terminal().out("  stop      Ctrl+C closes every connection and ends the session");
    terminal().out("  watch     " + control.domain() + "/sessions/" + sessionId);
    terminal().out("");
    terminal().out(terminal().faint("Every command in this session is recorded."));
  }

  private String untilWords(Instant expiresAt) {
    return expiresAt.equals(Instant.MAX)
        ? "open"
        : "until "
            + Durations.clockTime(expiresAt, now(), surroundings.zone())
            + " ("
            + Durations.left(Duration.between(now(), expiresAt))
            + " left)";
  }

  private void tell(Ending ending) {
    String reason = Table.plain(ending.reason());
    terminal().err("");
    terminal()
        .err(
            terminal().strong("The session has ended. ")
                + (reason.isEmpty() ? words(ending.code().replace('-', ' ')) : reason));
  }

  /** Runs the client; its exit code is the command's, unless the session ends under it. */
  private int execute(
      String program,
      String uri,
      boolean secretUri,
      Instant expiresAt,
      CompletableFuture<Ending> over)
      throws Failure, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(program);
    boolean placed = false;
    for (String argument : arguments) {
      placed |= argument.contains("{uri}");
      // Arguments are for all to see: an address with a password only goes the other way.
      line.add(secretUri ? argument : argument.replace("{uri}", uri));
    }
    if (secretUri && placed) {
      throw usage("With --local-auth the address is a secret: take it from TIDEGATE_URI.");
    }
    if (!placed && !secretUri) {
      line.add(uri);
    }
    ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
    builder.environment().put("TIDEGATE_URI", uri);
    terminal().err(resource + " as " + account + ", " + untilWords(expiresAt));
    Process client;
    try {
      client = builder.start();
    } catch (IOException e) {
      throw new Failure(
          ExitCode.FAILURE,
          "no-client",
          "The client " + program + " cannot be started.",
          "Check that it is installed and on your PATH.");
    }
    try {
      CompletableFuture.anyOf(client.onExit(), over).get();
      if (client.isAlive()) {
        tell(over.getNow(new Ending("ended", "")));
        if (!client.waitFor(LINGER.toSeconds(), TimeUnit.SECONDS)) {
          client.destroy();
        }
        return ExitCode.ENDED.number();
      }
      return client.exitValue();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      // The terminal sent Ctrl+C to the client as well; it decides whether it ends.
      if (client.onExit().completeOnTimeout(client, 2, TimeUnit.SECONDS).join().isAlive()) {
        client.destroy();
      }
      return ExitCode.OK.number();
    }
  }

  /** Warns before the end; and takes the end for told when nobody tells it. */
  private Thread timer(Instant expiresAt, CompletableFuture<Ending> over) {
    return Thread.ofVirtual()
        .name("timer")
        .start(() -> {
          if (expiresAt.equals(Instant.MAX)) {
            return;
          }
          try {
            for (Duration before : WARNINGS) {
              Duration wait = Duration.between(now(), expiresAt.minus(before));
              if (wait.isPositive()) {
                Thread.sleep(wait);
                terminal()
                    .err(
                        Durations.words(before)
                            + " left: at "
                            + Durations.clockTime(expiresAt, now(), surroundings.zone())
                            + " every connection closes.");
              }
            }
            Duration rest = Duration.between(now(), expiresAt.plus(SILENCE));
            if (rest.isPositive()) {
              Thread.sleep(rest);
            }
            over.complete(new Ending("expired", "Its time is up."));
          } catch (InterruptedException e) {
            // The session ended before.
          }
        });
  }

  private void trouble(AtomicLong lastTold, IOException failure) {
    long now = now().getEpochSecond();
    long last = lastTold.get();
    if (now - last >= 10 && lastTold.compareAndSet(last, now)) {
      terminal()
          .err(
              "A connection was closed: the gateway cannot be reached ("
                  + failure.getMessage()
                  + ").");
    }
  }

  private void end(ControlPlane control, String sessionId) {
    boolean interrupted = Thread.interrupted();
    try {
      JsonObject body = new JsonObject();
      body.addProperty("reason", "Closed by its user.");
      control.tryPost("/sessions/" + segment(sessionId) + "/end", body, java.util.Map.of());
    } catch (Failure e) {
      terminal()
          .err(
              "The control plane was not told; the gateway ends the session by itself in some"
                  + " seconds.");
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
