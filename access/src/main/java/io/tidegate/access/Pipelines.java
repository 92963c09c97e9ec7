package io.tidegate.access;

import io.tidegate.access.Footprint.Narrowing;
import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.BsonView;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * What aggregation pipelines touch, at any depth. A stage that is not in the table is not
 * understood, and so is a field of a stage that names collections.
 *
 * @see <a href="https://www.mongodb.com/docs/manual/reference/mql/aggregation-stages/">Aggregation
 *     stages</a>
 */
final class Pipelines {
  /**
   * Where a pipeline runs.
   *
   * @param collection what it reads; null on a database, or where its first stage makes documents
   * @param top whether it is the command's own pipeline, which a rewrite can reach
   * @param continued whether its input is another stage's output
   */
  record Source(String database, @Nullable Namespace collection, boolean top, boolean continued) {
    Source inner(String inDatabase, @Nullable Namespace from) {
      return new Source(inDatabase, from, false, false);
    }

    Source continuing() {
      return new Source(database, collection, false, true);
    }
  }

  @FunctionalInterface
  private interface StageRule {
    void read(Reading reading, BsonElement stage, Source source);
  }

  private static final Set<Action> FIND = Reading.actions(Action.FIND);
  private static final Set<Action> STREAM = Reading.actions(Action.FIND, Action.CHANGE_STREAM);
  private static final Set<Action> REPLACE = Reading.actions(Action.INSERT, Action.REMOVE);
  private static final Set<Action> LIST =
      Reading.actions(Action.LIST_COLLECTIONS, Action.LIST_INDEXES);

  /** Stages that only shape the documents that flow through them. */
  private static final List<String> SHAPING =
      List.of(
          "$addFields",
          "$bucket",
          "$bucketAuto",
          "$changeStreamSplitLargeEvent",
          "$count",
          "$densify",
          "$fill",
          "$geoNear",
          "$group",
          "$limit",
          "$match",
          "$project",
          "$redact",
          "$replaceRoot",
          "$replaceWith",
          "$sample",
          "$score",
          "$search",
          "$searchMeta",
          "$set",
          "$setWindowFields",
          "$skip",
          "$sort",
          "$sortByCount",
          "$unset",
          "$unwind",
          "$vectorSearch");

  /** The stages that may stand where a document is updated. */
  private static final Set<String> UPDATING =
      Set.of("$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith");

  // What stages that name collections may say; anything else might name another one.
  private static final Set<String> LOOKUP_FIELDS =
      Set.of("from", "localField", "foreignField", "let", "pipeline", "as");
  private static final Set<String> GRAPH_LOOKUP_FIELDS =
      Set.of(
          "from",
          "startWith",
          "connectFromField",
          "connectToField",
          "as",
          "maxDepth",
          "depthField",
          "restrictSearchWithMatch");
  private static final Set<String> UNION_WITH_FIELDS = Set.of("coll", "db", "pipeline");
  private static final Set<String> FUSION_FIELDS = Set.of("input", "combination", "scoreDetails");
  private static final Set<String> FUSION_INPUT_FIELDS = Set.of("pipelines", "normalization");
  private static final Set<String> OUT_FIELDS = Set.of("db", "coll", "timeseries");
  private static final Set<String> MERGE_FIELDS =
      Set.of("into", "on", "let", "whenMatched", "whenNotMatched");
  private static final Set<String> CHANGE_STREAM_FIELDS =
      Set.of(
          "fullDocument",
          "fullDocumentBeforeChange",
          "resumeAfter",
          "startAfter",
          "startAtOperationTime",
          "allChangesForCluster",
          "showExpandedEvents");
  private static final Set<String> CURRENT_OP_FIELDS =
      Set.of(
          "allUsers",
          "idleConnections",
          "idleCursors",
          "idleSessions",
          "localOps",
          "targetAllNodes",
          "truncateOps");

  private static final Map<String, StageRule> STAGES = stages();

  /** Stages that make documents without reading the source collection. */
  private static final Set<String> SOURCES =
      Set.of(
          "$changeStream",
          "$collStats",
          "$currentOp",
          "$documents",
          "$indexStats",
          "$listCatalog",
          "$listClusterCatalog",
          "$listLocalSessions",
          "$listSampledQueries",
          "$listSearchIndexes",
          "$listSessions",
          "$operationMetrics",
          "$planCacheStats",
          "$querySettings",
          "$queryStats",
          "$shardedDataDistribution");

  private Pipelines() {}

  /** Every stage that is understood. */
  static Set<String> known() {
    return STAGES.keySet();
  }

