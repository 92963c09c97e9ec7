package io.tidegate.wire;

import static io.tidegate.wire.Messages.msg;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ReplySummaryTest {
  @Test
  void aFindsFirstBatch() {
    ReplySummary summary =
        ReplySummary.of(
            msg(
                "{cursor: {firstBatch: [{_id: 1, n: 99}, {_id: 2, ok: 0}], id: {$numberLong: '77'},"
                    + " ns: 'shop.orders'}, ok: 1.0, $clusterTime: {n: 5}, operationTime:"
                    + " {$timestamp: {t: 1, i: 1}}}"));

    assertThat(summary)
        .isEqualTo(new ReplySummary(true, 0, null, -1, -1, 2, 77, "shop.orders", 0, false, false));
  }

  @Test
  void aGetMoresLastBatch() {
    ReplySummary summary =
        ReplySummary.of(
            msg(
                OpMsg.MORE_TO_COME,
                "{cursor: {nextBatch: [], id: {$numberLong: '0'}, ns: 'a.b'}, ok: 1}"));

    assertThat(summary)
        .isEqualTo(new ReplySummary(true, 0, null, -1, -1, 0, 0, "a.b", 0, true, false));
  }

  @Test
  void anUpdate() {
    ReplySummary summary =
        ReplySummary.of(msg("{n: 3, nModified: 2, writeErrors: [{index: 3, code: 11000}], ok: 1}"));

    assertThat(summary)
        .isEqualTo(new ReplySummary(true, 0, null, 3, 2, -1, 0, null, 1, false, false));
  }

  @Test
  void anErrorWithATopologyVersion() {
    ReplySummary summary =
        ReplySummary.of(
            msg(
                "{ok: 0, errmsg: 'x', code: 10107, codeName: 'NotWritablePrimary', topologyVersion:"
                    + " {counter: 1}}"));

    assertThat(summary)
        .isEqualTo(
            new ReplySummary(
                false, 10107, "NotWritablePrimary", -1, -1, -1, 0, null, 0, false, true));
  }

  @Test
  void aBodyAfterASequence() {
    ByteBuf frame =
        Messages.raw(
            0, "01 0e000000 7800" + "080000000a610000" + "00" + Messages.hex("{ok: 1, n: 4}"));

    assertThat(ReplySummary.of(frame).n()).isEqualTo(4);
  }

  @Test
  void fieldsOfAnotherTypeAreNotBelieved() {
    ReplySummary summary =
        ReplySummary.of(
            msg("{ok: 'yes', n: 'many', code: {}, codeName: 5, cursor: [], nModified: ''}"));

    assertThat(summary)
        .isEqualTo(new ReplySummary(false, 0, null, -1, -1, -1, 0, null, 0, false, false));
  }

  @Test
  void brokenAnswersAreRefused() {
    for (String sections :
        new String[] {"", "00", "01ffffffff", "0100000000", "02", "000a000000"}) {
      assertThatThrownBy(() -> ReplySummary.of(Messages.raw(0, sections)))
          .as(sections)
          .isInstanceOf(MalformedMessageException.class);
    }
    ByteBuf compressed = Unpooled.buffer();
    new MessageHeader(16, 1, 0, 2012).write(compressed);
    assertThatThrownBy(() -> ReplySummary.of(compressed))
        .isInstanceOf(UnsupportedOpCodeException.class);
  }
}
