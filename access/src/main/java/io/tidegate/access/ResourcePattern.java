package io.tidegate.access;

import java.util.Set;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The resource half of a privilege, with MongoDB's rules of what it covers: an empty name means
 * any, and any never means a system collection, nor anything in {@code local} or {@code config}.
 *
 * @see <a href="https://www.mongodb.com/docs/manual/reference/resource-document/">Resource
 *     document</a>
 */
public sealed interface ResourcePattern {

  /** Whether a privilege on this pattern is a privilege on that resource. */
  boolean covers(Resource resource);

  /** Whether anything in that database could be covered; decides whether its name may be seen. */
  boolean reaches(String database);

  /** The resource document, as {@code rolesInfo} shows it. */
  BsonDocument toBson();

  /** {@code {cluster: true}}. */
  record OfCluster() implements ResourcePattern {
    @Override
    public boolean covers(Resource resource) {
      return resource instanceof Resource.Cluster;
    }

    @Override
    public boolean reaches(String database) {
      return false;
    }

    @Override
    public BsonDocument toBson() {
      return new BsonDocument("cluster", BsonBoolean.TRUE);
    }
  }

  /** {@code {anyResource: true}}. */
  record OfEverything() implements ResourcePattern {
    @Override
    public boolean covers(Resource resource) {
      return true;
    }

    @Override
    public boolean reaches(String database) {
      return true;
    }

    @Override
    public BsonDocument toBson() {
      return new BsonDocument("anyResource", BsonBoolean.TRUE);
    }
  }

  /** {@code {db: "", collection: ""}}: the ordinary collections of the ordinary databases. */
  record OfEveryDatabase() implements ResourcePattern {
    @Override
    public boolean covers(Resource resource) {
      return switch (resource) {
        case Resource.EveryDatabase _ -> true;
        case Resource.Database database -> ordinary(database.name());
        case Resource.Collection collection ->
            ordinary(collection.database()) && !system(collection.name());
        case Resource.Cluster _, Resource.Everything _ -> false;
      };
    }

    @Override
    public boolean reaches(String database) {
      return ordinary(database);
    }

    @Override
    public BsonDocument toBson() {
      return names("", "");
    }
  }

  /** {@code {db: "shop", collection: ""}}: one database and its ordinary collections. */
  record OfDatabase(String database) implements ResourcePattern {
    @Override
    public boolean covers(Resource resource) {
      return switch (resource) {
        case Resource.Database touched -> touched.name().equals(database);
        case Resource.Collection touched ->
            touched.database().equals(database) && !system(touched.name());
        case Resource.Cluster _, Resource.EveryDatabase _, Resource.Everything _ -> false;
      };
    }

    @Override
    public boolean reaches(String name) {
      return database.equals(name);
    }

    @Override
    public BsonDocument toBson() {
      return names(database, "");
    }
  }

  /** {@code {db: "", collection: "audit"}}: that collection in whichever database. */
  record OfCollectionAnywhere(String collection) implements ResourcePattern {
    @Override
    public boolean covers(Resource resource) {
      return resource instanceof Resource.Collection touched && touched.name().equals(collection);
    }

    @Override
    public boolean reaches(String database) {
      return true;
    }

    @Override
    public BsonDocument toBson() {
      return names("", collection);
    }
  }

  /** {@code {db: "shop", collection: "orders"}}: that collection, a system one included. */
  record OfCollection(String database, String collection) implements ResourcePattern {
    @Override
    public boolean covers(Resource resource) {
      return resource instanceof Resource.Collection touched
          && touched.name().equals(collection)
          && touched.database().equals(database);
    }

    @Override
    public boolean reaches(String name) {
      return database.equals(name);
    }

    @Override
    public BsonDocument toBson() {
      return names(database, collection);
    }
  }

  /** {@code {system_buckets: ""}}: where time series are kept, in any database. */
  record OfBuckets() implements ResourcePattern {
    @Override
    public boolean covers(Resource resource) {
      return resource instanceof Resource.Collection touched
          && touched.name().startsWith("system.buckets.");
    }

    @Override
    public boolean reaches(String database) {
      return false;
    }

    @Override
    public BsonDocument toBson() {
      return new BsonDocument("system_buckets", new BsonString(""));
    }
  }

  /** The pattern for {@code {db, collection}}, an empty name meaning any. */
  static ResourcePattern of(String database, String collection) {
    if (database.isEmpty()) {
      return collection.isEmpty() ? new OfEveryDatabase() : new OfCollectionAnywhere(collection);
    }
    return collection.isEmpty() ? new OfDatabase(database) : new OfCollection(database, collection);
  }

  /** Reads a resource document; null when it is none that this version knows exactly. */
  static @Nullable ResourcePattern parse(BsonDocument document) {
    Set<String> keys = document.keySet();
    if (keys.equals(Set.of("cluster"))) {
      return BsonBoolean.TRUE.equals(document.get("cluster")) ? new OfCluster() : null;
    }
    if (keys.equals(Set.of("anyResource"))) {
      return BsonBoolean.TRUE.equals(document.get("anyResource")) ? new OfEverything() : null;
    }
    if (keys.equals(Set.of("system_buckets"))) {
      return new BsonString("").equals(document.get("system_buckets")) ? new OfBuckets() : null;
    }
    if (!keys.equals(Set.of("db", "collection"))) {
      return null;
    }
    BsonValue database = document.get("db");
    BsonValue collection = document.get("collection");
    return database instanceof BsonString db && collection instanceof BsonString name
        ? of(db.getValue(), name.getValue())
        : null;
  }

  private static boolean ordinary(String database) {
    return !database.equals("local") && !database.equals("config");
  }

  private static boolean system(String collection) {
    return collection.startsWith("system.");
  }

  private static BsonDocument names(String database, String collection) {
    return new BsonDocument("db", new BsonString(database))
        .append("collection", new BsonString(collection));
  }
}
