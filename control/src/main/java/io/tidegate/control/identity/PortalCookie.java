package io.tidegate.control.identity;

import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.Secret;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;

/** The cookie that holds a portal session's token: HttpOnly, SameSite=Lax, Secure under https. */
@Component
final class PortalCookie {
  static final String NAME = "tidegate_session";

  private final ControlSettings settings;

  PortalCookie(ControlSettings settings) {
    this.settings = settings;
  }

  Optional<Secret> read(HttpServletRequest request) {
    Cookie[] cookies = request.getCookies();
    if (cookies == null) {
      return Optional.empty();
    }
    for (Cookie cookie : cookies) {
      if (cookie.getName().equals(NAME) && !cookie.getValue().isEmpty()) {
        return Optional.of(new Secret(cookie.getValue()));
      }
    }
    return Optional.empty();
  }

  void set(HttpServletRequest request, HttpServletResponse response, Secret token, Duration life) {
    add(request, response, token.reveal(), life);
  }

  void clear(HttpServletRequest request, HttpServletResponse response) {
    add(request, response, "", Duration.ZERO);
  }

  private void add(
      HttpServletRequest request, HttpServletResponse response, String value, Duration life) {
    Boolean secure = settings.cookiesSecure();
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        ResponseCookie.from(NAME, value)
            .httpOnly(true)
            .sameSite("Lax")
            .secure(secure == null ? request.isSecure() : secure)
            .path("/")
            .maxAge(life)
            .build()
            .toString());
  }
}
