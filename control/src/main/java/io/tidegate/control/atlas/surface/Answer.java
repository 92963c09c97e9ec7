package io.tidegate.control.atlas.surface;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What an operation answers: a status and a body. */
public sealed interface Answer {

  int status();

  /** One document. */
  record Document(int status, Object body, Map<String, String> headers) implements Answer {
    public Document {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * One page of a list.
   *
   * @param total how many there are on all pages; null when nobody asked
   */
  record Page(int status, List<?> results, @Nullable Long total, Paging paging) implements Answer {
    public Page {
      results = List.copyOf(results);
    }
  }

  /** Nothing but a status. */
  record Empty(int status) implements Answer {}

  /** Text that is not JSON. */
  record Text(int status, String text) implements Answer {}

  /** Writes a body of any length. What fails here after the first byte breaks the connection. */
  @FunctionalInterface
  interface Source {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Compressed bytes, under the operation's {@code +gzip} media type. */
  record Gzip(int status, String fileName, Source source) implements Answer {}

  static Answer ok(Object body) {
    return new Document(200, body, Map.of());
  }

  static Answer created(Object body) {
    return new Document(201, body, Map.of());
  }

  static Answer accepted(Object body) {
    return new Document(202, body, Map.of());
  }

  /** A document that no cache may keep. */
  static Answer secret(int status, Object body) {
    return new Document(status, body, Map.of("Cache-Control", "no-store"));
  }

  static Answer noContent() {
    return new Empty(204);
  }

  static Answer text(String text) {
    return new Text(200, text);
  }

  static Answer gzip(String fileName, Source source) {
    return new Gzip(200, fileName, source);
  }

  /** An object whose fields stand in the order in which they are put; null ones are left out. */
  static Map<String, Object> object(Consumer<Fields> fields) {
    Map<String, Object> map = new LinkedHashMap<>();
    fields.accept((name, value) -> {
      if (value != null) {
        map.put(name, value);
      }
    });
    return map;
  }

  /** Takes the fields of an object. */
  @FunctionalInterface
  interface Fields {
    void put(String name, @Nullable Object value);
  }
}
