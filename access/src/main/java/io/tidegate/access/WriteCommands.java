package io.tidegate.access;

import static io.tidegate.access.CommandSpec.closed;

import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.BsonView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Commands that write documents. */
final class WriteCommands {
  private static final int MOST_NAMESPACES = 10_000;

  private static final Set<Action> INSERT = Reading.actions(Action.INSERT);
  private static final Set<Action> UPDATE = Reading.actions(Action.UPDATE);
  private static final Set<Action> UPSERT = Reading.actions(Action.UPDATE, Action.INSERT);
  private static final Set<Action> REMOVE = Reading.actions(Action.REMOVE);

  private static final Set<String> UPDATE_FIELDS =
      Set.of(
          "q",
          "u",
          "c",
          "multi",
          "upsert",
          "collation",
          "arrayFilters",
          "hint",
          "sort",
          "includeQueryStatsMetricsForOpIndex");
  private static final Set<String> DELETE_FIELDS =
      Set.of("q", "limit", "collation", "hint", "includeQueryStatsMetricsForOpIndex");
  private static final Set<String> BULK_FIELDS =
      Set.of(
          "insert",
          "update",
          "delete",
          "document",
          "filter",
          "updateMods",
          "constants",
          "multi",
          "upsert",
          "collation",
          "arrayFilters",
          "hint",
          "sort");
  private static final Set<String> NS_INFO_FIELDS = Set.of("ns", "encryptionInformation");

  static final List<CommandSpec> ALL =
      List.of(
          closed(
                  "insert",
                  "documents ordered bypassDocumentValidation encryptionInformation",
                  WriteCommands::insert)
              .sequences("documents"),
          closed(
                  "update",
                  "updates ordered bypassDocumentValidation let encryptionInformation",
                  WriteCommands::update)
              .sequences("updates"),
          closed("delete", "deletes ordered let encryptionInformation", WriteCommands::delete)
              .sequences("deletes"),
          closed(
                  "findAndModify",
                  "query sort remove update new fields projection upsert bypassDocumentValidation"
                      + " collation arrayFilters hint let encryptionInformation",
                  WriteCommands::findAndModify)
              .or("findandmodify"),
          closed(
                  "bulkWrite",
                  "ops nsInfo ordered bypassDocumentValidation let errorsOnly cursor",
                  WriteCommands::bulkWrite)
              .sequences("ops", "nsInfo"));

  private WriteCommands() {}

  private static void insert(Reading reading) {
    // What is inserted is data: nothing in it is run or resolved.
    reading.looksForCodeItself();
    reading.touch(reading.ownCollection(), reading.writing(INSERT), "insert");
    Encryption.read(reading);
  }

  private static void update(Reading reading) {
    reading.looksForCodeItself();
    Namespace collection = reading.ownCollection();
    List<BsonView> statements = reading.documents("updates");
    Encryption.read(reading);
    if (statements == null) {
      return;
    }
    Set<Action> actions = UPDATE;
    for (BsonView statement : statements) {
      if (!reading.knownFields(statement, UPDATE_FIELDS, "an update")) {
        return;
      }
      if (Reading.flag(statement, "upsert")) {
        actions = UPSERT;
      }
      readChange(reading, statement.find("u"));
      readCode(reading, statement, "q", "u", "c", "arrayFilters");
    }
    reading.touch(collection, reading.writing(actions), "update");
    readCode(reading, reading.body(), "let");
  }

  private static void delete(Reading reading) {
    Namespace collection = reading.ownCollection();
    List<BsonView> statements = reading.documents("deletes");
    Encryption.read(reading);
    if (statements == null) {
      return;
    }
    for (BsonView statement : statements) {
      if (!reading.knownFields(statement, DELETE_FIELDS, "a delete")) {
        return;
      }
      readCode(reading, statement, "q");
    }
    reading.touch(collection, REMOVE, "delete");
  }

  private static void findAndModify(Reading reading) {
    Namespace collection = reading.ownCollection();
    EnumSet<Action> actions = EnumSet.of(Action.FIND);
    if (reading.flag("remove")) {
      actions.add(Action.REMOVE);
    }
    BsonElement update = reading.body().find("update");
    if (update != null || !reading.flag("remove")) {
      actions.add(Action.UPDATE);
    }
    if (reading.flag("upsert")) {
      actions.add(Action.INSERT);
    }
    if (update != null) {
      readChange(reading, update);
    }
    Encryption.read(reading);
    reading.touch(collection, reading.writing(actions), "findAndModify");
  }

