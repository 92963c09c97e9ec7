package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

  private static ByteBuf frame(int length) {
    return Unpooled.buffer().writeIntLE(length).writeZero(length - 4);
  }
}
