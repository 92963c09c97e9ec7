package io.tidegate.link;

/** A recording that is not there or cannot be read; the message is for the one who asked. */
public final class RecordingUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  public RecordingUnavailableException(String sentence) {
    super(sentence);
  }

  public RecordingUnavailableException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
