package io.tidegate.gateway.session;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leases that are over at this gateway before their time, and must never be served here again,
 * however they come. Each is remembered until its own time is over, when nobody believes it any
 * more; the time of one that was revoked before it was ever seen is not known, and it is remembered
 * until it is seen, or until a list of all leases comes that does not name it.
 *
 * <p>Nothing is dropped for want of room: when there is none, no lease is taken any more. Safe for
 * any thread.
 */
public final class EndedLeases {
  private static final Instant UNKNOWN = Instant.MAX;
  private static final int FEW = 1_024;

  private final int most;
  private final Map<String, Instant> until = new HashMap<>();
  private int nextLook = FEW;

  /** Whether there was one that could not be remembered. */
  private boolean lost;

  /**
   * @param most how many may be remembered before new leases are refused
   */
  public EndedLeases(int most) {
    this.most = most;
  }

  /**
   * Remembers one.
   *
   * @param expiresAt the end of its time, null when it is not known
   */
  public synchronized void add(String leaseId, @Nullable Instant expiresAt, Instant now) {
    if (until.size() >= nextLook) {
      forgetThoseOver(now);
      nextLook = Math.max(FEW, 2 * until.size());
    }
    if (expiresAt != null) {
      // Of a session, of which no more begin when there is no room: so this has an end too.
      until.merge(leaseId, expiresAt, EndedLeases::later);
    } else if (until.size() < most) {
      until.putIfAbsent(leaseId, UNKNOWN);
    } else if (!until.containsKey(leaseId)) {
      lost = true;
    }
  }

  private static Instant later(Instant known, Instant told) {
    return known.equals(UNKNOWN) || told.isAfter(known) ? told : known;
  }

  /** Whether the lease is one of them. It was seen: the end of its time is known now. */
  public synchronized boolean has(String leaseId, Instant expiresAt) {
    return until.computeIfPresent(leaseId, (id, known) -> later(known, expiresAt)) != null;
  }

  /** Whether one more might not be remembered, so that no new lease may be taken. */
  public synchronized boolean full(Instant now) {
    if (!lost && until.size() >= most) {
      forgetThoseOver(now);
    }
    return lost || until.size() >= most;
  }

  private void forgetThoseOver(Instant now) {
    until.values().removeIf(end -> !now.isBefore(end));
  }

  /**
   * A list of all leases that the control plane wants has come. What was asked for before it is not
   * taken any more, so that those it leaves out cannot come from there.
   */
  public synchronized void listed(Set<String> leaseIds) {
    until
        .entrySet()
        .removeIf(one -> one.getValue().equals(UNKNOWN) && !leaseIds.contains(one.getKey()));
    lost = false;
  }

  synchronized int size() {
    return until.size();
  }
}
