package io.tidegate.cli.remote;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A control plane's REST interface, {@code /api/v1}. Problems come as {@link Failure}. */
public final class ControlPlane {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final Domain domain;
  private final @Nullable String token;
  private @Nullable HttpClient http;

  /**
   * @param token null for what needs no sign-in
   */
  public ControlPlane(Domain domain, @Nullable String token) {
    this.domain = domain;
    this.token = token;
  }

  public Domain domain() {
    return domain;
  }

  public Fields get(String path) throws Failure, InterruptedException {
    return get(path, Map.of());
  }

  public Fields get(String path, Map<String, String> query) throws Failure, InterruptedException {
    return done(request(path, query, ANSWER).GET().build());
  }

  /** A GET that the control plane answers when something is new, at the latest after the wait. */
  public Fields poll(String path, Duration wait) throws Failure, InterruptedException {
    return done(
        request(path, Map.of("waitSeconds", String.valueOf(wait.toSeconds())), wait.plus(ANSWER))
            .GET()
            .build());
  }

  public Fields post(String path, JsonObject body) throws Failure, InterruptedException {
    return post(path, body, Map.of());
  }

  public Fields post(String path, JsonObject body, Map<String, String> headers)
      throws Failure, InterruptedException {
    Answer answer = tryPost(path, body, headers);
    if (!answer.good()) {
      throw answer.problem(this);
    }
    return answer.fields();
  }

  public void delete(String path) throws Failure, InterruptedException {
    Answer answer = send(request(path, Map.of(), ANSWER).DELETE().build());
    if (!answer.good()) {
      throw answer.problem(this);
    }
  }

  /** A POST whose refusal the caller understands. */
  public Answer tryPost(String path, JsonObject body, Map<String, String> headers)
      throws Failure, InterruptedException {
    HttpRequest.Builder builder =
        request(path, Map.of(), ANSWER)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    headers.forEach(builder::header);
    return send(builder.build());
  }

  private Fields done(HttpRequest request) throws Failure, InterruptedException {
    Answer answer = send(request);
    if (!answer.good()) {
      throw answer.problem(this);
    }
    return answer.fields();
  }

  private HttpRequest.Builder request(String path, Map<String, String> query, Duration atMost) {
    StringJoiner parameters = new StringJoiner("&", "?", "").setEmptyValue("");
    new TreeMap<>(query)
        .forEach((name, value) -> parameters.add(encoded(name) + "=" + encoded(value)));
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(domain + "/api/v1" + path + parameters))
            .timeout(atMost)
            .header("Accept", "application/json, application/problem+json")
            .header("User-Agent", "tidegate-cli");
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder;
  }

  private Answer send(HttpRequest request) throws Failure, InterruptedException {
    HttpResponse<String> response;
    try {
      response = http().send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (HttpConnectTimeoutException | ConnectException e) {
      throw unreachable("Nobody answers at " + domain + ".");
    } catch (HttpTimeoutException e) {
      throw unreachable(domain + " did not answer in time.");
    } catch (SSLException e) {
      throw unreachable("No trusted connection to " + domain + " is possible.");
    } catch (IOException e) {
      throw unreachable("The connection to " + domain + " broke.");
    }
    int status = response.statusCode();
    String body = response.body();
    Fields fields =
        body.isBlank()
            ? new Fields(new JsonObject())
            : Fields.parse(body).orElseThrow(this::noTidegate);
    if (status / 100 == 3) {
      throw noTidegate();
    }
    return new Answer(status, fields);
  }

  private HttpClient http() {
    HttpClient client = http;
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(CONNECT)
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
      http = client;
    }
    return client;
  }

  private Failure unreachable(String sentence) {
    return new Failure(
        ExitCode.UNREACHABLE,
        "unreachable",
        sentence,
        "Check the address and that Tidegate is running there; `tidegate start` starts one here.");
  }

  private Failure noTidegate() {
    return new Failure(
        ExitCode.UNREACHABLE,
        "not-a-tidegate",
        "What answers at " + domain + " is not a Tidegate.",
        "Check the address; a path or a proxy may be in the way.");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** What came back, good or not. */
  public record Answer(int status, Fields fields) {
    public boolean good() {
      return status / 100 == 2;
    }

    /** The stable name of what was refused; OAuth's errors have theirs in another field. */
    public String code() {
      return fields.text("code", "error");
    }

    Failure problem(ControlPlane from) {
      String code = code();
      String sentence = fields.text("detail", "error_description", "title");
      String next = fields.text("next");
      ExitCode exit = exitCode(status, code);
      if (exit == ExitCode.NOT_SIGNED_IN && !code.equals("bad-credentials")) {
        sentence =
            from.token == null
                ? "You are not signed in to " + from.domain + "."
                : "Your sign-in to " + from.domain + " has expired or was ended.";
        next = "Sign in with `tidegate login --domain " + from.domain + "`.";
      }
      if (sentence.isEmpty()) {
        sentence = from.domain + " answered with status " + status + ".";
      }
      return new Failure(exit, code.isEmpty() ? "status-" + status : code, sentence, next);
    }

    private static ExitCode exitCode(int status, String code) {
      return switch (code) {
        case "grant-ended" -> ExitCode.ENDED;
        case "reason-required", "duration-out-of-bounds", "bad-input" -> ExitCode.USAGE;
        case "gateway-offline", "gateway-timeout" -> ExitCode.UNREACHABLE;
        default ->
            switch (status) {
              case 400, 422 -> ExitCode.USAGE;
              case 401 -> ExitCode.NOT_SIGNED_IN;
              case 403 -> ExitCode.REFUSED;
              case 404 -> ExitCode.NOT_FOUND;
              case 503, 504 -> ExitCode.UNREACHABLE;
              default -> ExitCode.FAILURE;
            };
      };
    }
  }
}
