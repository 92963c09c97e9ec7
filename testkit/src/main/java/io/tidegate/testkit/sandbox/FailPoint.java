package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MongoDB's {@code failCommand} fail point, as the drivers' specifications use it: commands that
 * block, fail with a code, or lose their connection.
 */
final class FailPoint {

  /** Thrown to close the client's connection without a reply. */
  static final class ConnectionLost extends RuntimeException {
    ConnectionLost() {
      super("closed by a fail point", null, false, false);
    }
  }

  private @Nullable Document data;
  private int remaining;

  /** Takes {@code configureFailPoint}'s mode and data. */
  synchronized void configure(@Nullable Object mode, @Nullable Object configured) {
    if ("off".equals(mode)) {
      data = null;
      return;
    }
    if (!(configured instanceof Document document)) {
      throw CommandException.badValue("configureFailPoint needs data");
    }
    if ("alwaysOn".equals(mode)) {
      remaining = Integer.MAX_VALUE;
    } else if (mode instanceof Document counted && counted.get("times") instanceof Number times) {
      remaining = times.intValue();
    } else {
      throw CommandException.badValue("the mode is off, alwaysOn or {times: n}");
    }
    data = document;
  }

  private synchronized @Nullable Document take(Operation operation) {
    Document current = data;
    if (current == null || remaining == 0) {
      return null;
    }
    boolean named =
        current.get("failCommands") instanceof List<?> names
            && names.contains(operation.request().name());
    boolean sameApplication =
        !(current.get("appName") instanceof String name)
            || name.equals(operation.connection().applicationName());
    boolean sameNamespace =
        !(current.get("namespace") instanceof String namespace)
            || namespace.equals(operation.namespace());
    if (!named || !sameApplication || !sameNamespace) {
      return null;
    }
    if (remaining != Integer.MAX_VALUE) {
      remaining--;
    }
    return current;
  }

  void apply(Operation operation) {
    Document current = take(operation);
    if (current == null) {
      return;
    }
    if (Boolean.TRUE.equals(current.get("blockConnection"))
        && current.get("blockTimeMS") instanceof Number millis) {
      operation.block(millis.longValue());
    }
    if (Boolean.TRUE.equals(current.get("closeConnection"))) {
      throw new ConnectionLost();
    }
    if (current.get("errorCode") instanceof Number code) {
      throw new CommandException(
          code.intValue(), "FailPoint", "failed by the fail point failCommand");
    }
  }
}
