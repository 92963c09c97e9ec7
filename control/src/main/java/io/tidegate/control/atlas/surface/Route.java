package io.tidegate.control.atlas.surface;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A method and a path with parameters. A parameter is a whole segment ({@code {groupId}}) or the
 * front of one ({@code {clusterName}:grant…}, {@code {logName}.gz}). Paths are matched as they
 * stand in the request line: a segment is decoded only after it was cut out, so a slash inside of
 * one ({@code 10.0.0.0%2F8}) stays inside.
 *
 * @param template the path as it was declared
 */
record Route(String method, String template, List<Segment> segments) {

  /** One part of the path; earlier kinds win over later ones. */
  sealed interface Segment {
    record Literal(String text) implements Segment {}

    record Front(String parameter, String end) implements Segment {}

    record Whole(String parameter) implements Segment {}

    default int rank() {
      return switch (this) {
        case Literal _ -> 0;
        case Front _ -> 1;
        case Whole _ -> 2;
      };
    }
  }

  Route {
    segments = List.copyOf(segments);
  }

  /** Reads {@code GET /groups/{groupId}}. */
  static Route parse(String declared, String base) {
    int space = declared.indexOf(' ');
    if (space < 0 || !declared.startsWith("/", space + 1)) {
      throw new IllegalArgumentException("a route is a method and a path, not " + declared);
    }
    String path = base + declared.substring(space + 1);
    List<Segment> segments = new ArrayList<>();
    for (String part : split(path)) {
      int close = part.indexOf('}');
      if (!part.startsWith("{")) {
        segments.add(new Segment.Literal(part));
      } else if (close == part.length() - 1) {
        segments.add(new Segment.Whole(part.substring(1, close)));
      } else {
        segments.add(new Segment.Front(part.substring(1, close), part.substring(close + 1)));
      }
    }
    return new Route(declared.substring(0, space), path, segments);
  }

  /** The segments of a path, still encoded. A slash at the end makes no segment. */
  static List<String> split(String path) {
    List<String> parts = new ArrayList<>(List.of(path.split("/", -1)));
    parts.removeFirst();
    if (!parts.isEmpty() && parts.getLast().isEmpty()) {
      parts.removeLast();
    }
    return parts;
  }

  /** The parameters of a path that is this route's; empty when it is not. */
  Optional<Map<String, String>> match(List<String> decoded) {
    if (decoded.size() != segments.size()) {
      return Optional.empty();
    }
    Map<String, String> parameters = HashMap.newHashMap(4);
    for (int i = 0; i < segments.size(); i++) {
      String text = decoded.get(i);
      switch (segments.get(i)) {
        case Segment.Literal(String literal) -> {
          if (!literal.equals(text)) {
            return Optional.empty();
          }
        }
        case Segment.Front(String parameter, String end) -> {
          if (!text.endsWith(end) || text.length() == end.length()) {
            return Optional.empty();
          }
          parameters.put(parameter, text.substring(0, text.length() - end.length()));
        }
        case Segment.Whole(String parameter) -> {
          if (text.isEmpty()) {
            return Optional.empty();
          }
          parameters.put(parameter, text);
        }
      }
    }
    return Optional.of(parameters);
  }

  /** The more particular one first; only routes of one length can match the same path. */
  int compareTo(Route other) {
    int difference = segments.size() - other.segments.size();
    for (int i = 0; difference == 0 && i < segments.size(); i++) {
      difference = segments.get(i).rank() - other.segments.get(i).rank();
    }
    return difference;
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}
