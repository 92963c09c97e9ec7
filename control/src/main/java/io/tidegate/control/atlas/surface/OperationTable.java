package io.tidegate.control.atlas.surface;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;

/**
 * Every operation of the API: those that a method serves, found by its {@link Operation}, and those
 * that nothing serves, from the file {@code unserved.txt}.
 */
@Component
public final class OperationTable {
  /** Below which the published operations are. */
  public static final String BASE = "/api/atlas/v2";

  private static final String UNSERVED = "/io/tidegate/control/atlas/unserved.txt";

  /** What serves an operation. */
  @FunctionalInterface
  interface Handler {
    Answer handle(Call call);
  }

  /** Whether an operation is served. */
  public sealed interface Status {
    /**
     * @param by the method, for people
     */
    record Done(String by, Handler handler) implements Status {}

    /** It has no meaning here, for the reason given. */
    record Refused(String why) implements Status {}

    /** Nobody has built it yet. */
    record NotYet() implements Status {}
  }

  /**
   * One row.
   *
   * @param id empty for an endpoint beside the published operations
   * @param feature null for these
   * @param versions null for these
   */
  record Row(
      String id,
      @Nullable Feature feature,
      Route route,
      @Nullable Versions versions,
      boolean open,
      Status status) {}

  /** A row as others see it. */
  public record Entry(
      String id,
      Feature feature,
      String method,
      String path,
      List<String> versions,
      Status status) {
    public Entry {
      versions = List.copyOf(versions);
    }
  }

  /** What a path leads to. */
  sealed interface Match {
    record Found(Row row, Map<String, String> parameters) implements Match {}

    /** The path is known, and takes other methods. */
    record OtherMethods(Set<String> methods) implements Match {}

    record Nothing() implements Match {}
  }

  private final List<Row> rows;

  @Autowired
  OperationTable(ApplicationContext context) {
    this(context.getBeansWithAnnotation(OperationGroup.class).values());
  }

  OperationTable(Collection<?> groups) {
    List<Row> all = new ArrayList<>();
    for (Object group : groups) {
      for (Method method : group.getClass().getDeclaredMethods()) {
        Operation operation = method.getAnnotation(Operation.class);
        if (operation != null) {
          all.add(
              new Row(
                  operation.id(),
                  operation.feature(),
                  Route.parse(operation.route(), BASE),
                  Versions.of(List.of(operation.versions())),
                  operation.open(),
                  served(group, method)));
        }
        Endpoint endpoint = method.getAnnotation(Endpoint.class);
        if (endpoint != null) {
          all.add(
              new Row(
                  "",
                  null,
                  Route.parse(endpoint.route(), ""),
                  null,
                  endpoint.open(),
                  served(group, method)));
        }
      }
    }
    all.addAll(unserved());
    Map<String, Row> ids = new HashMap<>();
    Map<String, Row> routes = new HashMap<>();
    for (Row row : all) {
      Row sameId = row.id().isEmpty() ? null : ids.put(row.id(), row);
      Row sameRoute = routes.put(row.route().toString().replaceAll("\\{[^}]*}", "{}"), row);
      if (sameId != null || sameRoute != null) {
        throw new IllegalStateException(
            "two rows for one operation: "
                + row.id()
                + " "
                + row.route()
                + ". Is its line still in unserved.txt?");
      }
    }
    all.sort(Comparator.comparing(Row::route, Route::compareTo));
    rows = List.copyOf(all);
  }

  private static Status served(Object group, Method method) {
    String by = group.getClass().getSimpleName() + "." + method.getName();
    if (method.getReturnType() != Answer.class
        || !List.of(method.getParameterTypes()).equals(List.of(Call.class))) {
      throw new IllegalStateException(by + " must take a Call and return an Answer");
    }
    method.setAccessible(true);
    return new Status.Done(
        by,
        call -> {
          try {
            return (Answer) method.invoke(group, call);
          } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
              throw cause;
            }
            throw new IllegalStateException(by + " failed", e.getCause());
          } catch (IllegalAccessException e) {
            throw new IllegalStateException(by + " cannot be called", e);
          }
        });
  }

  private static List<Row> unserved() {
    List<Row> rows = new ArrayList<>();
    try (InputStream in = OperationTable.class.getResourceAsStream(UNSERVED)) {
      if (in == null) {
        throw new IllegalStateException(UNSERVED + " is missing from the program");
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          rows.add(row(line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static Row row(String line) {
    int bar = line.indexOf(" | ");
    String[] columns = (bar < 0 ? line : line.substring(0, bar)).strip().split(" +", -1);
    return new Row(
        columns[3],
        Feature.valueOf(columns[0]),
        Route.parse(columns[1] + " " + columns[2], BASE),
        Versions.of(List.of(columns[4].split(",", -1))),
        false,
        bar < 0 ? new Status.NotYet() : new Status.Refused(line.substring(bar + 3).strip()));
  }

  /** The published operations, by id. */
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Row row : rows) {
      Feature feature = row.feature();
      Versions versions = row.versions();
      if (feature != null && versions != null) {
        entries.add(
            new Entry(
                row.id(),
                feature,
                row.route().method(),
                row.route().template().substring(BASE.length()),
                versions.declared(),
                row.status()));
      }
    }
    entries.sort(Comparator.comparing(Entry::id));
    return entries;
  }

  /** The routes of each feature, as method and path below the base. */
  public Map<Feature, List<Entry>> byFeature() {
    Map<Feature, List<Entry>> features = new TreeMap<>();
    for (Entry entry : entries()) {
      features.computeIfAbsent(entry.feature(), _ -> new ArrayList<>()).add(entry);
    }
    return features;
  }

  Match find(String method, List<String> decodedPath) {
    Set<String> others = new TreeSet<>();
    for (Row row : rows) {
      var parameters = row.route().match(decodedPath);
      if (parameters.isPresent()) {
        if (row.route().method().equals(method)) {
          return new Match.Found(row, parameters.get());
        }
        others.add(row.route().method());
      }
    }
    return others.isEmpty() ? new Match.Nothing() : new Match.OtherMethods(others);
  }
}
