package io.tidegate.control.atlas;

import io.tidegate.access.Action;
import io.tidegate.control.atlas.surface.ApiException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The API's names of privilege actions, matched to MongoDB's. Most are MongoDB's own in capitals; a
 * few are not, and a few are of products that are not here.
 */
final class AtlasActions {
  private static final Map<String, Action> SPECIAL =
      Map.of(
          "KILL_OP", Action.KILLOP,
          "IN_PROG", Action.INPROG,
          "SET_USER_WRITE_BLOCK", Action.SET_USER_WRITE_BLOCK_MODE,
          "BYPASS_USER_WRITE_BLOCK", Action.BYPASS_WRITE_BLOCKING_MODE);

  /** Older spellings, which are understood and not shown. */
  private static final Map<String, Action> OLDER =
      Map.of(
          "REPLSET_GET_CONFIG", Action.REPL_SET_GET_CONFIG,
          "REPLSET_GET_STATUS", Action.REPL_SET_GET_STATUS);

  private static final Set<String> ELSEWHERE =
      Set.of(
          "SQL_GET_SCHEMA",
          "SQL_SET_SCHEMA",
          "VIEW_ALL_HISTORY",
          "OUT_TO_S3",
          "OUT_TO_AZURE",
          "OUT_TO_GCP",
          "STORAGE_GET_CONFIG",
          "STORAGE_SET_CONFIG");

  private static final Set<String> OF_ZONES =
      Set.of("ADD_SHARD_TO_ZONE", "REMOVE_SHARD_FROM_ZONE", "UPDATE_ZONE_KEY_RANGE");

  private static final Map<String, Action> BY_NAME = byName();

  private AtlasActions() {}

  private static Map<String, Action> byName() {
    Map<String, Action> names = new HashMap<>();
    for (Action action : Action.values()) {
      names.put(action.name(), action);
    }
    SPECIAL.forEach((name, action) -> {
      names.remove(action.name());
      names.put(name, action);
    });
    names.putAll(OLDER);
    // Theirs are for servers among themselves; the service would refuse them as well.
    names.remove(Action.ANY_ACTION.name());
    names.remove(Action.INTERNAL.name());
    return Map.copyOf(names);
  }

  /** The action of that name, as MongoDB spells it. */
  static String mongo(String field, String name) {
    Action action = BY_NAME.get(name);
    if (action != null) {
      return action.actionName();
    }
    if (ELSEWHERE.contains(name)) {
      throw ApiException.field(
          field, "names " + name + ", an action of data federation, which is not here");
    }
    if (OF_ZONES.contains(name)) {
      throw ApiException.field(
          field, "names " + name + "; ENABLE_SHARDING is what lets somebody change zones here");
    }
    throw ApiException.field(field, "names an action that is not known");
  }

  /** The API's name of an action of MongoDB's. */
  static String shown(String mongo) {
    Action action = Action.named(mongo);
    if (action == null) {
      return mongo;
    }
    return SPECIAL.entrySet().stream()
        .filter(entry -> entry.getValue() == action)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(action.name());
  }
}
