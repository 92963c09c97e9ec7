package io.tidegate.testkit.load;

/**
 * Counts durations in buckets that grow with the value: at most 0.8 % wide, from 1 ns to a minute.
 * Not safe for concurrent use; add several together afterwards.
 */
public final class LatencyHistogram {

  private static final int SUB_BITS = 7;
  private static final int SUB = 1 << SUB_BITS;
  private static final int MAX_EXPONENT = 36;

  private final long[] counts = new long[(MAX_EXPONENT - SUB_BITS + 2) * SUB];
  private long total;
  private long max;

  /** Records one duration in nanoseconds. */
  public void record(long nanos) {
    long value = Math.max(0, nanos);
    counts[Math.min(index(value), counts.length - 1)]++;
    total++;
    max = Math.max(max, value);
  }

  /** Adds all that another holds. */
  public void add(LatencyHistogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    total += other.total;
    max = Math.max(max, other.max);
  }

  /** How many were recorded. */
  public long count() {
    return total;
  }

  /** The longest, in nanoseconds. */
  public long max() {
    return max;
  }

  /** The duration in nanoseconds that this share (0 to 1) of the recorded ones did not exceed. */
  public long quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(total * share));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min(upper(i), max);
      }
    }
    return max;
  }

  private static int index(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int shift = 63 - Long.numberOfLeadingZeros(value) - SUB_BITS;
    return (shift + 1) * SUB + (int) (value >>> shift) - SUB;
  }

  private static long upper(int index) {
    if (index < SUB) {
      return index;
    }
    int shift = index / SUB - 1;
    return ((long) (index % SUB + SUB + 1) << shift) - 1;
  }
}
