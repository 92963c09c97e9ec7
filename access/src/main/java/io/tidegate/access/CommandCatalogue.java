package io.tidegate.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every command of MongoDB 8 that is understood, by all names that the server takes for it. Names
 * are compared exactly, as the server does; {@code hello} and {@code isMaster} alone are taken in
 * any case, because the gateway answers them itself.
 */
final class CommandCatalogue {
  private static final Map<String, CommandSpec> BY_NAME = byName();

  private static final Set<String> EXPLAINABLE =
      Set.of(
          "aggregate",
          "bulkWrite",
          "count",
          "delete",
          "distinct",
          "find",
          "findAndModify",
          "mapReduce",
          "update");

  /** Commands that name no database that matters. */
  private static final Set<String> ANYWHERE =
      Set.of(
          "hello", "isMaster", "saslStart", "saslContinue", "authenticate", "getnonce", "logout");

  private CommandCatalogue() {}

  /** The command of that name or alias; null when it is not known. */
  static @Nullable CommandSpec find(String name) {
    CommandSpec spec = BY_NAME.get(name);
    if (spec == null && name.equalsIgnoreCase("hello")) {
      return BY_NAME.get("hello");
    }
    return spec == null && name.equalsIgnoreCase("isMaster") ? BY_NAME.get("isMaster") : spec;
  }

  /** Every name and alias, in order. */
  static Set<String> names() {
    return new TreeSet<>(BY_NAME.keySet());
  }

  /** Whether a name that is not known follows the pattern of commands among servers. */
  static boolean internal(String name) {
    return name.startsWith("_")
        || name.startsWith("internal")
        || name.startsWith("streams_")
        || (name.startsWith("cluster")
            && name.length() > 7
            && Character.isUpperCase(name.charAt(7)));
  }

  static boolean explainable(CommandSpec spec) {
    return EXPLAINABLE.contains(spec.name());
  }

  static boolean runsAnywhere(CommandSpec spec) {
    return ANYWHERE.contains(spec.name());
  }

  /** Whether the gateway answers it alone, so that its fields reach nobody. */
  static boolean answeredHere(CommandSpec spec) {
    return runsAnywhere(spec);
  }

  private static Map<String, CommandSpec> byName() {
    Map<String, CommandSpec> names = new HashMap<>();
    Stream.of(
            DriverCommands.ALL,
            ReadCommands.ALL,
            WriteCommands.ALL,
            DefinitionCommands.ALL,
            AdminCommands.ALL)
        .flatMap(List::stream)
        .forEach(spec -> {
          put(names, spec.name(), spec);
          spec.aliases().forEach(alias -> put(names, alias, spec));
        });
    return Map.copyOf(names);
  }

  private static void put(Map<String, CommandSpec> names, String name, CommandSpec spec) {
    if (names.put(name, spec) != null) {
      throw new IllegalStateException("two commands are called " + name);
    }
  }
}
