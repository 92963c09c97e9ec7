package io.tidegate.wire;

import io.netty.handler.codec.DecoderException;

/** A message with an opcode that is not accepted here; it is never forwarded. */
public final class UnsupportedOpCodeException extends DecoderException {
  private static final long serialVersionUID = 1L;

  private final int opCode;

  /**
   * @param opCode the number found in the header
   */
  public UnsupportedOpCodeException(int opCode) {
    super("opcode " + opCode + " is not accepted; use OP_MSG without compression");
    this.opCode = opCode;
  }

  /** The number found in the header. */
  public int opCode() {
    return opCode;
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
