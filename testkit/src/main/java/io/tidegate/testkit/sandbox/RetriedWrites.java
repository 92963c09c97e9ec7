package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Retryable writes: a write that comes again with the same logical session and transaction number
 * is answered as before and not run again. Used under the write lock.
 */
final class RetriedWrites {

  private static final int SESSIONS = 10_000;

  private record Last(Object number, Document reply) {}

  private final Map<Object, Last> lastBySession =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Last> eldest) {
          return size() > SESSIONS;
        }
      };

  Document once(Call call, CommandTable.Handler handler) {
    Object number = call.get("txnNumber");
    if (number == null || !(call.get("lsid") instanceof Document lsid)) {
      return handler.run(call);
    }
    Object session = lsid.get("id");
    Last last = lastBySession.get(session);
    if (last != null && last.number().equals(number)) {
      return last.reply();
    }
    Document reply = handler.run(call);
    lastBySession.put(session, new Last(number, reply));
    return reply;
  }
}
