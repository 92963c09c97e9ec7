package io.tidegate.link;

/**
 * Which part of a recording to read.
 *
 * @param afterIndex entries with a greater index only; -1 from the beginning
 * @param limit at most so many entries; 0 for all
 * @param follow go on with what is recorded while reading, until the session ends or the reader
 *     stops
 */
public record RecordingQuery(String sessionId, long afterIndex, int limit, boolean follow) {
  public static RecordingQuery page(String sessionId, long afterIndex, int limit) {
    return new RecordingQuery(sessionId, afterIndex, limit, false);
  }

  public static RecordingQuery tail(String sessionId, long afterIndex) {
    return new RecordingQuery(sessionId, afterIndex, 0, true);
  }
}
