package io.tidegate.control.identity;

import io.tidegate.control.identity.Logins.TokenKind;
import io.tidegate.control.platform.Secret;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The two forms that set and clear the portal's cookie. The page around them is the portal's. */
@Controller
class PortalSignIn {
  private final Logins logins;
  private final PortalCookie cookie;

  PortalSignIn(Logins logins, PortalCookie cookie) {
    this.logins = logins;
    this.cookie = cookie;
  }

  @PostMapping("/login")
  ResponseEntity<Void> signIn(
      @RequestParam(defaultValue = "") String username,
      @RequestParam(defaultValue = "") String password,
      @RequestParam(required = false) @Nullable String next,
      HttpServletRequest request,
      HttpServletResponse response) {
    Logins.Outcome outcome =
        logins.signIn(
            TokenKind.PORTAL,
            username.strip(),
            new Secret(password),
            request.getRemoteAddr(),
            "portal");
    return switch (outcome) {
      case Logins.Outcome.SignedIn signedIn -> {
        cookie.set(request, response, signedIn.token(), StoredLogins.TOKEN_LIFE);
        yield to(inside(next));
      }
      case Logins.Outcome.Wrong _ -> to(again("bad-credentials", next));
      case Logins.Outcome.TooMany _ -> to(again("too-many-attempts", next));
    };
  }

  @PostMapping("/logout")
  ResponseEntity<Void> signOut(
      Authentication authentication, HttpServletRequest request, HttpServletResponse response) {
    if (authentication instanceof SignedIn signedIn) {
      logins.signOut(signedIn.getPrincipal(), signedIn.getCredentials());
    }
    cookie.clear(request, response);
    return to("/login");
  }

  /** A path of ours and nothing else: an address from outside would lead people astray. */
  static String inside(@Nullable String next) {
    if (next == null || !next.startsWith("/") || next.startsWith("//") || next.contains("\\")) {
      return "/";
    }
    try {
      URI uri = URI.create(next);
      return uri.isAbsolute() || uri.getRawAuthority() != null ? "/" : next;
    } catch (IllegalArgumentException e) {
      return "/";
    }
  }

  private static String again(String error, @Nullable String next) {
    String path = inside(next);
    return "/login?error="
        + error
        + (path.equals("/") ? "" : "&next=" + URLEncoder.encode(path, StandardCharsets.UTF_8));
  }

  private static ResponseEntity<Void> to(String path) {
    return ResponseEntity.status(HttpStatus.SEE_OTHER).header("Location", path).build();
  }
}
