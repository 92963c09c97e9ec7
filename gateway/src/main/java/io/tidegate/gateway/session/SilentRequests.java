package io.tidegate.gateway.session;

import java.util.Arrays;

/**
 * The requests of one connection that want no answer and were sent since the last one that got one.
 * Some targets answer them nevertheless; a reply to one of these must not be taken for the reply to
 * what was sent after it. A target answers in order, so with any right reply all of them are past.
 */
final class SilentRequests {
  private static final int MOST = 4_096;
  private static final int[] NONE = {};

  private int[] ids = NONE;
  private int count;

  /** Of those that are too many to be kept one by one: any number between them may be one. */
  private int lowest = Integer.MAX_VALUE;

  private int highest = Integer.MIN_VALUE;

  void add(int requestId) {
    if (count == MOST) {
      lowest = Math.min(lowest, requestId);
      highest = Math.max(highest, requestId);
      return;
    }
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(8, count * 2));
    }
    ids[count++] = requestId;
  }

  /** Whether it is one, or may be one. */
  boolean contains(int requestId) {
    for (int i = 0; i < count; i++) {
      if (ids[i] == requestId) {
        return true;
      }
    }
    return lowest <= requestId && requestId <= highest;
  }

  void clear() {
    if (count != 0) {
      count = 0;
      lowest = Integer.MAX_VALUE;
      highest = Integer.MIN_VALUE;
    }
  }
}
