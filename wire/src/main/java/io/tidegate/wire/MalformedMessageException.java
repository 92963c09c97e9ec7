package io.tidegate.wire;

import io.netty.handler.codec.DecoderException;

/**
 * The peer broke the wire protocol or BSON. There is no answer to it but to close the connection.
 * The message never quotes the peer's bytes, so it is safe to log.
 */
public final class MalformedMessageException extends DecoderException {
  private static final long serialVersionUID = 1L;

  private final String rule;
  private final String sentence;

  /**
   * @param rule the rule that was broken: {@code F1} to {@code F6}, or {@code OP_QUERY}
   * @param sentence what was wrong, in one sentence
   */
  public MalformedMessageException(String rule, String sentence) {
    super(rule + ": " + sentence);
    this.rule = rule;
    this.sentence = sentence;
  }

  /** The rule that was broken. */
  public String rule() {
    return rule;
  }

  /** What was wrong, in one sentence. */
  public String sentence() {
    return sentence;
  }

  /**
   * Hostile peers can cause many of these; the place in our code says nothing that the rule does
   * not.
   */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
