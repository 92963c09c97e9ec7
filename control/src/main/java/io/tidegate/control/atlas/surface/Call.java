package io.tidegate.control.atlas.surface;

import io.tidegate.control.platform.Actor;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One request, as its operation sees it. */
public final class Call {
  private final Map<String, String> path;
  private final Map<String, List<String>> query;
  private final byte[] body;
  private final StrictJson json;
  private final @Nullable Actor actor;
  private final @Nullable Caller caller;
  private final @Nullable ApiVersion version;
  private final String address;
  private final String base;
  private final Map<String, String> headers;

  Call(
      Map<String, String> path,
      Map<String, List<String>> query,
      byte[] body,
      StrictJson json,
      @Nullable Caller caller,
      @Nullable ApiVersion version,
      String address,
      String base,
      Map<String, String> headers) {
    this.path = path;
    this.query = query;
    this.body = body;
    this.json = json;
    this.caller = caller;
    this.actor = caller == null ? null : caller.actor();
    this.version = version;
    this.address = address;
    this.base = base;
    this.headers = headers;
  }

  /** Who calls. Only open operations have nobody, and must not ask. */
  public Actor actor() {
    return Objects.requireNonNull(actor, "an open operation has no actor");
  }

  /** By what the caller proved who they are. */
  public Caller caller() {
    return Objects.requireNonNull(caller, "an open operation has no caller");
  }

  /** The version that was asked for. */
  public ApiVersion version() {
    return Objects.requireNonNull(version, "an endpoint without versions");
  }

  /** The address that the request came from. */
  public String address() {
    return address;
  }

  /** Where this server is reached, without a slash at the end; for links. */
  public String base() {
    return base;
  }

  /** A header, empty when it is missing. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(java.util.Locale.ROOT)));
  }

  /** A parameter of the path, decoded. */
  public String path(String name) {
    return Objects.requireNonNull(path.get(name), name);
  }

  /** A parameter of the query; empty when it is missing or has no value. */
  public Optional<String> query(String name) {
    return queries(name).stream().findFirst();
  }

  /** All values of a parameter that may be repeated; empty ones are left out. */
  public List<String> queries(String name) {
    return query.getOrDefault(name, List.of()).stream().filter(value -> !value.isEmpty()).toList();
  }

  /** A parameter that is {@code true} or {@code false}. */
  public boolean flag(String name, boolean usual) {
    return query(name)
        .map(value ->
            switch (value) {
              case "true" -> true;
              case "false" -> false;
              default -> throw ApiException.field(name, "must be true or false");
            })
        .orElse(usual);
  }

  /** A parameter that is a whole number. */
  public Optional<Long> number(String name) {
    return query(name)
        .map(value -> {
          if (!value.matches("-?[0-9]{1,18}")) {
            throw ApiException.field(name, "must be a whole number");
          }
          return Long.valueOf(value);
        });
  }

  /** A parameter that is an instant in ISO 8601. */
  public Optional<Instant> instant(String name) {
    return query(name)
        .map(value -> {
          try {
            return Instant.parse(value);
          } catch (DateTimeParseException e) {
            throw ApiException.field(
                name, "must be a date and time in ISO 8601, such as 2026-11-25T00:00:00Z");
          }
        });
  }

  /** The document that was sent. */
  public <T> T body(Class<T> type) {
    return json.read(body, type);
  }

  /** The list of documents that was sent. */
  public <T> List<T> bodyList(Class<T> type) {
    return json.readList(body, type);
  }

  /** Whether there is a body at all. */
  public boolean hasBody() {
    return body.length > 0;
  }

  /** The bytes of the body, for endpoints that do not take JSON. */
  public byte[] bytes() {
    return body.clone();
  }

  /** The page that is asked for. A number below 1 is the first page, as some clients send 0. */
  public Paging paging() {
    long number = number("pageNum").orElse(1L);
    long size = number("itemsPerPage").orElse((long) Paging.USUAL);
    new Validation()
        .between("itemsPerPage", size, 1, Paging.MOST)
        .check(number <= 1_000_000, "pageNum", "must be at most 1000000")
        .done();
    return new Paging((int) Math.max(1, number), (int) size, flag("includeCount", true));
  }

  /** The page of a list that is all there. */
  public <T> Answer page(List<T> all, Function<? super T, ?> shape) {
    Paging paging = paging();
    List<?> results =
        all.stream().skip(paging.offset()).limit(paging.size()).<Object>map(shape).toList();
    return page(paging, results, all.size());
  }

  /** A page of which only its own items were read. */
  public Answer page(Paging paging, List<?> results, long total) {
    return new Answer.Page(200, results, paging.count() ? total : null, paging);
  }
}
