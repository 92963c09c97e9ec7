package io.tidegate.control.api;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses bodies larger than anything that is meant to be sent here, before anybody reads them: 64
 * KiB where people sign in, which anybody can reach, 1 MiB elsewhere. Forms have the web server's
 * own limit besides.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class BodyLimit extends OncePerRequestFilter {
  private static final long SIGN_IN = 64 * 1024;
  private static final long ELSEWHERE = 1024 * 1024;

  private final ProblemWriter problems;

  BodyLimit(ProblemWriter problems) {
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String path = request.getRequestURI();
    long limit = path.startsWith("/api/v1/auth/") || path.equals("/login") ? SIGN_IN : ELSEWHERE;
    if (request.getContentLengthLong() > limit) {
      // What was announced is not read: the connection cannot be used again.
      response.setHeader("Connection", "close");
      problems.write(response, Problem.of(tooLarge(limit)));
      return;
    }
    // Only a body without an announced length has to be counted.
    chain.doFilter(
        request.getContentLengthLong() < 0 ? new Counted(request, limit) : request, response);
  }

  /** The Atlas-compatible API reads its bodies itself, and refuses in its own form. */
  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return "atlas".equals(request.getHttpServletMapping().getServletName());
  }

  private static Refused tooLarge(long limit) {
    return new Refused(
        ErrorCode.BODY_TOO_LARGE, "The body may have at most " + limit / 1024 + " KiB here.");
  }

  private static final class Counted extends HttpServletRequestWrapper {
    private final long limit;

    private Counted(HttpServletRequest request, long limit) {
      super(request);
      this.limit = limit;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      return new CountedStream(super.getInputStream(), limit);
    }
  }

  private static final class CountedStream extends ServletInputStream {
    private final ServletInputStream in;
    private final long limit;
    private long count;

    private CountedStream(ServletInputStream in, long limit) {
      this.in = in;
      this.limit = limit;
    }

    private int counted(int read) {
      count += Math.max(0, read);
      if (count > limit) {
        throw tooLarge(limit);
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      int octet = in.read();
      counted(octet < 0 ? 0 : 1);
      return octet;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return counted(in.read(bytes, offset, length));
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
