package io.tidegate.gateway.session;

import io.tidegate.wire.BsonElement;
import io.tidegate.wire.BsonView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * Which session of ours uses which logical session ({@code lsid}) of one account at a target. The
 * server tells logical sessions apart by their account alone (wire rule S1), so people who share an
 * account would share them too.
 */
public final class LogicalSessions {
  /** A driver uses one for each operation under way; far more than this is no driver. */
  private static final int MOST = 100_000;

  private final ConcurrentHashMap<Id, Session> owners = new ConcurrentHashMap<>();

  /** The 16 bytes of an lsid's UUID. */
  public record Id(long high, long low) {
    private static final byte UUID = 4;

    /** What the document that is an {@code lsid} names; null when that is no UUID. */
    public static @Nullable Id of(BsonView lsid) {
      BsonElement id = lsid.find("id");
      if (id == null || id.type() != BsonType.BINARY) {
        return null;
      }
      byte[] bytes = id.binary();
      if (bytes.length != 2 * Long.BYTES) {
        return null;
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new Id(buffer.getLong(), buffer.getLong());
    }

    /** The {@code lsid} that names it. */
    public BsonDocument document() {
      byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
      return new BsonDocument("id", new BsonBinary(UUID, bytes));
    }
  }

  /**
   * Takes a logical session for a session of ours.
   *
   * @return false when a live session of ours has it already, or this one has too many
   */
  public boolean claim(Id id, Session session) {
    Session owner = owners.putIfAbsent(id, session);
    if (owner == session) {
      return true;
    }
    if (owner == null) {
      if (session.countLogicalSession() <= MOST) {
        return true;
      }
      owners.remove(id, session);
      return false;
    }
    return owner.ending() != null && owners.replace(id, owner, session);
  }

  /** Whether this session of ours is known to use it. */
  public boolean owns(Id id, Session session) {
    return owners.get(id) == session;
  }

  /** All that this session of ours has used and nobody has taken over. */
  public List<Id> of(Session session) {
    List<Id> used = new ArrayList<>();
    owners.forEach((id, owner) -> {
      if (owner == session) {
        used.add(id);
      }
    });
    return used;
  }

  void release(Session session) {
    owners.values().removeIf(owner -> owner == session);
  }
}
