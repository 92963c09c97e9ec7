package io.tidegate.control.atlas.surface;

import io.tidegate.control.platform.PublicAddress;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.FirewalledRequest;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.HttpStatusRequestRejectedHandler;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/**
 * Where the compatible API is reached: at the root of the server, beside the portal. Its clients
 * send slashes inside of path parameters ({@code 10.0.0.0%2F8}); these pass for its own paths and
 * are stopped for all others. Which requests are its own is said by the servlet that the container
 * chose, never by looking at the path a second time in another way.
 */
@Configuration(proxyBeanMethods = false)
class AtlasDoors {
  private static final String NAME = "atlas";
  private static final String[] PATHS = {"/api/atlas/*", "/api/private/*", "/api/oauth/*"};

  @Bean
  ServletRegistrationBean<AtlasServlet> atlasServlet(
      OperationTable table, Authenticator authenticator, RateLimits limits, PublicAddress address) {
    ServletRegistrationBean<AtlasServlet> registration =
        new ServletRegistrationBean<>(
            new AtlasServlet(table, authenticator, limits, address), PATHS);
    registration.setName(NAME);
    return registration;
  }

  /**
   * Tomcat refuses %2F everywhere by itself; passed on as it is, it is for the firewall to judge.
   */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> encodedSlashes() {
    return factory -> factory.addConnectorCustomizers(AtlasDoors::passEncodedSlashes);
  }

  private static void passEncodedSlashes(Connector connector) {
    connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
  }

  static boolean isOurs(HttpServletRequest request) {
    return NAME.equals(request.getHttpServletMapping().getServletName());
  }

  @Bean
  @Order(0)
  SecurityFilterChain atlasDoor(HttpSecurity http) throws Exception {
    // Who calls is found out by the servlet, which needs the raw request for it. No cookie is ever
    // looked at here, so there is nothing that a browser could be tricked into.
    http.securityMatcher(AtlasDoors::isOurs)
        .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
        .csrf(AbstractHttpConfigurer::disable)
        .headers(headers ->
            headers.contentSecurityPolicy(
                csp -> csp.policyDirectives("default-src 'none'; frame-ancestors 'none'")))
        .sessionManagement(
            sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .anonymous(AbstractHttpConfigurer::disable);
    return http.build();
  }

  @Bean
  HttpFirewall firewall() {
    StrictHttpFirewall strict = new StrictHttpFirewall();
    StrictHttpFirewall slashes = new StrictHttpFirewall();
    slashes.setAllowUrlEncodedSlash(true);
    slashes.setAllowUrlEncodedDoubleSlash(true);
    slashes.setAllowUrlEncodedPercent(true);
    return new HttpFirewall() {
      @Override
      public FirewalledRequest getFirewalledRequest(HttpServletRequest request) {
        return (isOurs(request) ? slashes : strict).getFirewalledRequest(request);
      }

      @Override
      public HttpServletResponse getFirewalledResponse(HttpServletResponse response) {
        return strict.getFirewalledResponse(response);
      }
    };
  }

  /** What the firewall stops gets an answer in the form of whose path it is. */
  @Bean
  RequestRejectedHandler rejected() {
    RequestRejectedHandler pages = new HttpStatusRequestRejectedHandler();
    StrictJson json = new StrictJson(AtlasServlet.LARGEST_BODY);
    return (request, response, rejected) -> {
      if (isOurs(request)) {
        reject(response, json);
      } else {
        pages.handle(request, response, rejected);
      }
    };
  }

  private static void reject(HttpServletResponse response, StrictJson json) throws IOException {
    byte[] body =
        json.write(
            ApiError.of(
                400,
                "VALIDATION_ERROR",
                "The path or a header has characters that are not taken, such as a semicolon, an"
                    + " encoded dot or a control character. Encode it as the official clients do."),
            false);
    response.setStatus(400);
    response.setContentType("application/json");
    response.getOutputStream().write(body);
  }
}
