package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.remote.SignIn;
import io.tidegate.cli.text.Durations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Signs in: in the browser, or with a password for scripts. */
@Command(
    name = "login",
    description = {
      "Sign in to a Tidegate.",
      "",
      "Without --user, you confirm a short code in the portal; with it, you give a password."
    })
public final class LoginCommand extends AskingCommand {
  private static final int LONGEST_PASSWORD = 4096;

  @Option(
      names = {"-u", "--user"},
      paramLabel = "NAME",
      description = "Sign in with a password as this person.")
  @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Read the password from the first line of a file; - for standard input.")
  @Nullable String passwordFile;

  @Option(
      names = "--allow-http",
      description = "Sign in over plain http to another machine, readable on the way.")
  boolean allowHttp;

  LoginCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  ExitCode run() throws Failure, InterruptedException {
    Domain meant = domain();
    if (meant.readableOnTheWay() && !allowHttp) {
      throw new Failure(
          ExitCode.USAGE,
          "plain-http",
          meant + " is another machine, and http can be read on the way to it.",
          "Use https, or --allow-http if the network in between is safe.");
    }
    if (passwordFile != null && user == null) {
      throw new Failure(
          ExitCode.USAGE, "bad-input", "--password-file needs --user.", "Say who signs in.");
    }
    ControlPlane control = new ControlPlane(meant, null);
    Fields granted = user == null ? byDevice(control) : byPassword(control, user);
    String token = granted.text("accessToken");
    if (token.isEmpty()) {
      throw new Failure(
          ExitCode.FAILURE,
          "no-token",
          meant + " did not answer with a sign-in.",
          "Check that the command line and the server are of one version.");
    }
    Instant expiresAt = granted.instant("expiresAt").orElse(null);
    SignIn signIn = new SignIn(meant, granted.text("user.username"), token, expiresAt);
    tokens().keep(signIn);
    say(signIn);
    return ExitCode.OK;
  }

  private void say(SignIn signIn) {
    if (json()) {
      JsonObject json = new JsonObject();
      json.addProperty("domain", signIn.domain().toString());
      json.addProperty("user", signIn.user());
      if (signIn.expiresAt() != null) {
        json.addProperty("expiresAt", signIn.expiresAt().toString());
      }
      terminal().out(json.toString());
      return;
    }
    String until =
        signIn.expiresAt() == null
            ? ""
            : ", for " + Durations.left(Duration.between(now(), signIn.expiresAt()));
    terminal()
        .out(
            "Signed in to "
                + signIn.domain()
                + " as "
                + terminal().strong(signIn.user())
                + until
                + ".");
    terminal().out("See what you can reach with `tidegate resources list`.");
  }

  private Fields byPassword(ControlPlane control, String name)
      throws Failure, InterruptedException {
    JsonObject body = new JsonObject();
    body.addProperty("username", name);
    body.addProperty("password", password(name));
    body.addProperty("clientName", "tidegate-cli");
    return control.post("/auth/token", body);
  }

  private String password(String name) throws Failure {
    try {
      if (passwordFile == null) {
        char[] typed = terminal().askSecret("Password of " + name + ": ");
        if (typed == null) {
          throw new Failure(
              ExitCode.USAGE,
              "no-terminal",
              "There is no terminal to ask for a password at.",
              "Use --password-file FILE, or - for standard input.");
        }
        return new String(typed);
      }
      String line =
          passwordFile.equals("-") ? terminal().readLine() : firstLine(Path.of(passwordFile));
      if (line.isEmpty() || line.length() > LONGEST_PASSWORD) {
        throw new Failure(
            ExitCode.USAGE,
            "bad-password-file",
            "The first line of " + passwordFile + " is not a password.",
            "Put the password alone on the first line.");
      }
      return line;
    } catch (IOException e) {
      throw new Failure(
          ExitCode.USAGE,
          "bad-password-file",
          "The password file " + passwordFile + " cannot be read.",
          "Check its name and permissions.");
    }
  }

  private static String firstLine(Path file) throws IOException {
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      return line == null ? "" : line;
    }
  }

  /** The device grant, RFC 8628. */
  private Fields byDevice(ControlPlane control) throws Failure, InterruptedException {
    JsonObject ask = new JsonObject();
    ask.addProperty("clientName", "tidegate-cli");
    Fields started = control.post("/auth/device", ask);
    String userCode = started.text("user_code");
    String where = started.text("verification_uri");
    String complete = started.text("verification_uri_complete");
    terminal().err("Open this page, check that the code is the same, and confirm:");
    terminal().err("");
    terminal().err("  " + (complete.isEmpty() ? where : complete));
    terminal().err("  code  " + terminal().strong(userCode));
    terminal().err("");
    long interval = Math.max(1, started.number("interval"));
    long lifetime = started.number("expires_in");
    Instant end = now().plusSeconds(lifetime > 0 ? lifetime : 600);
    JsonObject poll = new JsonObject();
    poll.addProperty("deviceCode", started.text("device_code"));
    while (now().isBefore(end)) {
      terminal().progress("Waiting for you to confirm in the portal …");
      Thread.sleep(Duration.ofSeconds(interval));
      ControlPlane.Answer answer = control.tryPost("/auth/device/token", poll, Map.of());
      if (answer.good()) {
        terminal().clearProgress();
        return answer.fields();
      }
      switch (answer.code()) {
        case "authorization_pending" -> {}
        case "slow_down" -> interval += 5;
        case "access_denied" ->
            throw new Failure(
                ExitCode.NOT_SIGNED_IN,
                "access_denied",
                "The sign-in was refused in the portal.",
                "Start again with `tidegate login`.");
        case "expired_token" -> throw tooLate();
        default ->
            throw new Failure(
                ExitCode.NOT_SIGNED_IN,
                answer.code(),
                "The sign-in failed: " + answer.fields().text("detail", "error_description"),
                "Start again with `tidegate login`.");
      }
    }
    throw tooLate();
  }

  private static Failure tooLate() {
    return new Failure(
        ExitCode.NOT_SIGNED_IN,
        "expired_token",
        "The code has expired before it was confirmed.",
        "Start again with `tidegate login`.");
  }
}
