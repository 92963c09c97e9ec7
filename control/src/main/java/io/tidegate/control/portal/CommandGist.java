package io.tidegate.control.portal;

import io.tidegate.control.session.RecordedCommand;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;

/** What a command is about, in a few words for its row: the fields it asks by, or its stages. */
final class CommandGist {
  private static final int MOST = 6;
  private static final List<String> FILTERS = List.of("filter", "query", "q");

  private CommandGist() {}

  /** Empty, or a blank and then the gist, such as {@code {country}} or {@code $match $group}. */
  static String of(RecordedCommand command) {
    BsonDocument body;
    try {
      body = BsonDocument.parse(command.body());
    } catch (JsonParseException | IllegalArgumentException e) {
      // A body that was cut short has no gist.
      return "";
    }
    BsonValue pipeline = body.get("pipeline");
    if (pipeline != null && pipeline.isArray()) {
      StringJoiner stages = new StringJoiner(" ", " ", "");
      stages.setEmptyValue("");
      pipeline.asArray().stream()
          .filter(BsonValue::isDocument)
          .map(stage -> stage.asDocument().keySet().stream().findFirst().orElse("?"))
          .limit(MOST)
          .forEach(stages::add);
      return stages.toString();
    }
    for (String field : FILTERS) {
      if (body.get(field) instanceof BsonDocument filter) {
        return filter.isEmpty() ? "" : keys(filter);
      }
    }
    for (String field : List.of("updates", "deletes", "documents")) {
      if (body.get(field) != null && body.get(field).isArray()) {
        int n = body.getArray(field).size();
        String one = field.substring(0, field.length() - 1).toLowerCase(Locale.ROOT);
        return " · " + n + " " + (n == 1 ? one : field);
      }
    }
    return "";
  }

  private static String keys(BsonDocument filter) {
    StringJoiner keys = new StringJoiner(", ", " {", "}");
    filter.keySet().stream().limit(MOST).forEach(keys::add);
    if (filter.size() > MOST) {
      keys.add("…");
    }
    return keys.toString();
  }
}
