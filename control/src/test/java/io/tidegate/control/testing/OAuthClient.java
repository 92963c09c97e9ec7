package io.tidegate.control.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Forms that are posted, and JSON that comes back: what clients of OAuth do. */
public final class OAuthClient {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final String url;

  public OAuthClient(String url) {
    this.url = url;
  }

  /** An answer. */
  public record Answer(int status, String body, HttpResponse<String> raw) {
    private JsonNode json() {
      return JSON.readTree(body);
    }

    public String text(String name) {
      return json().path(name).asString("");
    }

    public long number(String name) {
      return json().path(name).asLong();
    }

    public String header(String name) {
      return raw.headers().firstValue(name).orElse("");
    }
  }

  /** The header that a client proves itself by. */
  public static String basic(String id, String secret) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((encode(id) + ":" + encode(secret)).getBytes(StandardCharsets.UTF_8));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  public Answer token(String clientId, String secret) {
    return post("/api/oauth/token", basic(clientId, secret), "grant_type=client_credentials");
  }

  public Answer revoke(String clientId, String secret, String token) {
    return post(
        "/api/oauth/revoke",
        basic(clientId, secret),
        form("token", token, "token_type_hint", "access_token"));
  }

  /** Names and values in turn, as a form. */
  public static String form(String... pairs) {
    StringBuilder form = new StringBuilder();
    for (int i = 0; i < pairs.length; i += 2) {
      form.append(form.isEmpty() ? "" : "&")
          .append(encode(pairs[i]))
          .append('=')
          .append(encode(pairs[i + 1]));
    }
    return form.toString();
  }

  public Answer post(String path, @Nullable String authorization, String form) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .header("User-Agent", "atlascli/1.45.0 (linux;amd64;native)")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try {
      HttpResponse<String> answer =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body(), answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** A claim of a JWT, as a client reads it that cannot check the signature. */
  public static String claim(String token, String name) {
    byte[] payload = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
    return JSON.readTree(payload).path(name).asString();
  }

  public static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
