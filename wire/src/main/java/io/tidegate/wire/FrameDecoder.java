package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Splits a byte stream into frames (rule F1) and fires one retained {@link ByteBuf} a whole frame,
 * header included, from its reader index to its writer index. The receiver releases it.
 *
 * <p>A frame that lies whole in what was read is passed on without a copy. A frame that comes in
 * pieces is collected in a buffer that grows with what has arrived, never with what was announced,
 * so a peer cannot make us allocate by naming a large length.
 *
 * <p>After a wrong length the decoder fires one {@link MalformedMessageException} and drops
 * everything that follows. One read may hold several frames: they are all fired, whatever auto-read
 * says, so the next handler must be ready to queue them.
 */
public final class FrameDecoder extends ChannelInboundHandlerAdapter {
  /** The limit of rule F1: what MongoDB servers announce as {@code maxMessageSizeBytes}. */
  public static final int MAX_MESSAGE_LENGTH = 48_000_000;

  private static final int FIRST_CAPACITY = 1024;

  private int maxFrameLength;
  private @Nullable ByteBuf partial;
  private boolean failed;
  private boolean fired;

  /**
   * A decoder for one connection.
   *
   * @param maxFrameLength the largest frame accepted, in bytes; more than 16
   */
  public FrameDecoder(int maxFrameLength) {
    this.maxFrameLength = checked(maxFrameLength);
  }

  /**
   * Sets another limit: low until the peer has proven who it is, the full one after. Call it on the
   * channel's event loop.
   */
  public void limitTo(int maxFrameLength) {
    this.maxFrameLength = checked(maxFrameLength);
  }

  private static int checked(int maxFrameLength) {
    if (maxFrameLength <= MessageHeader.LENGTH) {
      throw new IllegalArgumentException("maxFrameLength must be more than 16");
    }
    return maxFrameLength;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof ByteBuf in)) {
      ctx.fireChannelRead(msg);
      return;
    }
    boolean handedOn = false;
    try {
      while (!failed && !ctx.isRemoved() && in.isReadable()) {
        if (partial != null) {
          collect(ctx, partial, in);
          continue;
        }
        int readable = in.readableBytes();
        if (readable < Integer.BYTES) {
          begin(ctx, in, FIRST_CAPACITY);
          continue;
        }
        int length = in.getIntLE(in.readerIndex());
        if (!accepts(length)) {
          fail(ctx, length);
        } else if (readable == length) {
          handedOn = true;
          fired = true;
          ctx.fireChannelRead(in);
          return;
        } else if (readable > length) {
          fired = true;
          ctx.fireChannelRead(in.readRetainedSlice(length));
        } else {
          begin(ctx, in, Math.min(length, Math.max(readable * 2, FIRST_CAPACITY)));
        }
      }
      if (ctx.isRemoved() && in.isReadable() && !failed) {
        handedOn = true;
        ctx.fireChannelRead(in);
      }
    } finally {
      if (!handedOn) {
        in.release();
      }
    }
  }

  private boolean accepts(int length) {
    return length > MessageHeader.LENGTH && length <= maxFrameLength;
  }

  private void begin(ChannelHandlerContext ctx, ByteBuf in, int capacity) {
    partial = ctx.alloc().buffer(capacity).writeBytes(in);
  }

  private void collect(ChannelHandlerContext ctx, ByteBuf piece, ByteBuf in) {
    int have = piece.readableBytes();
    if (have < Integer.BYTES) {
      piece.writeBytes(in, Math.min(Integer.BYTES - have, in.readableBytes()));
      if (piece.readableBytes() < Integer.BYTES) {
        return;
      }
      have = Integer.BYTES;
    }
    int length = piece.getIntLE(piece.readerIndex());
    if (!accepts(length)) {
      fail(ctx, length);
      return;
    }
    int take = Math.min(length - have, in.readableBytes());
    if (piece.writableBytes() < take) {
      piece.capacity(Math.min(length, Math.max(have + take, piece.capacity() * 2)));
    }
    piece.writeBytes(in, take);
    if (have + take == length) {
      partial = null;
      fired = true;
      ctx.fireChannelRead(piece);
    }
  }

  private void fail(ChannelHandlerContext ctx, int length) {
    failed = true;
    drop();
    ctx.fireExceptionCaught(
        new MalformedMessageException(
            "F1",
            "a message length of "
                + length
                + " bytes is announced; it must be more than 16 and at most "
                + maxFrameLength));
  }

  private void drop() {
    if (partial != null) {
      partial.release();
      partial = null;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    // Without auto-read nobody downstream knows that half a frame is waiting for the rest.
    if (!fired && partial != null && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
    fired = false;
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    drop();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (partial != null) {
      ByteBuf rest = partial;
      partial = null;
      ctx.fireChannelRead(rest);
    }
  }
}
