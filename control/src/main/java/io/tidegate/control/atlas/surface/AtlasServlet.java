package io.tidegate.control.atlas.surface;

import io.tidegate.control.platform.PublicAddress;
import io.tidegate.control.platform.Refused;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every request of the compatible API: finds its operation by the raw path, the caller by
 * their proof, the version by the media types; has the operation answer; and puts what it answers,
 * or what went wrong, into the envelopes that clients read. Nothing is executed, and no body read,
 * before the caller is known.
 */
final class AtlasServlet extends HttpServlet {
  private static final Logger LOG = LoggerFactory.getLogger(AtlasServlet.class);
  private static final long serialVersionUID = 1L;

  /** As much as anything that is meant to be sent here needs. */
  static final int LARGEST_BODY = 1024 * 1024;

  private static final String JSON = "application/json";
  private static final Duration USUAL_WAIT = Duration.ofSeconds(15);

  private final transient OperationTable table;
  private final transient Authenticator authenticator;
  private final transient RateLimits limits;
  private final transient PublicAddress address;
  private final transient StrictJson json = new StrictJson(LARGEST_BODY);

  AtlasServlet(
      OperationTable table, Authenticator authenticator, RateLimits limits, PublicAddress address) {
    this.table = table;
    this.authenticator = authenticator;
    this.limits = limits;
    this.address = address;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean pretty = "pretty=true".equals(request.getQueryString());
    try {
      Map<String, List<String>> query = query(request.getQueryString());
      pretty = isTrue(query, "pretty");
      answer(request, response, query, pretty);
    } catch (ApiException e) {
      error(response, e.error(), pretty);
    } catch (Refused e) {
      if (Errors.waits(e.code())) {
        retryAfter(response, USUAL_WAIT);
      }
      error(response, Errors.of(e), pretty);
    } catch (RuntimeException e) {
      fault(request, response, e, pretty);
    }
  }

  private void answer(
      HttpServletRequest request,
      HttpServletResponse response,
      Map<String, List<String>> query,
      boolean pretty)
      throws IOException {
    List<String> path = path(request.getRequestURI());
    OperationTable.Match match = table.find(request.getMethod(), path);
    boolean open = match instanceof OperationTable.Match.Found found && found.row().open();
    Caller caller = open ? null : caller(request, response);
    switch (match) {
      case OperationTable.Match.Nothing _ ->
          throw new ApiException(
              ApiError.of(
                  404,
                  "RESOURCE_NOT_FOUND",
                  "There is no operation at this path. Check it for a missing or misspelled"
                      + " part."));
      case OperationTable.Match.OtherMethods others -> {
        String allowed = String.join(", ", others.methods());
        response.setHeader("Allow", allowed);
        throw new ApiException(
            ApiError.of(
                405,
                "METHOD_NOT_ALLOWED",
                request.getMethod() + " is not possible at this path; it takes " + allowed + "."));
      }
      case OperationTable.Match.Found(OperationTable.Row row, Map<String, String> parameters) -> {
        limit(response, row, caller, request.getRemoteAddr());
        Versions versions = row.versions();
        Versions.Settled settled =
            versions == null
                ? new Versions.Settled(null, JSON)
                : versions.settle(request.getHeader("Accept"), request.getContentType());
        OperationTable.Handler handler =
            switch (row.status()) {
              case OperationTable.Status.Done done -> done.handler();
              case OperationTable.Status.Refused refused ->
                  throw notImplemented(row, refused.why());
              case OperationTable.Status.NotYet _ ->
                  throw notImplemented(
                      row,
                      "This version of Tidegate does not serve it. Its changelog tells what it"
                          + " does.");
            };
        Call call =
            new Call(
                parameters,
                query,
                body(request),
                json,
                caller,
                settled.version(),
                request.getRemoteAddr(),
                address.url(),
                headers(request));
        write(request, response, handler.handle(call), settled.mediaType(), query, pretty);
      }
    }
  }

  private static ApiException notImplemented(OperationTable.Row row, String why) {
    return new ApiException(
        ApiError.of(
            501,
            "NOT_IMPLEMENTED",
            "The operation " + row.id() + " is not served. " + why,
            row.id()));
  }

