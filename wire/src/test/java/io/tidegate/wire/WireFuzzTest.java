package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A target for each parser, with the exceptions that it may throw. In a normal run each is fed the
 * seeds; with {@code JAZZER_FUZZ=1} one of them looks for more.
 */
class WireFuzzTest {
  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void bson(byte[] data) {
    BsonAgreement.check(data);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void request(byte[] data) {
    ByteBuf frame = framed(data, OpCode.OP_MSG);
    try {
      switch (WireMessage.parse(frame)) {
        case OpMsg message -> {
          Command command = message.command();
          assertThat(command.database()).isNotEmpty();
          // What the server would read is what we read.
          BsonDocument body = message.body().toBsonDocument();
          assertThat(body.getFirstKey()).isEqualTo(command.name());
          assertThat(body.getString("$db").getValue()).isEqualTo(command.database());
          for (DocumentSequence sequence : message.sequences()) {
            int count = 0;
            for (BsonView document : sequence.documents()) {
              document.toBsonDocument();
              count++;
            }
            assertThat(count).isEqualTo(sequence.count());
            assertThat(body.containsKey(sequence.identifier())).isFalse();
          }
        }
        case OpQuery query -> {
          assertThat(query.command().database()).isNotEmpty();
          if (query.kind() == OpQuery.Kind.HELLO) {
            Hello.of(query.command());
          }
        }
        case OpReply reply -> throw new AssertionError("a reply is no request");
      }
    } catch (MalformedMessageException | UnsupportedOpCodeException expected) {
      // Refused, as it may be.
    }
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void reply(byte[] data) {
    ByteBuf frame = framed(data, OpCode.OP_MSG);
    boolean whole = true;
    try {
      WireMessage.parseReply(frame);
    } catch (MalformedMessageException | UnsupportedOpCodeException expected) {
      whole = false;
    }
    try {
      ReplySummary.of(frame);
    } catch (MalformedMessageException | UnsupportedOpCodeException e) {
      // The summary is less strict than the parse, never more.
      assertThat(whole).isFalse();
    }
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void hello(byte[] data) {
    BsonView view;
    try {
      view = BsonView.of(Unpooled.wrappedBuffer(data), 0);
    } catch (MalformedMessageException expected) {
      return;
    }
    if (!view.isEmpty()) {
      Hello.of(new Command(view, 0, 0, java.util.List.of(), false, "admin"));
      TargetDescription.ofReply(view.toBsonDocument());
    }
  }

  /** The first byte says how long the pieces are that the stream comes in. */
  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void frames(byte[] data) {
    if (data.length < 2) {
      return;
    }
    int piece = (data[0] & 0xff) + 1;
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(1000));
    try {
      for (int at = 1; at < data.length; at += piece) {
        channel.writeInbound(
            Unpooled.copiedBuffer(Arrays.copyOfRange(data, at, Math.min(data.length, at + piece))));
      }
    } catch (MalformedMessageException expected) {
      // Refused, as it may be.
    }
    int total = 0;
    for (ByteBuf frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
      assertThat(frame.getIntLE(frame.readerIndex())).isEqualTo(frame.readableBytes());
      total += frame.readableBytes();
      frame.release();
    }
    assertThat(total).isLessThan(data.length);
    channel.finishAndReleaseAll();
  }

  /** Right messages of each kind: where the fuzzer begins, and what every run tries. */
  static Stream<byte[]> seeds() {
    return Stream.of(
            Messages.msg("{find: 'orders', filter: {total: {$gt: 5}}, $db: 'shop'}"),
            Messages.msg(
                OpMsg.CHECKSUM_PRESENT,
                "{insert: 'orders', ordered: true, $db: 'shop'}",
                Messages.sequence("documents", "{_id: 1, a: [1, {b: 2}]}", "{_id: 2}")),
            Messages.msg(
                0,
                "{bulkWrite: 1, $db: 'admin'}",
                Messages.sequence("ops", "{insert: 0, document: {_id: 1}}"),
                Messages.sequence("nsInfo", "{ns: 'shop.orders'}")),
            Messages.msg(
                "{hello: 1, topologyVersion: {counter: 1}, maxAwaitTimeMS: 5, client: {}, $db:"
                    + " 'a'}"),
            Messages.msg(
                "{cursor: {firstBatch: [{_id: 1}], id: {$numberLong: '7'}, ns: 'a.b'}, ok: 1.0}"),
            OpQuery.encode(
                UnpooledByteBufAllocator.DEFAULT, 1, "admin", BsonDocument.parse("{ismaster: 1}")),
            OpReply.encode(
                UnpooledByteBufAllocator.DEFAULT, 1, 2, 8, BsonDocument.parse("{ok: 1, n: 5}")),
            Unpooled.wrappedBuffer(BsonView.encode(BsonSamples.document(new Random(7), 4))),
            Unpooled.wrappedBuffer(BsonView.encode(BsonSamples.document(new Random(34), 4))))
        .map(Messages::bytes);
  }

  @Test
  void everyChangeOfOneByteOfASeedIsReadOrRefused() {
    for (byte[] seed : seeds().toList()) {
      for (int at = 0; at < seed.length; at++) {
        for (int value : new int[] {0, 1, 2, 3, 4, 5, 0x0f, 0x24, 0x7f, 0x80, 0xff}) {
          byte[] data = seed.clone();
          data[at] = (byte) value;
          bson(data);
          request(data);
          reply(data);
          hello(data);
        }
        byte[] shorter = Arrays.copyOf(seed, at);
        bson(shorter);
        request(shorter);
        reply(shorter);
        frames(shorter);
      }
    }
  }

  /** Fuzzers are bad at lengths and opcodes: the header is set right for them. */
  private static ByteBuf framed(byte[] data, OpCode usual) {
    ByteBuf frame = Unpooled.buffer(data.length + MessageHeader.LENGTH);
    frame.writeBytes(data);
    while (frame.readableBytes() < MessageHeader.LENGTH) {
      frame.writeByte(0);
    }
    frame.setIntLE(0, frame.readableBytes());
    if (frame.getIntLE(12) != OpCode.OP_QUERY.number()
        && frame.getIntLE(12) != OpCode.OP_REPLY.number()) {
      frame.setIntLE(12, usual.number());
    }
    return frame;
  }
}
