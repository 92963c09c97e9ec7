package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
  @Property(tries = 500)
  void anySplitOfTheBytesGivesTheSameFrames(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int frames) {
    Random random = new Random(seed);
    ByteBuf stream = Unpooled.buffer();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      byte[] body = new byte[random.nextInt(random.nextBoolean() ? 40 : 5000) + 1];
      random.nextBytes(body);
      ByteBuf frame = Unpooled.buffer();
      new MessageHeader(16 + body.length, i, 0, 2013).write(frame);
      frame.writeBytes(body);
      expected.add(Messages.hex(frame));
      stream.writeBytes(frame);
    }
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(10_000));
    int most = random.nextBoolean() ? 7 : 6000;
    List<ByteBuf> reads = new ArrayList<>();
    while (stream.isReadable()) {
      ByteBuf read = stream.readBytes(Math.min(stream.readableBytes(), 1 + random.nextInt(most)));
      reads.add(read);
      channel.writeInbound(read);
    }

    List<String> seen = new ArrayList<>();
    for (ByteBuf frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
      seen.add(Messages.hex(frame));
      frame.release();
    }
    assertThat(seen).isEqualTo(expected);
    assertThat(channel.finish()).isFalse();
    // Nothing is kept and nothing is released twice.
    assertThat(reads).allMatch(read -> read.refCnt() == 0);
  }

  @Test
  void aWholeFrameIsPassedOnWithoutACopy() {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(100));
    ByteBuf frame = frame(40);

    channel.writeInbound(frame);

    assertThat((Object) channel.readInbound()).isSameAs(frame);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 15, 16, 101, Integer.MAX_VALUE})
  void aLengthOutOfBoundsIsRefused(int length) {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(100));
    ByteBuf read = Unpooled.buffer().writeIntLE(length).writeZero(12);

    assertThatThrownBy(() -> channel.writeInbound(read))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageStartingWith("F1: ");
    // What follows is dropped, even when it looks right.
    channel.writeInbound(frame(40));
    assertThat((Object) channel.readInbound()).isNull();
    assertThat(read.refCnt()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 100})
  void aLengthWithinBoundsIsTaken(int length) {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(100));

    channel.writeInbound(frame(length));

    ByteBuf seen = channel.readInbound();
    assertThat(seen.readableBytes()).isEqualTo(length);
  }

  @Test
  void aRefusalAfterGoodFramesKeepsThem() {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(100));
    ByteBuf read = Unpooled.buffer().writeBytes(frame(20)).writeIntLE(5).writeIntLE(0);

    assertThatThrownBy(() -> channel.writeInbound(read)).hasMessageStartingWith("F1");

    assertThat((Object) channel.readInbound()).isNotNull();
    assertThat((Object) channel.readInbound()).isNull();
  }

  @Test
  void memoryGrowsWithWhatArrivesAndNotWithWhatIsAnnounced() {
    CountingAllocator allocator = new CountingAllocator();
    EmbeddedChannel channel =
        new EmbeddedChannel(new FrameDecoder(FrameDecoder.MAX_MESSAGE_LENGTH));
    channel.config().setAllocator(allocator);

    channel.writeInbound(Unpooled.buffer().writeIntLE(48_000_000).writeZero(12));
    assertThat(allocator.largest()).isLessThanOrEqualTo(4096);
    for (int i = 0; i < 100; i++) {
      channel.writeInbound(Unpooled.buffer().writeZero(1000));
    }

    assertThat(allocator.last().capacity()).isBetween(100_016, 2 * 100_016);
    channel.finishAndReleaseAll();
    assertThat(allocator.last().refCnt()).isZero();
  }

  @Test
  void theLimitCanBeRaisedOnceThePeerIsKnown() {
    FrameDecoder decoder = new FrameDecoder(50);
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    channel.writeInbound(frame(50));

    decoder.limitTo(60);
    channel.writeInbound(frame(60));

    assertThat(channel.inboundMessages()).hasSize(2);
    assertThatThrownBy(() -> channel.writeInbound(frame(61))).hasMessageStartingWith("F1");
    assertThatThrownBy(() -> decoder.limitTo(16)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutAutoReadTheRestOfAFrameIsAskedFor() {
    List<String> reads = new ArrayList<>();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new io.netty.channel.ChannelOutboundHandlerAdapter() {
              @Override
              public void read(io.netty.channel.ChannelHandlerContext ctx) {
                reads.add("read");
                ctx.read();
              }
            },
            new FrameDecoder(100));
    channel.config().setAutoRead(false);
    reads.clear();

    channel.writeInbound(frame(40).writerIndex(30));
    assertThat(reads).hasSize(1);
    channel.writeInbound(Unpooled.buffer().writeZero(10));

    // A whole frame was fired: asking for more is the next handler's affair.
    assertThat(reads).hasSize(1);
  }

  /** Counts, and gives no more than so much. */
  private static final class Purse implements FrameBudget {
    private final int most;
    private int taken;
    private int peak;

    Purse(int most) {
      this.most = most;
    }

    @Override
    public boolean take(int bytes) {
      if (taken + bytes > most) {
        return false;
      }
      taken += bytes;
      peak = Math.max(peak, taken);
      return true;
    }

    @Override
    public void give(int bytes) {
      taken -= bytes;
    }
  }

  private static FrameDecoder charged(Purse purse, Predicate<ByteBuf> inParts) {
    FrameDecoder decoder = new FrameDecoder(2_000_000, inParts);
    decoder.chargeTo(purse);
    return decoder;
  }

  private static void inReads(EmbeddedChannel channel, ByteBuf stream, int most) {
    while (stream.isReadable()) {
      channel.writeInbound(stream.readBytes(Math.min(stream.readableBytes(), most)));
    }
    stream.release();
  }

  @Test
  void aLargeFrameInPiecesIsPaidForUntilItIsWhole() {
    Purse purse = new Purse(1 << 20);
    EmbeddedChannel channel = new EmbeddedChannel(charged(purse, head -> false));
    ByteBuf frame = frame(500_000);

    inReads(channel, frame.readSlice(300_000).copy(), 16_384);
    assertThat(purse.taken).isBetween(300_000, 500_000);
    inReads(channel, frame, 16_384);

    assertThat(purse.taken).isZero();
    ByteBuf whole = channel.readInbound();
    assertThat(whole.readableBytes()).isEqualTo(500_000);
    whole.release();
    channel.finish();
  }

  @Test
  void aSmallFrameInPiecesIsNotAskedFor() {
    EmbeddedChannel channel = new EmbeddedChannel(charged(new Purse(0), head -> false));
    inReads(channel, frame(60_000), 1_000);

    ByteBuf whole = channel.readInbound();
    assertThat(whole.readableBytes()).isEqualTo(60_000);
    whole.release();
    channel.finish();
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 16_384, 200_000})
  void aFrameThatCannotBePaidForIsDroppedAndTheStreamGoesOn(int read) {
    Purse purse = new Purse(100_000);
    EmbeddedChannel channel = new EmbeddedChannel(charged(purse, head -> false));
    ByteBuf stream = frame(1_000_000);
    ByteBuf next = frame(40);
    stream.writeBytes(next);
    next.release();

    inReads(channel, stream, read);

    DroppedFrame dropped = channel.readInbound();
    assertThat(dropped.header()).isEqualTo(new MessageHeader(1_000_000, 0, 0, 0));
    ByteBuf following = channel.readInbound();
    assertThat(following.readableBytes()).isEqualTo(40);
    following.release();
    assertThat(purse.peak).isLessThanOrEqualTo(100_000);
    assertThat(purse.taken).isZero();
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void aConnectionThatClosesGivesBackWhatItTook() {
    Purse purse = new Purse(1 << 20);
    EmbeddedChannel channel = new EmbeddedChannel(charged(purse, head -> false));
    ByteBuf most = frame(500_000);
    inReads(channel, most.readSlice(400_000).copy(), 16_384);
    most.release();
    assertThat(purse.taken).isPositive();

    channel.finish();

    assertThat(purse.taken).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 31, 500, 16_384, 100_000})
  void aFrameThatPassesInPartsIsTheSameBytesAndCostsNothing(int read) {
    EmbeddedChannel channel =
        new EmbeddedChannel(charged(new Purse(0), head -> MessageHeader.opCode(head) == 2013));
    ByteBuf large = frame(300_000);
    large.setIntLE(12, 2013);
    for (int i = 16; i < 300_000; i++) {
      large.setByte(i, i);
    }
    byte[] expected = Messages.bytes(large);
    ByteBuf stream = large.copy();
    ByteBuf small = frame(40);
    stream.writeBytes(small);
    small.release();
    large.release();

    inReads(channel, stream, read);

    ByteBuf seen = Unpooled.buffer();
    boolean last = false;
    while (!last) {
      FramePart part = channel.readInbound();
      if (!seen.isReadable()) {
        assertThat(part.bytes().readableBytes()).isGreaterThanOrEqualTo(FrameDecoder.HEAD);
      }
      seen.writeBytes(part.bytes());
      part.bytes().release();
      last = part.last();
    }
    assertThat(Messages.bytes(seen)).isEqualTo(expected);
    ByteBuf following = channel.readInbound();
    assertThat(following.readableBytes()).isEqualTo(40);
    following.release();
    assertThat(channel.finish()).isFalse();
  }

  private static ByteBuf frame(int length) {
    return Unpooled.buffer().writeIntLE(length).writeZero(length - 4);
  }
}
