package io.tidegate.gateway.session;

import java.util.concurrent.ConcurrentHashMap;

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
  public record Id(long high, long low) {}

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

  void release(Session session) {
    owners.values().removeIf(owner -> owner == session);
  }
}