  /** Reads a pipeline that is the value of a field. */
  static void read(Reading reading, @Nullable BsonElement pipeline, Source source) {
    if (pipeline == null || !pipeline.isArray()) {
      reading.notUnderstood("a pipeline that is not an array");
      return;
    }
    read(reading, pipeline.document(), source);
  }

  private static void read(Reading reading, BsonView pipeline, Source source) {
    BsonCursor stages = pipeline.cursor();
    boolean first = true;
    while (stages.next() && !reading.refused()) {
      BsonCursor stage = single(reading, stages);
      if (stage == null || !reading.countStage()) {
        return;
      }
      String name = stage.name();
      StageRule rule = STAGES.get(name);
      if (rule == null) {
        reading.notUnderstood("the stage " + Reading.quoted(name));
        return;
      }
      if (first && !source.continued()) {
        start(reading, name, source);
      }
      first = false;
      rule.read(reading, stage, source);
    }
    if (first && !source.continued()) {
      start(reading, "", source);
    }
  }

  /** The one element of a stage document; null and refused when there is not exactly one. */
  private static @Nullable BsonCursor single(Reading reading, BsonCursor stages) {
    if (!stages.isDocument()) {
      reading.notUnderstood("a stage that is not a document");
      return null;
    }
    BsonView document = stages.document();
    BsonCursor count = document.cursor();
    if (!count.next() || count.next()) {
      reading.notUnderstood("a stage that has not exactly one field");
      return null;
    }
    BsonCursor stage = document.cursor();
    stage.next();
    return stage;
  }

  private static void start(Reading reading, String firstStage, Source source) {
    boolean makesItsOwn =
        SOURCES.contains(firstStage)
            && !(firstStage.equals("$documents") && source.collection() != null);
    if (makesItsOwn) {
      return;
    }
    if (source.collection() == null) {
      reading.notUnderstood("a pipeline on no collection that does not begin with a source");
      return;
    }
    reading.touch(source.collection(), FIND, reading.name());
  }

  /** Reads a pipeline that changes one document in place; it can touch nothing else. */
  static void readUpdate(Reading reading, BsonView pipeline) {
    BsonCursor stages = pipeline.cursor();
    while (stages.next() && !reading.refused()) {
      BsonCursor stage = single(reading, stages);
      if (stage == null) {
        return;
      }
      if (!UPDATING.contains(stage.name())) {
        reading.notUnderstood("the stage " + Reading.quoted(stage.name()) + " in an update");
      }
    }
  }

  private static Map<String, StageRule> stages() {
    Map<String, StageRule> stages = new HashMap<>();
    for (String name : SHAPING) {
      stages.put(name, (reading, stage, source) -> {});
    }
    stages.put("$facet", Pipelines::facet);
    stages.put("$lookup", Pipelines::lookup);
    stages.put("$graphLookup", Pipelines::graphLookup);
    stages.put("$unionWith", Pipelines::unionWith);
    stages.put("$rankFusion", Pipelines::fusion);
    stages.put("$scoreFusion", Pipelines::fusion);
    stages.put("$out", Pipelines::out);
    stages.put("$merge", Pipelines::merge);
    stages.put("$documents", (reading, stage, source) -> {});
    stages.put("$changeStream", Pipelines::changeStream);
    stages.put("$collStats", onCollection(Action.COLL_STATS));
    stages.put("$indexStats", onCollection(Action.INDEX_STATS));
    stages.put("$planCacheStats", onCollection(Action.PLAN_CACHE_READ));
    stages.put("$listSearchIndexes", onCollection(Action.LIST_SEARCH_INDEXES));
    stages.put("$listCatalog", Pipelines::listCatalog);
    stages.put("$listClusterCatalog", Pipelines::listClusterCatalog);
    stages.put("$currentOp", Pipelines::currentOp);
    stages.put("$listSessions", onCluster(Action.LIST_SESSIONS));
    stages.put("$listLocalSessions", onCluster(Action.LIST_SESSIONS));
    stages.put("$listSampledQueries", onCluster(Action.LIST_SAMPLED_QUERIES));
    stages.put("$operationMetrics", onCluster(Action.OPERATION_METRICS));
    stages.put("$querySettings", onCluster(Action.QUERY_SETTINGS));
    stages.put("$queryStats", Pipelines::queryStats);
    stages.put("$shardedDataDistribution", onCluster(Action.SHARDED_DATA_DISTRIBUTION));
    return Map.copyOf(stages);
  }

  private static StageRule onCluster(Action action) {
    Set<Action> actions = Reading.actions(action);
    return (reading, stage, source) ->
        reading.add(new Touch(new Resource.Cluster(), actions, stage.name()));
  }

  private static StageRule onCollection(Action action) {
    Set<Action> actions = Reading.actions(action);
    return (reading, stage, source) -> {
      if (source.collection() == null) {
        reading.notUnderstood(stage.name() + " on no collection");
      } else {
        reading.touch(source.collection(), actions, stage.name());
      }
    };
  }

