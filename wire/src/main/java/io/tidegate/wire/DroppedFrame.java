package io.tidegate.wire;

/**
 * A frame for which there was no memory; it was read to its end and is gone.
 *
 * @param header of it
 * @param flagBits of it, where it is an OP_MSG
 */
public record DroppedFrame(MessageHeader header, int flagBits) {}
