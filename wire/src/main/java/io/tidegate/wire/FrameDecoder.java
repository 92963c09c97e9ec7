package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Splits a byte stream into frames (rule F1) and fires one retained {@link ByteBuf} a whole frame,
 * header included, from its reader index to its writer index. The receiver releases it.
 *
 * <p>A frame that lies whole in what was read is passed on without a copy. A frame that comes in
 * pieces is collected in a buffer that grows with what has arrived, never with what was announced,
 * so a peer cannot make us allocate by naming a large length. From {@link #FREE} bytes on it is
 * asked for at a {@link FrameBudget}; a frame that gets no memory is read to its end without being
 * kept, and fired as a {@link DroppedFrame}, so that the stream goes on behind it. A frame that is
 * larger and need not be seen whole is passed on in {@link FramePart}s as it comes.
 *
 * <p>After a wrong length the decoder fires one {@link MalformedMessageException} and drops
 * everything that follows. One read may hold several frames: they are all fired, whatever auto-read
 * says, so the next handler must be ready to queue them.
 */
public final class FrameDecoder extends ChannelInboundHandlerAdapter {
  /** The limit of rule F1: what MongoDB servers announce as {@code maxMessageSizeBytes}. */
  public static final int MAX_MESSAGE_LENGTH = 48_000_000;

  /** Bytes of a frame in pieces that nobody is asked for. */
  public static final int FREE = 64 * 1024;

  /** Bytes that are there when it is decided whether a frame is passed on in parts. */
  public static final int HEAD = 32;

  private static final int FIRST_CAPACITY = 1024;

  private FrameBudget budget = FrameBudget.UNBOUNDED;
  private final Predicate<ByteBuf> inParts;
  private int maxFrameLength;
  private @Nullable ByteBuf partial;

  /** Whether it was asked if the partial frame is passed on in parts. */
  private boolean asked;

  /** Taken from the budget for the partial frame. */
  private int taken;

  /** Bytes to come of a frame that is passed on in parts. */
  private int passing;

  /** Bytes to come of a frame that is dropped, and what is said of it then. */
  private int dropping;

  private @Nullable DroppedFrame dropped;
  private boolean failed;
  private boolean fired;

  /**
   * A decoder for one connection that gives whole frames only, with whatever memory they take.
   *
   * @param maxFrameLength the largest frame accepted, in bytes; more than 16
   */
  public FrameDecoder(int maxFrameLength) {
    this(maxFrameLength, head -> false);
  }

  /**
   * A decoder for one connection that passes on some frames in parts.
   *
   * @param maxFrameLength the largest frame accepted, in bytes; more than 16
   * @param inParts whether a frame of more than {@link #FREE} bytes is passed on in parts, by its
   *     first {@link #HEAD} bytes, from the reader index on
   */
  public FrameDecoder(int maxFrameLength, Predicate<ByteBuf> inParts) {
    this.maxFrameLength = checked(maxFrameLength);
    this.inParts = inParts;
  }

  /**
   * Sets another limit: low until the peer has proven who it is, the full one after. Call it on the
   * channel's event loop.
   */
  public void limitTo(int maxFrameLength) {
    this.maxFrameLength = checked(maxFrameLength);
  }

  /** Asks this budget for memory from now on; call it before the first frame comes. */
  public void chargeTo(FrameBudget newBudget) {
    this.budget = newBudget;
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
        if (passing > 0) {
          pass(ctx, in);
          continue;
        }
        if (dropping > 0) {
          drop(ctx, in);
          continue;
        }
        if (partial != null) {
          collect(ctx, partial, in);
          continue;
        }
        int readable = in.readableBytes();
        if (readable < Integer.BYTES) {
          begin(ctx, in, 0, FIRST_CAPACITY);
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
        } else if (length > FREE && readable >= HEAD && inParts.test(in)) {
          passing = length;
        } else {
          asked = readable >= HEAD;
          begin(ctx, in, length, Math.min(length, Math.max(readable * 2, FIRST_CAPACITY)));
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

  private void begin(ChannelHandlerContext ctx, ByteBuf in, int length, int capacity) {
    if (reserve(capacity)) {
      partial = ctx.alloc().buffer(capacity).writeBytes(in);
    } else {
      beginDropping(in, length);
    }
  }

  private boolean reserve(int capacity) {
    int more = capacity > FREE ? capacity - taken : 0;
    if (more > 0) {
      if (!budget.take(more)) {
        return false;
      }
      taken += more;
    }
    return true;
  }

  private void unreserve() {
    if (taken > 0) {
      budget.give(taken);
      taken = 0;
    }
  }

  /** By the frame's first bytes, of which there are many more than a header by then. */
  private void beginDropping(ByteBuf head, int toCome) {
    asked = false;
    dropping = toCome;
    dropped =
        new DroppedFrame(
            MessageHeader.read(head, head.readerIndex()),
            head.getIntLE(head.readerIndex() + MessageHeader.LENGTH));
  }

  private void drop(ChannelHandlerContext ctx, ByteBuf in) {
    int take = Math.min(dropping, in.readableBytes());
    in.skipBytes(take);
    dropping -= take;
    DroppedFrame gone = dropped;
    if (dropping == 0 && gone != null) {
      dropped = null;
      fired = true;
      ctx.fireChannelRead(gone);
    }
  }

  private void pass(ChannelHandlerContext ctx, ByteBuf in) {
    int take = Math.min(passing, in.readableBytes());
    passing -= take;
    fired = true;
    ctx.fireChannelRead(new FramePart(in.readRetainedSlice(take), passing == 0));
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
    if (!asked && length > FREE) {
      piece.writeBytes(in, Math.min(Math.max(HEAD - have, 0), in.readableBytes()));
      have = piece.readableBytes();
      if (have < HEAD) {
        return;
      }
      asked = true;
      if (inParts.test(piece)) {
        partial = null;
        passing = length - have;
        fired = true;
        ctx.fireChannelRead(new FramePart(piece, false));
        return;
      }
    }
    int take = Math.min(length - have, in.readableBytes());
    if (piece.writableBytes() < take) {
      int capacity = Math.min(length, Math.max(have + take, piece.capacity() * 2));
      if (!reserve(capacity)) {
        beginDropping(piece, length - have);
        forget();
        return;
      }
      piece.capacity(capacity);
    }
    piece.writeBytes(in, take);
    if (have + take == length) {
      partial = null;
      asked = false;
      unreserve();
      fired = true;
      ctx.fireChannelRead(piece);
    }
  }

  private void fail(ChannelHandlerContext ctx, int length) {
    failed = true;
    forget();
    ctx.fireExceptionCaught(
        new MalformedMessageException(
            "F1",
            "a message length of "
                + length
                + " bytes is announced; it must be more than 16 and at most "
                + maxFrameLength));
  }

  private void forget() {
    asked = false;
    unreserve();
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
    forget();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (partial != null) {
      ByteBuf rest = partial;
      partial = null;
      unreserve();
      ctx.fireChannelRead(rest);
    }
  }
}