  private Caller caller(HttpServletRequest request, HttpServletResponse response) {
    return switch (authenticator.authenticate(request)) {
      case Authenticator.Finding.Known known -> known.caller();
      case Authenticator.Finding.Unknown unknown -> {
        unknown
            .challenges()
            .forEach(challenge -> response.addHeader("WWW-Authenticate", challenge));
        throw new ApiException(ApiError.of(401, "UNAUTHORIZED", unknown.detail()));
      }
      case Authenticator.Finding.Elsewhere elsewhere ->
          throw new ApiException(ApiError.of(403, elsewhere.errorCode(), elsewhere.detail()));
      case Authenticator.Finding.TooMany many -> {
        retryAfter(response, many.retryAfter());
        throw new ApiException(
            ApiError.of(
                429,
                "RATE_LIMITED",
                "Too many wrong credentials came from this address. Wait for the time in"
                    + " Retry-After, then try again with the right ones."));
      }
    };
  }

  private void limit(
      HttpServletResponse response, OperationTable.Row row, @Nullable Caller caller, String from) {
    Feature feature = row.feature();
    if (feature == null) {
      return;
    }
    RateLimits.Taken taken =
        limits.take(caller == null ? "address " + from : caller.actor().userId(), feature);
    response.setHeader("RateLimit-Limit", Integer.toString(RateLimits.CAPACITY));
    response.setHeader("RateLimit-Remaining", Integer.toString(taken.remaining()));
    if (!taken.retryAfter().isZero()) {
      retryAfter(response, taken.retryAfter());
      throw new ApiException(
          ApiError.of(
              429,
              "RATE_LIMITED",
              "More than "
                  + RateLimits.CAPACITY
                  + " calls of "
                  + feature.title()
                  + " came within a minute. Wait for the time in Retry-After, then go on."));
    }
  }

