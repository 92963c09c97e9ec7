package io.tidegate.gateway.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.link.v1.RecordedCommands;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is put together by hand must be what the generated code reads. */
class RecordBufferTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 127, 128, 20_000, 3_000_000})
  void theGeneratedCodeReadsIt(int bodyBytes) throws Exception {
    byte[] body = new byte[bodyBytes];
    Arrays.fill(body, (byte) 7);
    RecordBuffer buffer = new RecordBuffer();
    for (int i = 1; i <= 3; i++) {
      int command = buffer.beginCommand();
      buffer.number(CommandRecord.SEQUENCE_FIELD_NUMBER, (1L << 40) + i);
      buffer.number(CommandRecord.REQUEST_ID_FIELD_NUMBER, -i);
      buffer.text(CommandRecord.COMMAND_FIELD_NUMBER, "find");
      buffer.text(CommandRecord.COLLECTION_FIELD_NUMBER, "größe-日本");
      buffer.text(CommandRecord.RULE_FIELD_NUMBER, "");
      buffer.bytes(CommandRecord.BODY_FIELD_NUMBER, body);
      int reply = buffer.beginReply();
      buffer.flag(CommandRecord.Reply.OK_FIELD_NUMBER, true);
      buffer.number(CommandRecord.Reply.CURSOR_ID_FIELD_NUMBER, Long.MIN_VALUE);
      buffer.end(reply);
      buffer.end(command);
    }

    RecordedCommands read =
        RecordedCommands.parseFrom(Arrays.copyOf(buffer.array(), buffer.length()));

    RecordedCommands.Builder expected = RecordedCommands.newBuilder();
    for (int i = 1; i <= 3; i++) {
      expected.addCommands(
          CommandRecord.newBuilder()
              .setSequence((1L << 40) + i)
              .setRequestId(-i)
              .setCommand("find")
              .setCollection("größe-日本")
              .setBody(ByteString.copyFrom(body))
              .setReply(CommandRecord.Reply.newBuilder().setOk(true).setCursorId(Long.MIN_VALUE)));
    }
    assertThat(read).isEqualTo(expected.build());
    assertThat(buffer.count()).isEqualTo(3);
  }

  @Test
  void aClearedBufferBeginsAnew() throws Exception {
    RecordBuffer buffer = new RecordBuffer();
    buffer.end(buffer.beginCommand());
    buffer.clear();
    buffer.end(buffer.beginCommand());

    assertThat(
            RecordedCommands.parseFrom(Arrays.copyOf(buffer.array(), buffer.length()))
                .getCommandsCount())
        .isEqualTo(1);
  }
}
