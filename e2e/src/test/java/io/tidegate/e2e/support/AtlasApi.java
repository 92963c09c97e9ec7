package io.tidegate.e2e.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** The Atlas-compatible API as a script uses it, with an API key by HTTP digest (RFC 7616). */
public final class AtlasApi {
  private static final String VERSION = "application/vnd.atlas.2023-01-01+json";
  private static final String CNONCE = "0123456789abcdef";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String portal;
  private final RunningTidegate.ApiKey key;

  public AtlasApi(RunningTidegate tidegate) {
    portal = tidegate.portal();
    key = tidegate.apiKey();
  }

  /** An answer. */
  public record Answer(int status, String body) {
    /** The body of a 2xx; throws with the problem otherwise. */
    public Answer good() {
      if (status / 100 != 2) {
        throw new IllegalStateException(status + " " + body);
      }
      return this;
    }

    public Document document() {
      return Document.parse(body);
    }
  }

  public Answer get(String path) throws IOException, InterruptedException {
    return send("GET", path, null);
  }

  public Answer post(String path, Document body) throws IOException, InterruptedException {
    return send("POST", path, body.toJson());
  }

  public Answer postList(String path, Document item) throws IOException, InterruptedException {
    return send("POST", path, "[" + item.toJson() + "]");
  }

  public Answer patch(String path, Document body) throws IOException, InterruptedException {
    return send("PATCH", path, body.toJson());
  }

  public Answer delete(String path) throws IOException, InterruptedException {
    return send("DELETE", path, null);
  }

  /** A path below the demo's project. */
  private Answer send(String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    String target = "/api/atlas/v2/groups/" + key.groupId() + path;
    HttpResponse<String> challenged = exchange(request(method, target, body));
    if (challenged.statusCode() != 401) {
      return new Answer(challenged.statusCode(), challenged.body());
    }
    String challenge =
        challenged.headers().allValues("WWW-Authenticate").stream()
            .filter(header -> header.contains("algorithm=SHA-256"))
            .findFirst()
            .orElseThrow();
    HttpResponse<String> answer =
        exchange(
            request(method, target, body)
                .header("Authorization", response(challenge, method, target)));
    return new Answer(answer.statusCode(), answer.body());
  }

  private HttpRequest.Builder request(String method, String target, @Nullable String body) {
    return HttpRequest.newBuilder(URI.create(portal + target))
        .timeout(LIMIT)
        .header("Accept", VERSION)
        .header("Content-Type", VERSION)
        .method(
            method,
            body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<String> exchange(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String response(String challenge, String method, String target) {
    String realm = parameter(challenge, "realm");
    String nonce = parameter(challenge, "nonce");
    String ha1 = hash(key.publicKey() + ":" + realm + ":" + key.privateKey());
    String ha2 = hash(method + ":" + target);
    String response = hash(ha1 + ":" + nonce + ":00000001:" + CNONCE + ":auth:" + ha2);
    return ("Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\","
            + " algorithm=\"SHA-256\", qop=auth, nc=00000001, cnonce=\"%s\"")
        .formatted(key.publicKey(), realm, nonce, target, response, CNONCE);
  }

  private static String parameter(String challenge, String name) {
    Matcher matcher = Pattern.compile(name + "=\"([^\"]*)\"").matcher(challenge);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + name + " in " + challenge);
    }
    return matcher.group(1);
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