  private static void retryAfter(HttpServletResponse response, Duration wait) {
    // Rounded up: a client that comes back early is refused again.
    response.setHeader("Retry-After", Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
  }

  /** The segments of the path, each decoded by itself. */
  private static List<String> path(String raw) {
    List<String> decoded = new ArrayList<>();
    for (String segment : Route.split(raw)) {
      decoded.add(
          Percent.decode(segment)
              .orElseThrow(() ->
                  ApiException.badRequest(
                      "The path has a wrong percent-encoding, or one that is not UTF-8.")));
    }
    return decoded;
  }

  private static Map<String, List<String>> query(@Nullable String raw) {
    Map<String, List<String>> query = new HashMap<>();
    if (raw == null || raw.isEmpty()) {
      return query;
    }
    for (String pair : raw.split("&", -1)) {
      int equal = pair.indexOf('=');
      String name = equal < 0 ? pair : pair.substring(0, equal);
      String value = equal < 0 ? "" : pair.substring(equal + 1);
      query.computeIfAbsent(decodeQuery(name), _ -> new ArrayList<>()).add(decodeQuery(value));
    }
    return query;
  }

  private static String decodeQuery(String text) {
    return Percent.decodeForm(text)
        .orElseThrow(() ->
            ApiException.badRequest(
                "The query has a wrong percent-encoding, or one that is not UTF-8."));
  }

  private static boolean isTrue(Map<String, List<String>> query, String name) {
    return query.getOrDefault(name, List.of()).contains("true");
  }

  private static Map<String, String> headers(HttpServletRequest request) {
    Map<String, String> headers = new HashMap<>();
    for (String name : Collections.list(request.getHeaderNames())) {
      headers.put(name.toLowerCase(Locale.ROOT), request.getHeader(name));
    }
    return headers;
  }

  private static byte[] body(HttpServletRequest request) throws IOException {
    if (request.getContentLengthLong() > LARGEST_BODY) {
      throw tooLarge();
    }
    try (InputStream in = request.getInputStream()) {
      byte[] bytes = in.readNBytes(LARGEST_BODY + 1);
      if (bytes.length > LARGEST_BODY) {
        throw tooLarge();
      }
      return bytes;
    }
  }

  private static ApiException tooLarge() {
    return new ApiException(
        ApiError.of(
            413,
            "REQUEST_TOO_LARGE",
            "The body may have at most " + LARGEST_BODY / 1024 + " KiB. Send less at once."));
  }

  private void write(
      HttpServletRequest request,
      HttpServletResponse response,
      Answer answer,
      String mediaType,
      Map<String, List<String>> query,
      boolean pretty)
      throws IOException {
    boolean envelope = isTrue(query, "envelope");
    switch (answer) {
      case Answer.Document document -> {
        document.headers().forEach(response::setHeader);
        Object body = document.body();
        if (envelope) {
          Map<String, Object> wrapped = new LinkedHashMap<>();
          wrapped.put("status", document.status());
          wrapped.put("content", body);
          body = wrapped;
        }
        send(response, document.status(), mediaType, json.write(body, pretty));
      }
      case Answer.Page page -> {
        Map<String, Object> body = new LinkedHashMap<>();
        if (envelope) {
          body.put("status", page.status());
        }
        body.put("links", links(request, query, page));
        body.put("results", page.results());
        if (page.total() != null) {
          body.put("totalCount", page.total());
        }
        send(response, page.status(), mediaType, json.write(body, pretty));
      }
      case Answer.Empty empty -> response.setStatus(empty.status());
      case Answer.Text text -> {
        // It may be a certificate with its key.
        response.setHeader("Cache-Control", "no-store");
        send(
            response,
            text.status(),
            "text/plain;charset=utf-8",
            text.text().getBytes(StandardCharsets.UTF_8));
      }
      case Answer.Gzip gzip -> {
        response.setStatus(gzip.status());
        response.setContentType(mediaType);
        response.setHeader(
            "Content-Disposition",
            "attachment; filename=\"" + gzip.fileName().replaceAll("[^A-Za-z0-9._-]", "_") + "\"");
        gzip.source().writeTo(response.getOutputStream());
      }
    }
  }

  private List<Map<String, String>> links(
      HttpServletRequest request, Map<String, List<String>> query, Answer.Page page) {
    Paging paging = page.paging();
    List<Map<String, String>> links = new ArrayList<>();
    links.add(link("self", request, query, paging, paging.number()));
    if (paging.number() > 1) {
      links.add(link("previous", request, query, paging, paging.number() - 1));
    }
    Long total = page.total();
    boolean more =
        total == null
            ? page.results().size() == paging.size()
            : paging.offset() + page.results().size() < total;
    if (more) {
      links.add(link("next", request, query, paging, paging.number() + 1));
    }
    return links;
  }

  /** A link to a page, with what else was asked for. */
  private Map<String, String> link(
      String rel,
      HttpServletRequest request,
      Map<String, List<String>> query,
      Paging paging,
      int number) {
    StringBuilder href = new StringBuilder(address.url()).append(request.getRequestURI());
    href.append("?pageNum=").append(number).append("&itemsPerPage=").append(paging.size());
    if (!paging.count()) {
      href.append("&includeCount=false");
    }
    query.forEach((name, values) -> {
      if (!List.of("pageNum", "itemsPerPage", "includeCount").contains(name)) {
        values.forEach(
            value -> href.append('&').append(encode(name)).append('=').append(encode(value)));
      }
    });
    return Map.of("rel", rel, "href", href.toString());
  }

  private static String encode(String text) {
    return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private void fault(
      HttpServletRequest request, HttpServletResponse response, RuntimeException e, boolean pretty)
      throws IOException {
    UUID instance = UUID.randomUUID();
    LOG.atError()
        .addKeyValue("instance", instance)
        .addKeyValue("method", request.getMethod())
        .addKeyValue("path", request.getRequestURI())
        .setCause(e)
        .log("a request failed");
    if (response.isCommitted()) {
      // Too late for an answer: the client must see that it is not whole.
      throw new IOException("the answer broke off", e);
    }
    response.reset();
    error(
        response,
        ApiError.of(
            500,
            "UNEXPECTED_ERROR",
            "Something went wrong inside Tidegate. Try again; the server's log has the details"
                + " under "
                + instance
                + "."),
        pretty);
  }

  private void error(HttpServletResponse response, ApiError error, boolean pretty)
      throws IOException {
    if (error.error() == 413) {
      // What was announced is not read: the connection cannot be used again.
      response.setHeader("Connection", "close");
    }
    send(response, error.error(), JSON, json.write(error, pretty));
  }

  private static void send(HttpServletResponse response, int status, String mediaType, byte[] body)
      throws IOException {
    response.setStatus(status);
    response.setContentType(mediaType);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
