package io.tidegate.control.application;

import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUser.Label;
import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The database users of projects. */
public interface DatabaseUsers {
  /** For how long a temporary user may last at most, in days. */
  int MOST_DAYS = 7;

  /**
   * What a new user is to be.
   *
   * @param password for {@link Kind#SCRAM}, and for no other
   * @param scopes names or ids of clusters; empty for all
   */
  record Draft(
      String username,
      Kind kind,
      @Nullable Secret password,
      List<UserRole> roles,
      List<String> scopes,
      List<Label> labels,
      String description,
      @Nullable Instant deleteAfter) {
    public Draft {
      roles = List.copyOf(roles);
      scopes = List.copyOf(scopes);
      labels = List.copyOf(labels);
    }
  }

  /** What of a user is to change; null leaves a part as it is. */
  record Change(
      @Nullable Secret password,
      @Nullable List<UserRole> roles,
      @Nullable List<String> scopes,
      @Nullable List<Label> labels,
      @Nullable String description,
      @Nullable End end) {}

  /** When a temporary user ends; null for it to stay. */
  record End(@Nullable Instant deleteAfter) {}

  /**
   * How far the gateway of one cluster is with a user.
   *
   * @param address {@code host:port} at which the gateway lets it in; null while nobody knows
   * @param connections that are open now
   */
  record Reach(
      String cluster,
      State state,
      String sentence,
      @Nullable String address,
      int connections,
      @Nullable Use last) {}

  /** A user's last use at a cluster. */
  record Use(Instant at, String client) {}

  /** How far a gateway is. */
  enum State {
    /** The gateway lets the user in, as it is set now. */
    IN_FORCE,
    /** It is being told. */
    ON_ITS_WAY,
    /** It could not do it. */
    IN_TROUBLE,
    /** Nothing can be told it, for the reason given. */
    NOT_SERVED
  }

  /** Those of a project, by name. */
  List<DatabaseUser> list(Actor actor, String projectReference);

  DatabaseUser user(Actor actor, String projectReference, String authDatabase, String username);

  DatabaseUser create(Actor actor, String projectReference, Draft draft);

  DatabaseUser update(
      Actor actor, String projectReference, String authDatabase, String username, Change change);

  /** Ends it; connections that are signed in as it are cut. */
  void delete(Actor actor, String projectReference, String authDatabase, String username);

  /** Each cluster in the user's scope, and how far its gateway is. */
  List<Reach> reach(Actor actor, DatabaseUser user);

  /** The same of every user of a project, by the users' ids. */
  Map<String, List<Reach>> reaches(Actor actor, String projectReference);
}
