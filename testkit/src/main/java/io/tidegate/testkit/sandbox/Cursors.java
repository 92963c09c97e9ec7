package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Open cursors. One belongs to the user who opened it and to its namespace. */
final class Cursors {

  private static final int FIRST_BATCH = 101;
  private static final int MAX_REPLY_BYTES = 16 * 1024 * 1024 - 16 * 1024;

  private record Cursor(long id, String namespace, @Nullable UserName owner, List<Document> left) {}

  private final Map<Long, Cursor> open = new ConcurrentHashMap<>();

  int size() {
    return open.size();
  }

  /** The reply of a command that opens a cursor over what it found. */
  Document first(
      String namespace,
      List<Document> found,
      @Nullable Object batchSize,
      boolean singleBatch,
      @Nullable UserName owner) {
    int size = batchSize instanceof Number number ? number.intValue() : FIRST_BATCH;
    List<Document> batch = take(found, 0, size);
    long id = 0;
    if (batch.size() < found.size() && !singleBatch) {
      id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
      open.put(
          id,
          new Cursor(id, namespace, owner, List.copyOf(found.subList(batch.size(), found.size()))));
    }
    return new Document(
        "cursor", new Document("firstBatch", batch).append("id", id).append("ns", namespace));
  }

  Document next(long id, String namespace, @Nullable Object batchSize, @Nullable UserName caller) {
    Cursor cursor = open.get(id);
    if (cursor == null || !cursor.namespace().equals(namespace)) {
      throw new CommandException(43, "CursorNotFound", "cursor id " + id + " not found");
    }
    if (!Objects.equals(cursor.owner(), caller)) {
      throw CommandException.unauthorized(
          "cursor id " + id + " was not created by the authenticated user");
    }
    int size =
        batchSize instanceof Number number && number.intValue() > 0
            ? number.intValue()
            : Integer.MAX_VALUE;
    List<Document> batch = take(cursor.left(), 0, size);
    List<Document> rest = cursor.left().subList(batch.size(), cursor.left().size());
    if (rest.isEmpty()) {
      open.remove(id);
    } else {
      open.put(id, new Cursor(id, namespace, cursor.owner(), rest));
    }
    return new Document(
        "cursor",
        new Document("nextBatch", batch)
            .append("id", rest.isEmpty() ? 0L : id)
            .append("ns", namespace));
  }

  Document kill(List<?> ids, @Nullable UserName caller) {
    List<Long> killed = new ArrayList<>();
    List<Long> notFound = new ArrayList<>();
    for (Object each : ids) {
      long id = ((Number) each).longValue();
      Cursor cursor = open.get(id);
      if (cursor != null && Objects.equals(cursor.owner(), caller)) {
        open.remove(id);
        killed.add(id);
      } else {
        notFound.add(id);
      }
    }
    return new Document("cursorsKilled", killed)
        .append("cursorsNotFound", notFound)
        .append("cursorsAlive", List.of())
        .append("cursorsUnknown", List.of());
  }

  /** As many documents as fit in the count and in one reply; at least one when there is one. */
  private static List<Document> take(List<Document> from, int start, int count) {
    List<Document> batch = new ArrayList<>();
    ByteBuf scratch = PooledByteBufAllocator.DEFAULT.heapBuffer();
    try {
      long bytes = 0;
      for (int i = start; i < from.size() && batch.size() < count; i++) {
        scratch.clear();
        BsonEncoder.encodeDocument(from.get(i), scratch);
        bytes += scratch.readableBytes() + 12;
        if (bytes > MAX_REPLY_BYTES && !batch.isEmpty()) {
          break;
        }
        batch.add(from.get(i));
      }
    } finally {
      scratch.release();
    }
    return batch;
  }
}
