package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Endpoint;
import io.tidegate.control.atlas.surface.Form;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.keys.ServiceAccounts;
import io.tidegate.control.platform.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where service accounts trade their secret for an access token (RFC 6749 section 4.4) and take one
 * back (RFC 7009). Errors are those of RFC 6749 section 5.2, as clients of OAuth read them. From
 * where an account may call is not asked here, but of each call that it makes.
 */
@OperationGroup
class OAuth {
  private final ServiceAccounts accounts;

  OAuth(ServiceAccounts accounts) {
    this.accounts = accounts;
  }

  /** The client's name and secret, RFC 6749 section 2.3.1. */
  private record Client(String id, Secret secret) {}

  @Endpoint(route = "POST /api/oauth/token", open = true)
  Answer token(Call call) {
    Form form;
    try {
      form = Form.of(call.bytes());
    } catch (ApiException e) {
      return error(400, "invalid_request", e.error().detail());
    }
    Optional<Client> client = client(call, form);
    if (client.isEmpty()) {
      return unknownClient();
    }
    String grant = form.value("grant_type").orElse("");
    if (!grant.equals("client_credentials")) {
      return error(
          400,
          grant.isEmpty() ? "invalid_request" : "unsupported_grant_type",
          "The grant_type must be client_credentials.");
    }
    return switch (accounts.token(client.get().id(), client.get().secret(), call.address())) {
      case ServiceAccounts.Outcome.Granted granted -> {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("access_token", granted.token().reveal());
        body.put("expires_in", granted.life().toSeconds());
        body.put("token_type", "Bearer");
        yield Answer.secret(200, body);
      }
      case ServiceAccounts.Outcome.Wrong _ -> unknownClient();
      case ServiceAccounts.Outcome.TooMany many -> tooMany(many.retryAfter());
    };
  }

  @Endpoint(route = "POST /api/oauth/revoke", open = true)
  Answer revoke(Call call) {
    Form form;
    try {
      form = Form.of(call.bytes());
    } catch (ApiException e) {
      return error(400, "invalid_request", e.error().detail());
    }
    Optional<Client> client = client(call, form);
    if (client.isEmpty()) {
      return unknownClient();
    }
    Optional<String> token = form.value("token");
    if (token.isEmpty()) {
      return error(400, "invalid_request", "The token is missing.");
    }
    return switch (accounts.revoke(
        client.get().id(), client.get().secret(), new Secret(token.get()), call.address())) {
      // Also for a token that was none: RFC 7009 section 2.2.
      case ServiceAccounts.Outcome.Granted _ -> Answer.secret(200, Map.of());
      case ServiceAccounts.Outcome.Wrong _ -> unknownClient();
      case ServiceAccounts.Outcome.TooMany many -> tooMany(many.retryAfter());
    };
  }

  private static Optional<Client> client(Call call, Form form) {
    Optional<String> header = call.header("Authorization");
    if (header.isEmpty()) {
      return form.value("client_id")
          .flatMap(
              id -> form.value("client_secret").map(secret -> new Client(id, new Secret(secret))));
    }
    String value = header.get();
    if (!value.regionMatches(true, 0, "Basic ", 0, 6)) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(value.substring(6).strip());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    String pair = new String(bytes, StandardCharsets.ISO_8859_1);
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    // Both are encoded as in a form before they are joined.
    return Form.decode(pair.substring(0, colon))
        .flatMap(id ->
            Form.decode(pair.substring(colon + 1))
                .map(secret -> new Client(id, new Secret(secret))));
  }

  private static Answer unknownClient() {
    return error(
        401,
        "invalid_client",
        "The client id or the secret is wrong, or the secret has expired. An owner of the"
            + " organization can make a new one.",
        "WWW-Authenticate",
        "Basic realm=\"Tidegate\"");
  }

  private static Answer tooMany(Duration wait) {
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    return error(
        429,
        "temporarily_unavailable",
        "Too many requests. Wait " + seconds + " seconds, then try again.",
        "Retry-After",
        Long.toString(seconds));
  }

  private static Answer error(int status, String error, String description, String... header) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("error", error);
    body.put("error_description", description);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Cache-Control", "no-store");
    for (int i = 0; i < header.length; i += 2) {
      headers.put(header[i], header[i + 1]);
    }
    return new Answer.Document(status, body, headers);
  }
}
