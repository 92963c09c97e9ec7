package io.tidegate.cli.remote;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of the control plane. Fields are named by their path, {@code requester.username};
 * what is not there reads as empty, so that a newer control plane does not break an older command
 * line.
 */
public final class Fields {
  private final JsonObject json;

  Fields(JsonObject json) {
    this.json = json;
  }

  /** An object without fields. */
  public static Fields none() {
    return new Fields(new JsonObject());
  }

  public static Optional<Fields> parse(String text) {
    try {
      JsonElement parsed = JsonParser.parseString(text);
      return parsed.isJsonObject()
          ? Optional.of(new Fields(parsed.getAsJsonObject()))
          : Optional.empty();
    } catch (JsonParseException e) {
      return Optional.empty();
    }
  }

  /** The text at the first of these paths that has any; empty if none has. */
  public String text(String... paths) {
    for (String path : paths) {
      JsonElement found = at(path);
      if (found instanceof JsonPrimitive primitive) {
        return primitive.getAsString();
      }
    }
    return "";
  }

  public long number(String path) {
    JsonElement found = at(path);
    if (found instanceof JsonPrimitive primitive && primitive.isNumber()) {
      try {
        return primitive.getAsLong();
      } catch (NumberFormatException e) {
        return 0;
      }
    }
    return 0;
  }

  public boolean flag(String path) {
    return at(path) instanceof JsonPrimitive primitive
        && primitive.isBoolean()
        && primitive.getAsBoolean();
  }

  public Optional<Instant> instant(String path) {
    try {
      String text = text(path);
      return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  public Optional<Duration> duration(String path) {
    try {
      String text = text(path);
      return text.isEmpty() ? Optional.empty() : Optional.of(Duration.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The objects in the list at a path. */
  public List<Fields> list(String path) {
    List<Fields> objects = new ArrayList<>();
    if (at(path) instanceof JsonArray array) {
      for (JsonElement element : array) {
        if (element.isJsonObject()) {
          objects.add(new Fields(element.getAsJsonObject()));
        }
      }
    }
    return objects;
  }

  public Optional<Fields> object(String path) {
    return at(path) instanceof JsonObject object
        ? Optional.of(new Fields(object))
        : Optional.empty();
  }

  /** As one line of JSON. */
  public String toJson() {
    return json.toString();
  }

  private @Nullable JsonElement at(String path) {
    JsonElement here = json;
    for (String name : path.split("\\.", -1)) {
      if (!(here instanceof JsonObject object)) {
        return null;
      }
      here = object.get(name);
    }
    return here == null || here.isJsonNull() ? null : here;
  }
}
