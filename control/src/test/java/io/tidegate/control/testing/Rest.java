package io.tidegate.control.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Speaks REST, and holds every answer against the OpenAPI document. */
public final class Rest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final String url;
  private final @Nullable String token;
  private final List<String> headers;

  public Rest(String url, @Nullable String token) {
    this(url, token, List.of());
  }

  private Rest(String url, @Nullable String token, List<String> headers) {
    this.url = url;
    this.token = token;
    this.headers = List.copyOf(headers);
  }

  /** The same with one more header. */
  public Rest with(String name, String value) {
    List<String> more = new ArrayList<>(headers);
    more.add(name);
    more.add(value);
    return new Rest(url, token, more);
  }

  public @Nullable String token() {
    return token;
  }

  /** An answer, its body as JSON. */
  public record Answer(int status, String body, JsonNode json, HttpResponse<String> raw) {
    public String text(String path) {
      return at(path).asString();
    }

    /** By dots and numbers: {@code items.0.id}; missing where there is nothing. */
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

    public String etag() {
      return raw.headers().firstValue("ETag").orElseThrow();
    }
  }

  public Answer get(String path) {
    return send("GET", path, null);
  }

  public Answer post(String path, @Nullable Object body) {
    return send("POST", path, body == null ? "" : JSON.writeValueAsString(body));
  }

  public Answer put(String path, Object body) {
    return send("PUT", path, JSON.writeValueAsString(body));
  }

  public Answer delete(String path) {
    return send("DELETE", path, null);
  }

  /** A body as it is, JSON or not. */
  public Answer postRaw(String path, String body) {
    return send("POST", path, body);
  }

  private Answer send(String method, String path, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "/api/v1" + path)).timeout(Duration.ofSeconds(40));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    for (int i = 0; i < headers.size(); i += 2) {
      request.header(headers.get(i), headers.get(i + 1));
    }
    if (body == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      if (!headers.contains("Content-Type")) {
        request.header("Content-Type", "application/json");
      }
      request.method(method, HttpRequest.BodyPublishers.ofString(body));
    }
    try {
      HttpResponse<String> response =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      JsonNode json = MissingNode.getInstance();
      if (!response.body().isEmpty()
          && response.headers().firstValue("Content-Type").orElse("").contains("json")) {
        json = JSON.readTree(response.body());
      }
      OpenApi.check(method, path, response.statusCode(), json);
      return new Answer(response.statusCode(), response.body(), json, response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
