package io.tidegate.control.identity;

import io.tidegate.control.api.Require;
import io.tidegate.control.identity.Logins.TokenKind;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.PublicAddress;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Signing in by REST: password, device grant, who am I, signing out. */
@RestController
@RequestMapping("/api/v1")
class AuthApi {
  private final Logins logins;
  private final DeviceLogins devices;
  private final PublicAddress address;

  AuthApi(Logins logins, DeviceLogins devices, PublicAddress address) {
    this.logins = logins;
    this.devices = devices;
    this.address = address;
  }

  record TokenBody(
      @Nullable String username, @Nullable String password, @Nullable String clientName) {
    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  record TokenAnswer(String accessToken, String tokenType, Instant expiresAt, Me user) {
    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  record Me(
      String id,
      String username,
      String displayName,
      String organizationId,
      List<RoleAnswer> roles) {
    static Me of(Person person) {
      return new Me(
          person.id(),
          person.username(),
          person.displayName(),
          person.organizationId(),
          rolesOf(person.assignments()));
    }

    static Me of(Actor actor) {
      return new Me(
          actor.userId(),
          actor.username(),
          actor.displayName(),
          actor.organizationId(),
          rolesOf(actor.assignments()));
    }
  }

  record RoleAnswer(Role role, @Nullable String projectId) {}

  static List<RoleAnswer> rolesOf(List<Actor.Assignment> assignments) {
    return assignments.stream().map(a -> new RoleAnswer(a.role(), a.projectId())).toList();
  }

  @PostMapping("/auth/token")
  ResponseEntity<TokenAnswer> token(@RequestBody TokenBody body, HttpServletRequest request) {
    String client = body.clientName();
    Logins.Outcome outcome =
        logins.signIn(
            TokenKind.BEARER,
            Require.field("username", body.username()),
            new Secret(Require.field("password", body.password())),
            request.getRemoteAddr(),
            client == null ? "script" : client);
    return switch (outcome) {
      case Logins.Outcome.SignedIn in ->
          secret(
              new TokenAnswer(in.token().reveal(), "Bearer", in.expiresAt(), Me.of(in.person())));
      case Logins.Outcome.Wrong _ ->
          throw new Refused(
              ErrorCode.BAD_CREDENTIALS, "No active user has this name and password.");
      case Logins.Outcome.TooMany many ->
          throw new Refused(
              ErrorCode.TOO_MANY_ATTEMPTS,
              "Too many sign-ins were tried; wait "
                  + Math.max(1, many.retryAfter().toSeconds())
                  + " seconds.");
    };
  }

  private static <T> ResponseEntity<T> secret(T body) {
    return ResponseEntity.ok().header("Cache-Control", "no-store").body(body);
  }

  record DeviceBody(@Nullable String clientName) {}

  /** As RFC 8628 section 3.2 names the fields. */
  record DeviceAnswer(
      String device_code,
      String user_code,
      String verification_uri,
      String verification_uri_complete,
      long expires_in,
      long interval) {
    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  @PostMapping("/auth/device")
  ResponseEntity<DeviceAnswer> device(
      @RequestBody(required = false) @Nullable DeviceBody body, HttpServletRequest request) {
    String client = body == null ? null : body.clientName();
    DeviceLogins.Started started =
        devices.start(
            client == null ? "a device" : client,
            request.getRemoteAddr(),
            DeviceLogins.Purpose.TIDEGATE);
    String page = address.url() + "/device";
    return secret(
        new DeviceAnswer(
            started.deviceCode().reveal(),
            started.userCode(),
            page,
            page + "?user_code=" + started.userCode(),
            started.expiresIn().toSeconds(),
            started.interval().toSeconds()));
  }

  record DeviceTokenBody(@Nullable String deviceCode) {
    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  @PostMapping("/auth/device/token")
  ResponseEntity<TokenAnswer> deviceToken(
      @RequestBody DeviceTokenBody body, HttpServletRequest request) {
    Secret code = new Secret(Require.field("deviceCode", body.deviceCode()));
    return switch (devices.poll(code, request.getRemoteAddr(), DeviceLogins.Purpose.TIDEGATE)) {
      case DeviceLogins.Poll.Granted granted ->
          secret(
              new TokenAnswer(
                  granted.token().reveal(),
                  "Bearer",
                  granted.expiresAt(),
                  Me.of(granted.person())));
      case DeviceLogins.Poll.GrantedApi _ ->
          throw new IllegalStateException("a code of this API was traded for another's token");
      case DeviceLogins.Poll.StillPending _ ->
          throw new Refused(ErrorCode.AUTHORIZATION_PENDING, "Nobody has confirmed the code yet.");
      case DeviceLogins.Poll.SlowDown _ ->
          throw new Refused(ErrorCode.SLOW_DOWN, "The interval between polls was too short.");
      case DeviceLogins.Poll.Expired _ ->
          throw new Refused(
              ErrorCode.EXPIRED_TOKEN, "The device code is unknown, used or too old.");
      case DeviceLogins.Poll.Denied _ ->
          throw new Refused(ErrorCode.ACCESS_DENIED, "The sign-in was refused in the portal.");
    };
  }

  @GetMapping("/me")
  Me me(@AuthenticationPrincipal Actor actor) {
    return Me.of(actor);
  }

  @PostMapping("/auth/logout")
  ResponseEntity<Void> logout(Authentication authentication) {
    if (authentication instanceof SignedIn signedIn) {
      logins.signOut(signedIn.getPrincipal(), signedIn.getCredentials());
    }
    return ResponseEntity.noContent().build();
  }
}
