package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Secret;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The people and their roles. */
public interface People {
  /** What {@code Changes} calls a person who changed: this, and their id. */
  String CHANGED = "person ";

  Page<Person> list(Actor actor, Page.Ask ask);

  /**
   * One person, for administrators and for the person.
   *
   * @param reference an id or a username
   */
  Person person(Actor actor, String reference);

  /** What a new or changed person is to be. */
  record Draft(
      String username,
      String displayName,
      Person.Kind kind,
      boolean active,
      List<Actor.Assignment> assignments) {
    public Draft {
      assignments = List.copyOf(assignments);
    }
  }

  Person create(Actor actor, Draft draft, Secret password);

  /** Changes a person; disabling one ends their tokens and grants. */
  Person update(Actor actor, String reference, long expectedVersion, Draft draft);

  /**
   * Sets a password, and ends all that was signed in by the old one.
   *
   * @param current the present password; required of people who change their own
   */
  void setPassword(Actor actor, String reference, @Nullable Secret current, Secret password);

  /** Looks a person up without authorization, for other features. */
  Optional<Person> find(@Nullable String reference);

  /** The active people who hold GROUP_OWNER in the project. */
  List<Person> ownersOf(String projectId);
}
