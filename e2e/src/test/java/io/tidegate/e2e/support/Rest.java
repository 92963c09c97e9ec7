package io.tidegate.e2e.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.bson.Document;

/** The REST API as a script uses it. */
public final class Rest {

  /**
   * An answer.
   *
   * @param body empty when there was none
   */
  public record Answer(int status, Document body) {

    /** The body of a 2xx; throws with the problem otherwise. */
    public Document good() {
      if (status / 100 != 2) {
        throw new IllegalStateException(status + " " + body.toJson());
      }
      return body;
    }
  }

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final String token;

  private Rest(String base, String token) {
    this.base = base;
    this.token = token;
  }

  static Rest signIn(String portal, String user, String password)
      throws IOException, InterruptedException {
    var anonymous = new Rest(portal + "/api/v1", "");
    Document body = new Document("username", user).append("password", password);
    Document granted = anonymous.post("/auth/token", body).good();
    return new Rest(anonymous.base, granted.getString("accessToken"));
  }

  /** The bearer token, for the test that looks for it. */
  public String token() {
    return token;
  }

  public Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  public Answer post(String path, Document body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toJson()))
            .build());
  }

  /** Changes what has this version. */
  public Answer put(String path, long version, Document body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("If-Match", "\"" + version + "\"")
            .PUT(HttpRequest.BodyPublishers.ofString(body.toJson()))
            .build());
  }

  /** The items of a list's first page. */
  public List<Document> items(String path) throws IOException, InterruptedException {
    return get(path).good().getList("items", Document.class);
  }

  private HttpRequest.Builder request(String path) {
    var builder = HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT);
    return token.isEmpty() ? builder : builder.header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    String body = response.body();
    return new Answer(
        response.statusCode(), body.isBlank() ? new Document() : Document.parse(body));
  }
}