  private static void facet(Reading reading, BsonElement stage, Source source) {
    BsonView facets = document(reading, stage);
    if (facets == null) {
      return;
    }
    BsonCursor cursor = facets.cursor();
    while (cursor.next()) {
      read(reading, cursor, source.continuing());
    }
  }

  private static void lookup(Reading reading, BsonElement stage, Source source) {
    BsonView lookup = fields(reading, stage, LOOKUP_FIELDS);
    if (lookup == null) {
      return;
    }
    BsonElement from = lookup.find("from");
    BsonElement pipeline = lookup.find("pipeline");
    Namespace other = from == null ? null : target(reading, from, source.database(), "db", "coll");
    if (from == null && pipeline == null) {
      reading.notUnderstood("$lookup from nowhere");
      return;
    }
    reading.touch(other, FIND, "$lookup");
    if (pipeline != null && !reading.refused()) {
      read(reading, pipeline, inner(source, other));
    }
  }

  private static void graphLookup(Reading reading, BsonElement stage, Source source) {
    BsonView lookup = fields(reading, stage, GRAPH_LOOKUP_FIELDS);
    if (lookup == null) {
      return;
    }
    BsonElement from = lookup.find("from");
    if (from == null) {
      reading.notUnderstood("$graphLookup from nowhere");
      return;
    }
    reading.touch(target(reading, from, source.database(), "db", "coll"), FIND, "$graphLookup");
  }

  private static void unionWith(Reading reading, BsonElement stage, Source source) {
    if (stage.type() == BsonType.STRING) {
      reading.touch(reading.collection(source.database(), stage), FIND, "$unionWith");
      return;
    }
    BsonView union = fields(reading, stage, UNION_WITH_FIELDS);
    if (union == null) {
      return;
    }
    BsonElement pipeline = union.find("pipeline");
    Namespace other = null;
    if (union.find("coll") != null || union.find("db") != null) {
      other = target(reading, stage, source.database(), "db", "coll");
    } else if (pipeline == null) {
      reading.notUnderstood("$unionWith with nothing");
      return;
    }
    reading.touch(other, FIND, "$unionWith");
    if (pipeline != null && !reading.refused()) {
      read(reading, pipeline, inner(source, other));
    }
  }

  private static Source inner(Source source, @Nullable Namespace other) {
    return source.inner(other == null ? source.database() : other.database(), other);
  }

  /** {@code $rankFusion} and {@code $scoreFusion}: named pipelines over the same source. */
  private static void fusion(Reading reading, BsonElement stage, Source source) {
    BsonView fusion = fields(reading, stage, FUSION_FIELDS);
    BsonElement input = fusion == null ? null : fusion.find("input");
    BsonView inputs = input == null ? null : fields(reading, input, FUSION_INPUT_FIELDS);
    BsonElement pipelines = inputs == null ? null : inputs.find("pipelines");
    BsonView named = pipelines == null ? null : document(reading, pipelines);
    if (named == null) {
      reading.notUnderstood("the input of " + stage.name());
      return;
    }
    BsonCursor cursor = named.cursor();
    while (cursor.next()) {
      read(reading, cursor, source.inner(source.database(), source.collection()));
    }
  }

  private static void out(Reading reading, BsonElement stage, Source source) {
    Namespace target;
    if (stage.type() == BsonType.STRING) {
      target = reading.collection(source.database(), stage);
    } else if (fields(reading, stage, OUT_FIELDS) == null) {
      return;
    } else {
      target = target(reading, stage, source.database(), "db", "coll");
    }
    reading.touch(target, reading.writing(REPLACE), "$out");
  }

  private static void merge(Reading reading, BsonElement stage, Source source) {
    if (stage.type() == BsonType.STRING) {
      Namespace target = reading.collection(source.database(), stage);
      reading.touch(target, reading.writing(merging("merge", "insert")), "$merge");
      return;
    }
    BsonView merge = fields(reading, stage, MERGE_FIELDS);
    if (merge == null) {
      return;
    }
    BsonElement into = merge.find("into");
    if (into == null) {
      reading.notUnderstood("$merge into nowhere");
      return;
    }
    Namespace target = target(reading, into, source.database(), "db", "coll");
    BsonElement whenMatched = merge.find("whenMatched");
    String matched;
    if (whenMatched == null) {
      matched = "merge";
    } else if (whenMatched.isArray()) {
      matched = "pipeline";
      readUpdate(reading, whenMatched.document());
    } else {
      matched = reading.text(merge, "whenMatched");
    }
    String notMatched =
        merge.find("whenNotMatched") == null ? "insert" : reading.text(merge, "whenNotMatched");
    if (matched == null || notMatched == null) {
      return;
    }
    Set<Action> actions = merging(matched, notMatched);
    if (actions.isEmpty()) {
      reading.notUnderstood("what $merge does with documents");
      return;
    }
    reading.touch(target, reading.writing(actions), "$merge");
  }

