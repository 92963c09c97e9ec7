package io.tidegate.wire;

import io.netty.buffer.ByteBuf;

/**
 * A piece of a frame that is passed on as it comes. The first one holds at least {@link
 * FrameDecoder#HEAD} bytes.
 *
 * @param bytes to be released by the receiver
 * @param last whether the frame ends with it
 */
public record FramePart(ByteBuf bytes, boolean last) {}
