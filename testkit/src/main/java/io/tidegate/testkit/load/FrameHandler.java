package io.tidegate.testkit.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** Finds whole frames in what was read, without copying when they came whole. */
abstract class FrameHandler extends ChannelInboundHandlerAdapter {

  static final int REQUEST_ID = 4;
  static final int OP_CODE = 12;
  static final int OP_MSG = 2013;

  /** Of the body document in an OP_MSG that begins with section 0: header, flags, kind. */
  static final int BODY = 21;

  private static final int MAX_FRAME = 48_000_000;

  private @Nullable ByteBuf rest;

  /** One frame, header included; the buffer is valid during the call only. */
  abstract void frame(ChannelHandlerContext ctx, ByteBuf buffer, int start, int length);

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    ByteBuf kept = rest;
    if (kept != null) {
      kept.writeBytes(in);
      in.release();
      in = kept;
      rest = null;
    }
    try {
      while (in.readableBytes() >= 4) {
        int start = in.readerIndex();
        int length = in.getIntLE(start);
        if (length < 16 || length > MAX_FRAME) {
          var _ = ctx.close();
          return;
        }
        if (in.readableBytes() < length) {
          break;
        }
        in.skipBytes(length);
        frame(ctx, in, start, length);
      }
      if (in.isReadable()) {
        rest = ctx.alloc().buffer(Math.max(4096, in.readableBytes() * 2)).writeBytes(in);
      }
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ByteBuf kept = rest;
    if (kept != null) {
      rest = null;
      kept.release();
    }
  }

  /** True when the command name of an OP_MSG is exactly this ASCII text. */
  static boolean isCommand(ByteBuf buffer, int start, byte[] name) {
    int at = start + BODY + 5;
    for (int i = 0; i < name.length; i++) {
      if (buffer.getByte(at + i) != name[i]) {
        return false;
      }
    }
    return buffer.getByte(at + name.length) == 0;
  }
}
