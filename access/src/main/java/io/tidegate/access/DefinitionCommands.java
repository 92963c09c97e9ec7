package io.tidegate.access;

import static io.tidegate.access.CommandSpec.closed;

import io.tidegate.access.Pipelines.Source;
import io.tidegate.wire.BsonElement;
import java.util.List;
import java.util.Set;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/** Commands that make, change and drop collections, views, indexes and databases. */
final class DefinitionCommands {
  private static final Set<Action> FIND = Reading.actions(Action.FIND);

  static final List<CommandSpec> ALL =
      List.of(
          closed(
              "create",
              "capped autoIndexId size max storageEngine validator validationLevel"
                  + " validationAction indexOptionDefaults viewOn pipeline collation"
                  + " changeStreamPreAndPostImages timeseries clusteredIndex expireAfterSeconds"
                  + " encryptedFields flags idIndex",
              reading -> definition(reading, Action.CREATE_COLLECTION)),
          closed(
              "collMod",
              "index viewOn pipeline validator validationLevel validationAction"
                  + " changeStreamPreAndPostImages expireAfterSeconds timeseries cappedSize"
                  + " cappedMax recordPreImages dryRun noPadding usePowerOf2Sizes",
              reading -> definition(reading, Action.COLL_MOD)),
          on("createIndexes", "indexes commitQuorum ignoreUnknownIndexOptions", Action.CREATE_INDEX)
              .sequences("indexes"),
          on("dropIndexes", "index", Action.DROP_INDEX).or("deleteIndexes"),
          on("reIndex", "", Action.RE_INDEX),
          on("setIndexCommitQuorum", "indexNames commitQuorum", Action.CREATE_INDEX),
          on("drop", "", Action.DROP_COLLECTION),
          on("convertToCapped", "size", Action.CONVERT_TO_CAPPED),
          closed("cloneCollectionAsCapped", "toCollection size", DefinitionCommands::cloneAsCapped),
          on("compact", "force freeSpaceTargetMB dryRun", Action.COMPACT),
          on(
              "validate",
              "full repair fixMultikey enforceFastCount checkBSONConformance metadata background"
                  + " scandata collHash hashPrefixes revealHashedIds",
              Action.VALIDATE),
          on("collStats", "scale", Action.COLL_STATS).or("collstats"),
          on("analyze", "key sampleRate sampleSize numberBuckets", Action.ANALYZE),
          closed("dbStats", "scale freeStorage", reading -> database(reading, Action.DB_STATS))
              .or("dbstats"),
          closed("dropDatabase", "", reading -> database(reading, Action.DROP_DATABASE)),
          closed(
              "profile",
              "slowms sampleRate filter",
              reading -> database(reading, Action.ENABLE_PROFILER)),
          closed("renameCollection", "to dropTarget stayTemp", DefinitionCommands::rename),
          on("planCacheClear", "query projection sort collation", Action.PLAN_CACHE_WRITE),
          on("planCacheListFilters", "", Action.PLAN_CACHE_INDEX_FILTER),
          on(
              "planCacheSetFilter",
              "query projection sort collation indexes",
              Action.PLAN_CACHE_INDEX_FILTER),
          on(
              "planCacheClearFilters",
              "query projection sort collation",
              Action.PLAN_CACHE_INDEX_FILTER),
          on("createSearchIndexes", "indexes", Action.CREATE_SEARCH_INDEXES),
          on("updateSearchIndex", "id name definition", Action.UPDATE_SEARCH_INDEX),
          on("dropSearchIndex", "id name", Action.DROP_SEARCH_INDEX),
          on(
              "compactStructuredEncryptionData",
              "compactionTokens encryptionInformation anchorPaddingFactor",
              Action.COMPACT_STRUCTURED_ENCRYPTION_DATA),
          on(
              "cleanupStructuredEncryptionData",
              "cleanupTokens encryptionInformation",
              Action.CLEANUP_STRUCTURED_ENCRYPTION_DATA),
          closed(
              "validateDBMetadata", "apiParameters db collection", DefinitionCommands::metadata));

