package io.tidegate.access;

/** What a command touches, in the terms in which MongoDB checks privileges. */
public sealed interface Resource {

  /** The deployment itself: {@code {cluster: true}}. */
  record Cluster() implements Resource {
    @Override
    public String toString() {
      return "the cluster";
    }
  }

  /** Whatever there is, system collections and the deployment included. */
  record Everything() implements Resource {
    @Override
    public String toString() {
      return "everything";
    }
  }

  /** All ordinary collections of all databases, as a cluster-wide change stream reads them. */
  record EveryDatabase() implements Resource {
    @Override
    public String toString() {
      return "every database";
    }
  }

  /** A database as such: to list its collections, to drop it, to stream its changes. */
  record Database(String name) implements Resource {
    @Override
    public String toString() {
      return name;
    }
  }

  /** One collection or view, whether it exists or not. */
  record Collection(String database, String name) implements Resource {
    /** Both parts together. */
    public Namespace namespace() {
      return new Namespace(database, name);
    }

    @Override
    public String toString() {
      return database + "." + name;
    }
  }
}
