package io.tidegate.control.testing;

import io.tidegate.control.keys.ApiKeys;
import io.tidegate.control.platform.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * A client of the Atlas-compatible API. It asks twice, as the official ones do: without a proof,
 * and then with the response to the challenge.
 */
public final class AtlasClient {
  public static final String V2023 = "application/vnd.atlas.2023-01-01+json";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final String url;
  private final @Nullable String user;
  private final @Nullable String password;
  private final @Nullable String bearer;
  private final String algorithm;
  private final List<String> headers;

  private AtlasClient(
      String url,
      @Nullable String user,
      @Nullable String password,
      @Nullable String bearer,
      String algorithm,
      List<String> headers) {
    this.url = url;
    this.user = user;
    this.password = password;
    this.bearer = bearer;
    this.algorithm = algorithm;
    this.headers = List.copyOf(headers);
  }

  /** With the two halves of a key. */
  public static AtlasClient digest(String url, String user, String password) {
    return new AtlasClient(url, user, password, null, "MD5", List.of("Accept", V2023));
  }

  public static AtlasClient of(Plane plane, ApiKeys.Made key) {
    return digest(plane.url(), key.key().publicKey(), key.privateKey().reveal());
  }

  /** With a new key of an owner of the organization. */
  public static AtlasClient owner(Plane plane) {
    return of(
        plane,
        plane
            .bean(ApiKeys.class)
            .create(
                plane.system(), plane.system().organizationId(), "test", List.of(Role.ORG_OWNER)));
  }

  /** With a new key that holds these roles in the demo's project. */
  public static AtlasClient inProject(Plane plane, Role... roles) {
    return of(
        plane,
        plane
            .bean(ApiKeys.class)
            .createInProject(plane.system(), plane.demo.project().id(), "test", List.of(roles)));
  }

  public static AtlasClient bearer(String url, String token) {
    return new AtlasClient(url, null, null, token, "MD5", List.of("Accept", V2023));
  }

  public static AtlasClient nobody(String url) {
    return new AtlasClient(url, null, null, null, "MD5", List.of("Accept", V2023));
  }

  /** The same, answering challenges of another algorithm. */
  public AtlasClient by(String otherAlgorithm) {
    return new AtlasClient(url, user, password, bearer, otherAlgorithm, headers);
  }

  /** The same with a header set, or left out when the value is null. */
  public AtlasClient with(String name, @Nullable String value) {
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < headers.size(); i += 2) {
      if (!headers.get(i).equalsIgnoreCase(name)) {
        changed.add(headers.get(i));
        changed.add(headers.get(i + 1));
      }
    }
    if (value != null) {
      changed.add(name);
      changed.add(value);
    }
    return new AtlasClient(url, user, password, bearer, algorithm, changed);
  }

  /** The same, asking for a version. */
  public AtlasClient version(String date) {
    return with("Accept", "application/vnd.atlas." + date + "+json");
  }

  /** An answer, its body as JSON where it is that. */
  public record Answer(int status, String body, JsonNode json, HttpResponse<String> raw) {
    public String text(String path) {
      return at(path).asString();
    }

    public JsonNode at(String path) {
      JsonNode node = json;
      for (String step : path.split("\\.", -1)) {
        node = step.matches("[0-9]+") ? node.path(Integer.parseInt(step)) : node.path(step);
      }
      return node;
    }

    public boolean has(String path) {
      return !at(path).isMissingNode();
    }

    public String header(String name) {
      return raw.headers().firstValue(name).orElse("");
    }
  }

  public Answer get(String path) {
    return send("GET", path, null);
  }

  public Answer post(String path, @Nullable Object body) {
    return send("POST", path, json(body));
  }

  public Answer patch(String path, @Nullable Object body) {
    return send("PATCH", path, json(body));
  }

  public Answer delete(String path) {
    return send("DELETE", path, null);
  }

  private static byte[] json(@Nullable Object body) {
    return body == null ? new byte[0] : JSON.writeValueAsBytes(body);
  }

  /** Any request; the path is below {@code /api/atlas/v2}, or whole when it starts with /api/. */
  public Answer send(String method, String path, byte @Nullable [] body) {
    HttpRequest.Builder first = request(method, path, body);
    if (bearer != null) {
      first.header("Authorization", "Bearer " + bearer);
    }
    HttpResponse<String> answer = exchange(first);
    if (answer.statusCode() == 401 && user != null) {
      String challenge = challenge(answer);
      if (challenge != null) {
        HttpRequest.Builder second = request(method, path, body);
        second.header("Authorization", response(challenge, method, path));
        answer = exchange(second);
      }
    }
    return read(answer);
  }

  private static Answer read(HttpResponse<String> answer) {
    JsonNode json = MissingNode.getInstance();
    String type = answer.headers().firstValue("Content-Type").orElse("");
    if (!answer.body().isEmpty() && type.contains("json")) {
      json = JSON.readTree(answer.body());
    }
    return new Answer(answer.statusCode(), answer.body(), json, answer);
  }

  private HttpRequest.Builder request(String method, String path, byte @Nullable [] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + full(path))).timeout(Duration.ofSeconds(40));
    for (int i = 0; i < headers.size(); i += 2) {
      request.header(headers.get(i), headers.get(i + 1));
    }
    if (body == null) {
      return request.method(method, HttpRequest.BodyPublishers.noBody());
    }
    if (!headers.contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    return request.method(method, HttpRequest.BodyPublishers.ofByteArray(body));
  }

  private static String full(String path) {
    return path.startsWith("/api/") ? path : "/api/atlas/v2" + path;
  }

  private static HttpResponse<String> exchange(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private @Nullable String challenge(HttpResponse<String> answer) {
    return answer.headers().allValues("WWW-Authenticate").stream()
        .filter(header -> header.contains("algorithm=" + algorithm + ","))
        .findFirst()
        .orElse(null);
  }

  /** The challenge that a request without a proof gets. */
  public String challenge(String method, String path) {
    return challenge(exchange(request(method, path, null)));
  }

  /** What RFC 7616 has a client say to a challenge. */
  public String response(String challenge, String method, String path) {
    String nonce = parameter(challenge, "nonce");
    String realm = parameter(challenge, "realm");
    String cnonce = "0123456789abcdef";
    String ha1 = hash(user + ":" + realm + ":" + password);
    String ha2 = hash(method + ":" + full(path));
    String response = hash(ha1 + ":" + nonce + ":00000001:" + cnonce + ":auth:" + ha2);
    return ("Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\","
            + " algorithm=\"%s\", qop=auth, nc=00000001, cnonce=\"%s\"")
        .formatted(user, realm, nonce, full(path), response, algorithm, cnonce);
  }

  /** Sends a request with an Authorization header of the test's own. */
  public Answer sendWith(String authorization, String method, String path) {
    return read(exchange(request(method, path, null).header("Authorization", authorization)));
  }

  public static String parameter(String challenge, String name) {
    Matcher matcher = Pattern.compile(name + "=\"([^\"]*)\"").matcher(challenge);
    if (!matcher.find()) {
      throw new AssertionError("no " + name + " in " + challenge);
    }
    return matcher.group(1);
  }

  private String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
