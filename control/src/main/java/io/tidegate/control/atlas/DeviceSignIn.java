package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiError;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Endpoint;
import io.tidegate.control.atlas.surface.Form;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.identity.ApiLogins;
import io.tidegate.control.identity.DeviceLogins;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.util.Map;

/**
 * How the official command line signs a person in: RFC 8628 at paths of its own, with this API's
 * errors in place of those of OAuth.
 */
@OperationGroup
class DeviceSignIn {
  private static final String BASE = "/api/private/unauth/account/device";
  private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
  private static final int LONGEST_CLIENT = 64;

  private final DeviceLogins devices;
  private final ApiLogins logins;

  DeviceSignIn(DeviceLogins devices, ApiLogins logins) {
    this.devices = devices;
    this.logins = logins;
  }

  @Endpoint(route = "POST " + BASE + "/authorize", open = true)
  Answer authorize(Call call) {
    required(Form.of(call.bytes()), "client_id");
    DeviceLogins.Started started =
        devices.start(client(call), call.address(), DeviceLogins.Purpose.ATLAS);
    return Answer.secret(
        200,
        Answer.object(fields -> {
          // Shown by the client in two halves.
          fields.put("user_code", started.userCode().replace("-", ""));
          fields.put("verification_uri", call.base() + "/device");
          fields.put("device_code", started.deviceCode().reveal());
          fields.put("expires_in", started.expiresIn().toSeconds());
          fields.put("interval", started.interval().toSeconds());
        }));
  }

  /** What the client calls itself, for the page on which the person decides. */
  private static String client(Call call) {
    String agent = call.header("User-Agent").orElse("").strip();
    int end = agent.indexOf(' ');
    String product = end < 0 ? agent : agent.substring(0, end);
    String printable = product.replaceAll("[^\\x21-\\x7e]", "");
    return printable.isEmpty()
        ? "a client of the Atlas API"
        : printable.substring(0, Math.min(printable.length(), LONGEST_CLIENT));
  }

  @Endpoint(route = "POST " + BASE + "/token", open = true)
  Answer token(Call call) {
    Form form = Form.of(call.bytes());
    String clientId = required(form, "client_id");
    return switch (required(form, "grant_type")) {
      case DEVICE_CODE -> poll(call, form, clientId);
      case "refresh_token" -> renew(call, form, clientId);
      default -> throw ApiException.field("grant_type", "must be refresh_token or " + DEVICE_CODE);
    };
  }

  private Answer poll(Call call, Form form, String clientId) {
    Secret code = new Secret(required(form, "device_code"));
    return switch (devices.poll(code, call.address(), DeviceLogins.Purpose.ATLAS)) {
      case DeviceLogins.Poll.GrantedApi granted -> tokens(granted.pair(), clientId);
      case DeviceLogins.Poll.StillPending _ ->
          throw new Refused(ErrorCode.AUTHORIZATION_PENDING, "Nobody has confirmed the code yet.");
      // Under the same name as while it is pending: for the official client any other is the end.
      case DeviceLogins.Poll.SlowDown _ ->
          wait(
              "DEVICE_AUTHORIZATION_PENDING",
              "Nobody has confirmed the code yet, and the last poll was a moment ago. Wait for the"
                  + " time in Retry-After between polls.",
              Duration.ofSeconds(5));
      case DeviceLogins.Poll.Denied _ ->
          throw new Refused(ErrorCode.ACCESS_DENIED, "The sign-in was refused in the portal.");
      case DeviceLogins.Poll.Expired _ ->
          throw new Refused(
              ErrorCode.EXPIRED_TOKEN, "The device code is unknown, used or too old.");
      case DeviceLogins.Poll.Granted _ ->
          throw new IllegalStateException("a code of this API was traded for another's token");
    };
  }

  private Answer renew(Call call, Form form, String clientId) {
    return switch (logins.renew(new Secret(required(form, "refresh_token")), call.address())) {
      case ApiLogins.Renewal.Renewed renewed -> tokens(renewed.pair(), clientId);
      case ApiLogins.Renewal.Invalid _ ->
          throw new ApiException(
              ApiError.of(
                  400,
                  "INVALID_REFRESH_TOKEN",
                  "The sign-in has ended, or its refresh token was used before. Sign in again."));
      case ApiLogins.Renewal.TooMany many ->
          wait(
              "RATE_LIMITED",
              "Too many wrong refresh tokens came from this address. Wait for the time in"
                  + " Retry-After.",
              many.retryAfter());
    };
  }

  private static Answer wait(String code, String detail, Duration time) {
    return new Answer.Document(
        429,
        ApiError.of(429, code, detail),
        Map.of("Retry-After", Long.toString(Math.max(1, time.plusMillis(999).toSeconds()))));
  }

  private Answer tokens(ApiLogins.Pair pair, String clientId) {
    return Answer.secret(
        200,
        Answer.object(fields -> {
          fields.put("access_token", pair.access().reveal());
          fields.put("refresh_token", pair.refresh().reveal());
          fields.put("scope", "openid profile offline_access");
          fields.put("id_token", logins.identity(pair, clientId).reveal());
          fields.put("token_type", "Bearer");
          fields.put("expires_in", pair.life().toSeconds());
        }));
  }

  @Endpoint(route = "POST " + BASE + "/revoke", open = true)
  Answer revoke(Call call) {
    Form form = Form.of(call.bytes());
    // Having the token is the proof; for one that is none the answer is the same.
    logins.forget(new Secret(required(form, "token")), call.address());
    return Answer.ok(Map.of());
  }

  @Endpoint(route = "GET " + BASE + "/registration", open = true)
  Answer registration(Call call) {
    // People are made by owners of an organization; what there is to do for others is to sign in.
    return Answer.ok(Map.of("registrationUrl", call.base() + "/login"));
  }

  private static String required(Form form, String name) {
    return form.value(name).orElseThrow(() -> ApiException.field(name, "is required"));
  }
}
