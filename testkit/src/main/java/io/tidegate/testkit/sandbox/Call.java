package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command being run: the request with where it came from.
 *
 * @param user the connection's user as it is now; null when nobody is signed in
 */
record Call(
    SandboxConnection connection,
    WireRequest request,
    Operation operation,
    UserStore.@Nullable User user) {

  String database() {
    return request.database();
  }

  Document body() {
    return request.body();
  }

  @Nullable Object get(String key) {
    return request.body().get(key);
  }

  /** The collection that the command's first field names. */
  String collection() {
    Object value = get(request.name());
    if (value instanceof String name && !name.isEmpty()) {
      return name;
    }
    throw new CommandException(
        73, "InvalidNamespace", "collection name has invalid type for " + request.name());
  }

  String namespace() {
    return database() + "." + collection();
  }

  String text(String key) {
    if (get(key) instanceof String value) {
      return value;
    }
    throw CommandException.typeMismatch("\"" + key + "\" must be a string");
  }

  Document document(String key) {
    return get(key) instanceof Document value ? value : new Document();
  }

  boolean flag(String key) {
    return truth(get(key));
  }

  List<Document> documents(String key) {
    return documents(get(key), key);
  }

  static List<Document> documents(@Nullable Object value, String key) {
    if (!(value instanceof List<?> elements)) {
      throw CommandException.typeMismatch("\"" + key + "\" must be an array");
    }
    List<Document> documents = new ArrayList<>();
    for (Object element : elements) {
      if (!(element instanceof Document document)) {
        throw CommandException.typeMismatch("\"" + key + "\" must hold documents");
      }
      documents.add(document);
    }
    return documents;
  }

  static boolean truth(@Nullable Object value) {
    return Boolean.TRUE.equals(value) || (value instanceof Number number && number.intValue() != 0);
  }

  UserStore.User requireUser() {
    if (user == null) {
      throw CommandException.unauthorized("command " + request.name() + " requires authentication");
    }
    return user;
  }

  @Nullable UserName userName() {
    return user == null ? null : user.name();
  }
}
