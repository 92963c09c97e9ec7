package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;

/** What is read in pieces is what is read from the whole. */
class ReplyScanTest {
  private static final List<String> TOP =
      List.of(
          "ok", "n", "code", "codeName", "nModified", "errmsg", "topologyVersion", "$clusterTime");

  private static BsonArray batch(Random random) {
    BsonArray batch = new BsonArray();
    for (int i = random.nextInt(40); i > 0; i--) {
      batch.add(BsonSamples.document(random, 3));
    }
    return batch;
  }

  private static BsonValue likely(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> new BsonDouble(random.nextInt(3));
      case 1 -> new BsonInt32(random.nextInt());
      case 2 -> new BsonInt64(random.nextLong());
      case 3 -> new BsonString("shop." + random.nextInt());
      case 4 -> BsonBoolean.valueOf(random.nextBoolean());
      default -> BsonSamples.value(random, 2);
    };
  }

  private static BsonDocument answer(Random random) {
    BsonDocument answer = BsonSamples.document(random, 2);
    if (random.nextInt(4) > 0) {
      BsonDocument cursor = new BsonDocument();
      if (random.nextBoolean()) {
        cursor.append(random.nextBoolean() ? "firstBatch" : "nextBatch", batch(random));
      }
      cursor.append("id", likely(random)).append("ns", likely(random));
      if (random.nextBoolean()) {
        cursor.append("nextBatch", likely(random));
      }
      answer.append("cursor", random.nextInt(9) == 0 ? likely(random) : cursor);
    }
    if (random.nextInt(3) == 0) {
      answer.append("writeErrors", random.nextInt(9) == 0 ? likely(random) : batch(random));
    }
    for (String name : TOP) {
      if (random.nextInt(3) > 0) {
        answer.append(name, likely(random));
      }
    }
    return answer;
  }

  private static ReplyScan inPieces(ByteBuf frame, Random random) {
    ReplyScan scan = new ReplyScan();
    int most = random.nextBoolean() ? 9 : 2_000;
    int at = Math.min(frame.readableBytes(), FrameDecoder.HEAD);
    scan.read(frame.slice(frame.readerIndex(), at));
    while (at < frame.readableBytes()) {
      int take = Math.min(frame.readableBytes() - at, 1 + random.nextInt(most));
      scan.read(frame.slice(frame.readerIndex() + at, take));
      at += take;
    }
    return scan;
  }

  @Property(tries = 2_000)
  void anySplitOfAnyAnswerTellsTheSame(@ForAll long seed) {
    Random random = new Random(seed);
    int flags = random.nextBoolean() ? OpMsg.MORE_TO_COME : 0;
    ByteBuf frame = OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 5, 6, flags, answer(random));

    assertThat(ReplyScan.reads(frame)).isTrue();
    assertThat(inPieces(frame, random).summary()).isEqualTo(ReplySummary.of(frame));
  }

  @Property(tries = 2_000)
  void noBrokenAnswerIsReadDifferentlyOrWithoutEnd(@ForAll long seed) {
    Random random = new Random(seed);
    ByteBuf frame = OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 5, 6, 0, answer(random));
    int changed = 21 + random.nextInt(frame.readableBytes() - 21);
    frame.setByte(changed, random.nextInt(256));

    ReplySummary whole = null;
    try {
      whole = ReplySummary.of(frame);
    } catch (MalformedMessageException e) {
      // Then it may be refused, or read differently behind the wrong place.
    }
    ReplySummary pieces = null;
    try {
      pieces = inPieces(frame, random).summary();
    } catch (MalformedMessageException e) {
      // The same.
    }
    if (whole != null && pieces != null) {
      assertThat(pieces).isEqualTo(whole);
    }
  }

  @Test
  void anAnswerThatEndsEarlyIsBroken() {
    ByteBuf frame =
        Messages.msg("{cursor: {firstBatch: [{a: 1}, {a: 2}], id: 0, ns: 'a.b'}, ok: 1}");
    ReplyScan scan = new ReplyScan();
    scan.read(frame.slice(0, frame.readableBytes() - 1));

    assertThatThrownBy(scan::summary).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void whatIsLongIsSteppedOver() {
    String text = "x".repeat(100_000);
    ByteBuf frame =
        Messages.msg(
            "{" + text + ": 1, errmsg: '" + text + "', codeName: '" + text + "', code: 7, ok: 0}");

    assertThat(inPieces(frame, new Random(1)).summary())
        .isEqualTo(new ReplySummary(false, 7, null, -1, -1, -1, 0, null, 0, false, false));
  }

  @Test
  void onlyAnAnswerWhoseBodyComesFirstIsReadInPieces() {
    assertThat(ReplyScan.reads(Messages.msg("{ok: 1, some: 'thing more than nothing'}"))).isTrue();
    assertThat(ReplyScan.reads(Messages.raw(0, "01" + "00".repeat(40)))).isFalse();
    ByteBuf legacy =
        OpReply.encode(
            UnpooledByteBufAllocator.DEFAULT, 1, 2, 0, new BsonDocument("ok", new BsonInt32(1)));
    assertThat(ReplyScan.reads(legacy)).isFalse();
  }
}
