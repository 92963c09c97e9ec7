package io.tidegate.control.api;

import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.TrustedProxies;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Before everything else: a request that came through a trusted proxy has its client's address and
 * scheme, so that audit, rate limits and cookies see what the proxy saw. Anybody else's headers are
 * not looked at.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class ForwardedRequests extends OncePerRequestFilter {
  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";

  private final TrustedProxies proxies;

  ForwardedRequests(ControlSettings settings) {
    this.proxies = TrustedProxies.of(settings.trustedProxies());
  }

  @Override
  protected boolean shouldNotFilterAsyncDispatch() {
    return false;
  }

  @Override
  protected boolean shouldNotFilterErrorDispatch() {
    return false;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String peer = request.getRemoteAddr();
    if (!proxies.trusts(peer)) {
      chain.doFilter(request, response);
      return;
    }
    chain.doFilter(
        new Forwarded(
            request, proxies.client(peer, headers(request, FOR)), scheme(headers(request, PROTO))),
        response);
  }

  private static List<String> headers(HttpServletRequest request, String name) {
    return Collections.list(request.getHeaders(name));
  }

  /** What the nearest proxy says: the last value. Null when it says neither http nor https. */
  private static @Nullable String scheme(List<String> said) {
    if (said.isEmpty()) {
      return null;
    }
    String[] values = said.getLast().split(",", -1);
    String last = values[values.length - 1].strip();
    return last.equalsIgnoreCase("https") ? "https" : last.equalsIgnoreCase("http") ? "http" : null;
  }

  private static final class Forwarded extends HttpServletRequestWrapper {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final String client;
    private final @Nullable String scheme;

    private Forwarded(HttpServletRequest request, String client, @Nullable String scheme) {
      super(request);
      this.client = client;
      this.scheme = scheme;
    }

    @Override
    public String getRemoteAddr() {
      return client;
    }

    @Override
    public String getRemoteHost() {
      return client;
    }

    @Override
    public String getScheme() {
      return scheme == null ? super.getScheme() : scheme;
    }

    @Override
    public boolean isSecure() {
      return scheme == null ? super.isSecure() : scheme.equals("https");
    }

    @Override
    public int getServerPort() {
      // A Host header without a port means the usual one of the scheme that the client used.
      int port = super.getServerPort();
      return port == HTTP_PORT && isSecure() ? HTTPS_PORT : port;
    }
  }
}