  /** What a merge needs on its target; nothing when a word is not known. */
  private static Set<Action> merging(String whenMatched, String whenNotMatched) {
    EnumSet<Action> actions = EnumSet.noneOf(Action.class);
    switch (whenMatched) {
      case "merge", "replace", "pipeline", "keepExisting" -> actions.add(Action.UPDATE);
      case "fail" -> {}
      default -> {
        return Set.of();
      }
    }
    switch (whenNotMatched) {
      case "insert" -> actions.add(Action.INSERT);
      case "discard", "fail" -> actions.add(Action.UPDATE);
      default -> {
        return Set.of();
      }
    }
    return actions;
  }

  private static void changeStream(Reading reading, BsonElement stage, Source source) {
    BsonView options = fields(reading, stage, CHANGE_STREAM_FIELDS);
    if (options == null) {
      return;
    }
    if (Reading.flag(options, "allChangesForCluster")) {
      reading.add(new Touch(new Resource.EveryDatabase(), STREAM, "$changeStream"));
    } else if (source.collection() != null) {
      reading.touch(source.collection(), STREAM, "$changeStream");
    } else {
      reading.add(new Touch(new Resource.Database(source.database()), STREAM, "$changeStream"));
    }
  }

  private static void listCatalog(Reading reading, BsonElement stage, Source source) {
    if (source.collection() != null) {
      reading.touch(source.collection(), LIST, "$listCatalog");
      return;
    }
    reading.add(new Touch(new Resource.EveryDatabase(), LIST, "$listCatalog"));
    reading.add(
        new Touch(new Resource.Cluster(), Reading.actions(Action.LIST_DATABASES), "$listCatalog"));
  }

  private static void listClusterCatalog(Reading reading, BsonElement stage, Source source) {
    Set<Action> list = Reading.actions(Action.LIST_COLLECTIONS);
    if (source.database().equals("admin")) {
      reading.add(new Touch(new Resource.EveryDatabase(), list, stage.name()));
      reading.add(
          new Touch(new Resource.Cluster(), Reading.actions(Action.LIST_DATABASES), stage.name()));
    } else {
      reading.add(new Touch(new Resource.Database(source.database()), list, stage.name()));
    }
  }

  private static void currentOp(Reading reading, BsonElement stage, Source source) {
    BsonView options = fields(reading, stage, CURRENT_OP_FIELDS);
    if (options == null) {
      return;
    }
    Touch full = new Touch(new Resource.Cluster(), Reading.actions(Action.INPROG), "$currentOp");
    if (source.top()) {
      reading.narrow(full, Narrowing.Way.OWN_OPERATIONS);
    } else {
      // No rewrite reaches in here.
      reading.add(full);
    }
  }

  private static void queryStats(Reading reading, BsonElement stage, Source source) {
    BsonView options = document(reading, stage);
    if (options == null) {
      return;
    }
    Action action =
        options.find("transformIdentifiers") == null
            ? Action.QUERY_STATS_READ
            : Action.QUERY_STATS_READ_TRANSFORMED;
    reading.add(new Touch(new Resource.Cluster(), Reading.actions(action), "$queryStats"));
  }

  /** A collection by its name in {@code database}, or by a document with its database. */
  private static @Nullable Namespace target(
      Reading reading, BsonElement element, String database, String dbField, String nameField) {
    if (element.type() == BsonType.STRING) {
      return reading.collection(database, element);
    }
    BsonView document = document(reading, element);
    if (document == null) {
      return null;
    }
    BsonElement name = document.find(nameField);
    BsonElement db = document.find(dbField);
    if (name == null) {
      reading.notUnderstood("a collection without a name");
      return null;
    }
    if (db != null && db.type() != BsonType.STRING) {
      reading.notUnderstood("a database that is not named by a string");
      return null;
    }
    return reading.collection(db == null ? database : db.string(), name);
  }

  private static @Nullable BsonView document(Reading reading, BsonElement element) {
    if (!element.isDocument()) {
      reading.notUnderstood(Reading.quoted(element.name()) + " is not a document");
      return null;
    }
    return element.document();
  }

  /** The document of a stage; {@code wire} saw that no field of a command's body stands twice. */
  private static @Nullable BsonView fields(Reading reading, BsonElement stage, Set<String> known) {
    BsonView document = document(reading, stage);
    return document != null && reading.knownFields(document, known, stage.name()) ? document : null;
  }
}
