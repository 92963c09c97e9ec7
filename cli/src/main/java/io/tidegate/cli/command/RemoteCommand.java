package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.Terminal;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.remote.SignIn;
import io.tidegate.cli.remote.TokenFile;
import io.tidegate.cli.text.Durations;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks a control plane. */
public abstract class RemoteCommand implements Callable<Integer> {
  private static final Domain HERE = here();

  final Surroundings surroundings;

  @Option(
      names = "--domain",
      paramLabel = "URL",
      description =
          "The control plane. Without it: TIDEGATE_DOMAIN, else the one last signed in to.")
  @Nullable String domain;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text for people or json for programs (one line). Default: text.")
  OutputFormat output = OutputFormat.TEXT;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  RemoteCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  public final OutputFormat format() {
    return output;
  }

  /** A failure for programs, as one line. */
  public static String asJson(Failure failure) {
    JsonObject json = new JsonObject();
    json.addProperty("code", failure.code());
    json.addProperty("detail", failure.sentence());
    json.addProperty("next", failure.next());
    json.addProperty("exitCode", failure.exitCode().number());
    return json.toString();
  }

  final Terminal terminal() {
    return surroundings.terminal();
  }

  final boolean json() {
    return output == OutputFormat.JSON;
  }

  final Instant now() {
    return surroundings.clock().instant();
  }

  final TokenFile tokens() {
    return new TokenFile(surroundings.configFolder());
  }

  /** The domain that is meant. */
  final Domain domain() throws Failure {
    if (domain != null) {
      return Domain.parse(domain);
    }
    String set = surroundings.environment().getOrDefault("TIDEGATE_DOMAIN", "");
    if (!set.isEmpty()) {
      return Domain.parse(set);
    }
    return tokens().usual().orElse(HERE);
  }

  /** The control plane, signed in to. */
  final ControlPlane control() throws Failure {
    Domain meant = domain();
    Optional<SignIn> signIn = tokens().of(meant);
    if (signIn.isEmpty()) {
      throw new Failure(
          ExitCode.NOT_SIGNED_IN,
          "not-signed-in",
          "You are not signed in to " + meant + ".",
          "Sign in with `tidegate login --domain " + meant + "`.");
    }
    Instant expiresAt = signIn.get().expiresAt();
    if (expiresAt != null && !now().isBefore(expiresAt)) {
      throw new Failure(
          ExitCode.NOT_SIGNED_IN,
          "not-signed-in",
          "Your sign-in to " + meant + " expired " + Durations.relative(expiresAt, now()) + ".",
          "Sign in again with `tidegate login --domain " + meant + "`.");
    }
    return new ControlPlane(meant, signIn.get().token());
  }

  /** Items of a list, page by page, up to a number. */
  static List<Fields> all(ControlPlane control, String path, Map<String, String> query, int most)
      throws Failure, InterruptedException {
    List<Fields> items = new ArrayList<>();
    Map<String, String> parameters = new TreeMap<>(query);
    while (true) {
      parameters.put("limit", String.valueOf(Math.min(200, most - items.size())));
      Fields page = control.get(path, parameters);
      items.addAll(page.list("items"));
      String cursor = page.text("nextCursor");
      if (cursor.isEmpty() || items.size() >= most) {
        return items.subList(0, Math.min(most, items.size()));
      }
      parameters.put("cursor", cursor);
    }
  }

  /** A list for programs. */
  final void printItems(List<Fields> items) {
    terminal()
        .out("{\"items\":[" + String.join(",", items.stream().map(Fields::toJson).toList()) + "]}");
  }

  final String relative(Fields object, String path) {
    return object.instant(path).map(at -> Durations.relative(at, now())).orElse("");
  }

  static String segment(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** What the API calls PENDING_APPROVAL, for people. */
  static String words(String status) {
    return status.toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }

  private static Domain here() {
    try {
      return Domain.parse("http://127.0.0.1:8420");
    } catch (Failure e) {
      throw new IllegalStateException(e);
    }
  }
}
