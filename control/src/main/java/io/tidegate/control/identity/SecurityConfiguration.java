package io.tidegate.control.identity;

import io.tidegate.control.api.Problem;
import io.tidegate.control.api.ProblemWriter;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.ErrorCode;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.session.NullAuthenticatedSessionStrategy;
import org.springframework.security.web.context.NullSecurityContextRepository;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.XorCsrfTokenRequestAttributeHandler;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Who gets past the door. What the one behind it may do is decided by the services; here it is only
 * whether there is anybody, whether the form is ours, and what a browser may do with the answer.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'; manifest-src 'self'";

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  /** Reached without a token; they hand one out. */
  private static final String[] OPEN_API = {
    "/api/v1/auth/token",
    "/api/v1/auth/device",
    "/api/v1/auth/device/token",
    "/api/v1/openapi.json",
    "/api/v1/health"
  };

  private static final String[] OPEN_PAGES = {
    "/login", "/assets/**", "/webjars/**", "/favicon.ico", "/favicon.svg"
  };

  @Bean
  SecurityFilterChain doors(
      HttpSecurity http,
      Logins logins,
      PortalCookie cookie,
      ControlSettings settings,
      ProblemWriter problems)
      throws Exception {
    CookieCsrfTokenRepository csrfTokens = new CookieCsrfTokenRepository();
    csrfTokens.setCookieName("tidegate_csrf");
    csrfTokens.setHeaderName("X-CSRF-TOKEN");
    csrfTokens.setCookieCustomizer(builder -> {
      builder.httpOnly(true).sameSite("Lax");
      Boolean secure = settings.cookiesSecure();
      if (secure != null) {
        builder.secure(secure);
      }
    });
    http.addFilterBefore(new TokenFilter(logins, cookie), CsrfFilter.class)
        .csrf(csrf ->
            csrf.csrfTokenRepository(csrfTokens)
                .csrfTokenRequestHandler(new XorCsrfTokenRequestAttributeHandler())
                // Each request signs in anew here; that must not make the open forms old.
                .sessionAuthenticationStrategy(new NullAuthenticatedSessionStrategy())
                .requireCsrfProtectionMatcher(request -> needsCsrfToken(request, cookie)))
        .authorizeHttpRequests(requests ->
            requests
                .dispatcherTypeMatchers(
                    DispatcherType.FORWARD, DispatcherType.ERROR, DispatcherType.ASYNC)
                .permitAll()
                .requestMatchers(OPEN_API)
                .permitAll()
                .requestMatchers(OPEN_PAGES)
                .permitAll()
                .anyRequest()
                .authenticated())
        .exceptionHandling(exceptions ->
            exceptions
                .authenticationEntryPoint(
                    (request, response, _) -> nobody(request, response, problems))
                .accessDeniedHandler((request, response, _) -> denied(request, response, problems)))
        .headers(headers ->
            headers
                .contentSecurityPolicy(csp -> csp.policyDirectives(CONTENT_SECURITY_POLICY))
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                .permissionsPolicyHeader(policy ->
                    policy.policy("camera=(), microphone=(), geolocation=(), payment=(), usb=()")))
        .securityContext(
            context -> context.securityContextRepository(new NullSecurityContextRepository()))
        .sessionManagement(
            sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .anonymous(anonymous -> {})
        .requestCache(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable);
    return http.build();
  }

  /**
   * Unsafe requests that a browser may have been tricked into sending: those that a cookie vouches
   * for. A bearer token is never sent by a browser on its own, and the calls that hand tokens out
   * take JSON and look at no cookie.
   */
  private static boolean needsCsrfToken(HttpServletRequest request, PortalCookie cookie) {
    if (SAFE.contains(request.getMethod()) || TokenFilter.hasBearer(request)) {
      return false;
    }
    if (!isApi(request)) {
      return true;
    }
    for (String open : OPEN_API) {
      if (request.getRequestURI().equals(open)) {
        return false;
      }
    }
    // Without the cookie nobody vouches for it: the answer is that one has to sign in.
    return cookie.read(request).isPresent();
  }

  private static boolean isApi(HttpServletRequest request) {
    return request.getRequestURI().startsWith("/api/");
  }

  private static void nobody(
      HttpServletRequest request, HttpServletResponse response, ProblemWriter problems)
      throws IOException {
    if (isApi(request)) {
      response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"tidegate\"");
      problems.write(
          response,
          Problem.of(
              ErrorCode.NOT_SIGNED_IN,
              "The request has no token, or one that is expired or revoked."));
      return;
    }
    String to = "/login";
    if (request.getMethod().equals("GET") && !request.getRequestURI().equals("/")) {
      String query = request.getQueryString();
      String wanted = request.getRequestURI() + (query == null ? "" : "?" + query);
      to += "?next=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8);
    }
    if (request.getHeader("HX-Request") != null) {
      // htmx follows redirects inside the page; this header makes the browser go there itself.
      response.setHeader("HX-Redirect", to);
      response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
      return;
    }
    response.setStatus(HttpServletResponse.SC_SEE_OTHER);
    response.setHeader(HttpHeaders.LOCATION, to);
  }

  private static void denied(
      HttpServletRequest request, HttpServletResponse response, ProblemWriter problems)
      throws IOException {
    if (isApi(request)) {
      problems.write(
          response, Problem.of(ErrorCode.CSRF, "The request's CSRF token is missing or wrong."));
      return;
    }
    if (request.getRequestURI().equals("/login")) {
      response.setStatus(HttpServletResponse.SC_SEE_OTHER);
      response.setHeader(HttpHeaders.LOCATION, "/login?error=csrf");
      return;
    }
    response.sendError(HttpServletResponse.SC_FORBIDDEN, ErrorCode.CSRF.title());
  }
}
