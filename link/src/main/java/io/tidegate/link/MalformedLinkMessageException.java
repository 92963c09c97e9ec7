package io.tidegate.link;

/** The peer broke the protocol; the connection ends. */
final class MalformedLinkMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedLinkMessageException(String sentence) {
    super(sentence);
  }
}
