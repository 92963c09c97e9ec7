package io.tidegate.access;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Actions on a resource, as MongoDB's roles are made of.
 *
 * @param resource what they apply to
 * @param actions at least one
 */
public record Privilege(ResourcePattern resource, Set<Action> actions) {
  public Privilege {
    if (actions.isEmpty()) {
      throw new IllegalArgumentException("a privilege has at least one action");
    }
    actions = Collections.unmodifiableSet(EnumSet.copyOf(actions));
  }

  /** A privilege of the listed actions. */
  public static Privilege of(ResourcePattern resource, Action first, Action... more) {
    return new Privilege(resource, EnumSet.of(first, more));
  }

  /** Whether this alone carries that action on that resource. */
  public boolean carries(Action action, Resource touched) {
    return (actions.contains(action) || actions.contains(Action.ANY_ACTION))
        && resource.covers(touched);
  }

  /** {@code {resource, actions}}, as {@code rolesInfo} shows it. */
  public BsonDocument toBson() {
    BsonArray names = new BsonArray();
    for (Action action : actions) {
      names.add(new BsonString(action.actionName()));
    }
    return new BsonDocument("resource", resource.toBson()).append("actions", names);
  }

  /** Reads {@code {resource, actions}}; null when any part of it is not known exactly. */
  static @Nullable Privilege parse(BsonDocument document) {
    if (!document.keySet().equals(Set.of("resource", "actions"))
        || !(document.get("resource") instanceof BsonDocument resource)
        || !(document.get("actions") instanceof BsonArray names)) {
      return null;
    }
    ResourcePattern pattern = ResourcePattern.parse(resource);
    EnumSet<Action> actions = EnumSet.noneOf(Action.class);
    for (BsonValue name : names) {
      Action action = name instanceof BsonString text ? Action.named(text.getValue()) : null;
      if (action == null || !actions.add(action)) {
        return null;
      }
    }
    return pattern == null || actions.isEmpty() ? null : new Privilege(pattern, actions);
  }
}