  private DefinitionCommands() {}

  /** A command on one collection of its database that needs one action on it. */
  private static CommandSpec on(String name, String fields, Action action) {
    Set<Action> actions = Reading.actions(action);
    return closed(
        name,
        fields,
        reading -> {
          reading.touch(reading.ownCollection(), actions, name);

          Encryption.read(reading);
        });
  }

  private static void database(Reading reading, Action action) {
    reading.touchDatabase(reading.database(), Reading.actions(action));
  }

  /**
   * A collection or a view. Whoever defines a view must be able to find in everything that it
   * shows: afterwards a privilege on the view alone is enough to read it.
   */
  private static void definition(Reading reading, Action action) {
    Namespace collection = reading.ownCollection();
    reading.touch(collection, Reading.actions(action), reading.name());

    BsonElement viewOn = reading.body().find("viewOn");
    BsonElement pipeline = reading.body().find("pipeline");
    if (viewOn == null) {
      if (pipeline != null) {
        reading.notUnderstood("a pipeline of a view on nothing");
      }
      return;
    }
    Namespace base = reading.collection(reading.database(), viewOn);
    reading.touch(base, FIND, "viewOn");
    reading.touch(collection, FIND, "viewOn");
    if (pipeline != null && !reading.refused()) {
      Pipelines.read(reading, pipeline, new Source(reading.database(), base, false, false));
    }
  }

  private static void cloneAsCapped(Reading reading) {
    reading.touch(reading.ownCollection(), FIND, reading.name());
    BsonElement to = reading.body().find("toCollection");
    if (to == null) {
      reading.notUnderstood("cloneCollectionAsCapped to nowhere");
      return;
    }
    reading.touch(
        reading.collection(reading.database(), to),
        Reading.actions(Action.INSERT, Action.CREATE_INDEX, Action.CONVERT_TO_CAPPED),
        "toCollection");
  }

  /**
   * Within a database, {@code renameCollectionSameDB} on both names; across databases, what moving
   * the documents takes. In both cases the source must be readable, or a rename would turn what may
   * not be read into what may.
   */
  private static void rename(Reading reading) {
    Namespace from = reading.ownFullName();
    BsonElement to = reading.body().find("to");
    if (to == null || to.type() != BsonType.STRING) {
      reading.notUnderstood("renameCollection to nowhere");
      return;
    }
    Namespace target = reading.fullName(to.string());
    if (from == null || target == null) {
      return;
    }
    if (from.database().equals(target.database())) {
      reading.touch(
          from, Reading.actions(Action.RENAME_COLLECTION_SAME_DB, Action.FIND), "renameCollection");
      reading.touch(target, Reading.actions(Action.RENAME_COLLECTION_SAME_DB), "to");
    } else {
      reading.touch(from, Reading.actions(Action.FIND, Action.DROP_COLLECTION), "renameCollection");
      reading.touch(target, Reading.actions(Action.INSERT, Action.CREATE_INDEX), "to");
    }
    if (reading.flag("dropTarget")) {
      reading.touch(target, Reading.actions(Action.DROP_COLLECTION), "dropTarget");
    }
    if (from.systemCollection() || target.systemCollection()) {
      reading.never(RuleId.RAW_OPERATIONS, "a rename of a system collection");
    }
  }

  private static void metadata(Reading reading) {
    @Nullable String database = reading.text(reading.body(), "db");
    @Nullable String collection = reading.text(reading.body(), "collection");
    Set<Action> validate = Reading.actions(Action.VALIDATE);
    if (reading.refused()) {
      return;
    }
    if (database == null) {
      reading.add(new Touch(new Resource.EveryDatabase(), validate, reading.name()));
    } else if (collection == null) {
      reading.touchDatabase(database, validate);
    } else {
      reading.touch(reading.named(database, collection), validate, reading.name());
    }
  }
}