  /** The change of an update: operators, a replacement, or a pipeline. */
  private static void readChange(Reading reading, @Nullable BsonElement change) {
    if (change == null) {
      reading.notUnderstood("an update without a change");
    } else if (change.isArray()) {
      Pipelines.readUpdate(reading, change.document());
    } else if (!change.isDocument()) {
      reading.notUnderstood("a change that is neither a document nor a pipeline");
    }
  }

  /**
   * Looks for what must not be in these parts, which are computed; data elsewhere may hold the
   * words.
   */
  private static void readCode(Reading reading, BsonView statement, String... parts) {
    for (String part : parts) {
      BsonElement element = statement.find(part);
      if (element == null || !(element.isArray() || (element.isDocument() && !isData(part)))) {
        continue;
      }
      BsonView expressions = element.document();
      reading.refuseAccountRoles(expressions);
      if (reading.javaScriptSeen() && JavaScript.in(expressions)) {
        reading.runsJavaScript();
      }
    }
  }

  /** A change that is a document is data or operators on data; as a pipeline it computes. */
  private static boolean isData(String part) {
    return part.equals("u") || part.equals("updateMods");
  }

  /** One target of a bulk write, with what the operations do to it. */
  private static final class BulkTarget {
    final Namespace namespace;
    final EnumSet<Action> actions = EnumSet.noneOf(Action.class);

    BulkTarget(Namespace namespace) {
      this.namespace = namespace;
    }
  }

  private static void bulkWrite(Reading reading) {
    reading.looksForCodeItself();
    List<BsonView> infos = reading.documents("nsInfo");
    List<BsonView> operations = reading.documents("ops");
    if (infos == null || operations == null) {
      return;
    }
    if (infos.size() > MOST_NAMESPACES) {
      reading.notUnderstood("a bulkWrite on more than " + MOST_NAMESPACES + " namespaces");
      return;
    }
    List<BulkTarget> targets = new ArrayList<>(infos.size());
    for (BsonView info : infos) {
      if (!reading.onlyFields(info, NS_INFO_FIELDS, "nsInfo")) {
        return;
      }
      String full = reading.text(info, "ns");
      if (full == null) {
        reading.notUnderstood("an nsInfo without a namespace");
        return;
      }
      Namespace namespace = reading.fullName(full);
      if (namespace == null) {
        return;
      }
      targets.add(new BulkTarget(namespace));
      BsonElement encryption = info.find("encryptionInformation");
      if (encryption != null) {
        Encryption.read(reading, encryption);
      }
    }
    for (BsonView operation : operations) {
      bulkOperation(reading, operation, targets);
      if (reading.refused()) {
        return;
      }
    }
    for (BulkTarget target : targets) {
      if (target.actions.isEmpty()) {
        reading.notUnderstood("an nsInfo that no operation uses");
        return;
      }
      reading.touch(target.namespace, reading.writing(target.actions), "bulkWrite");
    }
    readCode(reading, reading.body(), "let");
  }

  private static void bulkOperation(Reading reading, BsonView operation, List<BulkTarget> targets) {
    BsonCursor first = operation.cursor();
    if (!first.next() || !reading.knownFields(operation, BULK_FIELDS, "an operation")) {
      reading.notUnderstood("an operation of bulkWrite");
      return;
    }
    int kinds = 0;
    for (String kind : List.of("insert", "update", "delete")) {
      kinds += operation.find(kind) == null ? 0 : 1;
    }
    if (kinds != 1 || !first.isNumber()) {
      reading.notUnderstood("an operation of bulkWrite");
      return;
    }
    double index = first.doubleValue();
    if (index < 0 || index >= targets.size() || index != Math.rint(index)) {
      reading.notUnderstood("an operation on a namespace that is not in nsInfo");
      return;
    }
    BulkTarget target = targets.get((int) index);
    switch (first.name()) {
      case "insert" -> target.actions.add(Action.INSERT);
      case "update" -> {
        target.actions.add(Action.UPDATE);
        if (Reading.flag(operation, "upsert")) {
          target.actions.add(Action.INSERT);
        }
        readChange(reading, operation.find("updateMods"));
        readCode(reading, operation, "filter", "updateMods", "constants", "arrayFilters");
      }
      case "delete" -> {
        target.actions.add(Action.REMOVE);
        readCode(reading, operation, "filter");
      }
      default -> reading.notUnderstood("an operation of bulkWrite");
    }
  }
}
