package io.tidegate.access;

import io.tidegate.access.Footprint.DriverCommand;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one command: its fields and how to read what it touches.
 *
 * @param name as the server names it
 * @param aliases other names that the server takes for it
 * @param fields all fields it may have, the generic ones included; null when any may stand there,
 *     because none of them names anything
 * @param sequences the fields that may come as document sequences
 * @param rule reads what it touches
 */
record CommandSpec(
    String name,
    List<String> aliases,
    @Nullable Set<String> fields,
    List<String> sequences,
    Rule rule) {

  /** Reads what a command touches into the reading. */
  @FunctionalInterface
  interface Rule {
    void read(Reading reading);
  }

  /** Fields that any command may carry and that change nothing of what it touches. */
  private static final Set<String> GENERIC =
      Set.of(
          "$db",
          "$clusterTime",
          "$readPreference",
          "$queryOptions",
          "lsid",
          "txnNumber",
          "autocommit",
          "startTransaction",
          "stmtId",
          "stmtIds",
          "readConcern",
          "writeConcern",
          "maxTimeMS",
          "comment",
          "apiVersion",
          "apiStrict",
          "apiDeprecationErrors");

  /**
   * Fields by which servers speak to servers: for whom, about which version of the routing, past
   * which checks. Refused on every command, known otherwise or not.
   */
  private static final Set<String> INTERNAL =
      Set.of(
          "$audit",
          "$client",
          "$clientMetadata",
          "$configServerState",
          "$configTime",
          "$gleStats",
          "$impersonatedClient",
          "$impersonatedRoles",
          "$impersonatedUser",
          "$impersonatedUsers",
          "$oplogQueryData",
          "$replData",
          "$sampleId",
          "$tenant",
          "$topologyTime",
          "$traceCtx",
          "allowImplicitCollectionCreation",
          "bypassEmptyTsReplacement",
          "clientOperationKey",
          "coordinator",
          "databaseVersion",
          "expectPrefix",
          "fromMigrate",
          "fromMongos",
          "fromRouter",
          "impersonatedRoles",
          "impersonatedUser",
          "impersonatedUsers",
          "internalClient",
          "isTimeseriesNamespace",
          "maxTimeMSOpOnly",
          "mayBypassWriteBlocking",
          "needsMerge",
          "needsSortedMerge",
          "originalQuery",
          "originatorClient",
          "rawData",
          "runtimeConstants",
          "legacyRuntimeConstants",
          "sampleId",
          "shardVersion",
          "versionContext");

  /** What {@code currentOp} takes besides the fields of operations to filter by. */
  private static final Set<String> FILTERING =
      Set.of("$ownOps", "$all", "$truncateOps", "$and", "$or", "$nor");

  static boolean internal(String field) {
    return INTERNAL.contains(field) || field.startsWith("$_internal") || field.startsWith("$_is");
  }

  /** Whether this is a field the command may have. */
  boolean knows(String field) {
    Set<String> known = fields;
    if (known != null) {
      return known.contains(field);
    }
    // Open commands take any word, but what begins with a dollar is addressed to the server itself.
    return GENERIC.contains(field)
        || field.isEmpty()
        || field.charAt(0) != '$'
        || (name.equals("currentOp") && FILTERING.contains(field));
  }

  /** A command that takes exactly these fields beyond its own name and the generic ones. */
  static CommandSpec closed(String name, String fields, Rule rule) {
    return new CommandSpec(name, List.of(), all(name, fields), List.of(), rule);
  }

  /** A command none of whose fields names anything that could be touched. */
  static CommandSpec open(String name, Rule rule) {
    return new CommandSpec(name, List.of(), null, List.of(), rule);
  }

  /** A command that every driver needs. */
  static CommandSpec driver(String name, DriverCommand.Kind kind) {
    return open(name, reading -> reading.driver(kind));
  }

  /** A command that needs actions on the cluster and nothing else. */
  static CommandSpec cluster(String name, Action first, Action... more) {
    return open(name, reading -> reading.touchCluster(Reading.actions(first, more)));
  }

  /** A command that nobody may run. */
  static CommandSpec never(String name, RuleId rule) {
    return open(name, reading -> reading.never(rule, name));
  }

  CommandSpec or(String... others) {
    return new CommandSpec(name, List.of(others), withNames(others), sequences, rule);
  }

  CommandSpec sequences(String... identifiers) {
    return new CommandSpec(name, aliases, fields, List.of(identifiers), rule);
  }

  private @Nullable Set<String> withNames(String... names) {
    Set<String> known = fields;
    if (known == null) {
      return null;
    }
    Set<String> all = new HashSet<>(known);
    all.addAll(List.of(names));
    return Set.copyOf(all);
  }

  private static Set<String> all(String name, String fields) {
    Set<String> all = new HashSet<>(GENERIC);
    all.add(name);
    if (!fields.isEmpty()) {
      all.addAll(List.of(fields.split(" ")));
    }
    return Set.copyOf(all);
  }
}
