package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OP_QUERY by section 4 of the protocol rules, and the answers in its family (F10). */
class OpQueryTest {
  private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{isMaster: 1, client: {}}",
        "{ismaster: 1}",
        "{hello: 1}",
        "{HELLO: 1}",
        "{$query: {ismaster: 1}, $readPreference: {mode: 'primary'}}",
        "{query: {ismaster: 1}}"
      })
  void aHelloIsAHello(String json) {
    OpQuery query = parse(query("admin.$cmd", -1, json));

    assertThat(query.kind()).isEqualTo(OpQuery.Kind.HELLO);
    assertThat(query.command().database()).isEqualTo("admin");
    assertThat(Hello.of(query.command())).isInstanceOf(HelloRequest.class);
  }

  @Test
  void anotherCommandIsToldUnsupported() {
    OpQuery query = parse(query("shop.$cmd", 1, "{count: 'orders'}"));
    assertThat(query.kind()).isEqualTo(OpQuery.Kind.COMMAND);

    OpReply reply = reply(ErrorReply.unsupported(ALLOCATOR, query, 99));

    assertThat(reply.responseFlags()).isEqualTo(8);
    assertThat(reply.header())
        .isEqualTo(new MessageHeader(reply.header().messageLength(), 99, 7, 1));
    BsonDocument document = reply.document().toBsonDocument();
    assertThat(document.getNumber("ok").intValue()).isZero();
    assertThat(document.getInt32("code").getValue()).isEqualTo(352);
    assertThat(document.getString("codeName").getValue()).isEqualTo("UnsupportedOpQueryCommand");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{ismaster: 1}", "{total: {$gt: 5}}"})
  void aFindIsToldQueryFailure(String json) {
    OpQuery query = parse(query("shop.orders", 0, json));
    assertThat(query.kind()).isEqualTo(OpQuery.Kind.FIND);
    assertThat(query.fullCollectionName()).isEqualTo("shop.orders");

    OpReply reply = reply(ErrorReply.unsupported(ALLOCATOR, query, 99));

    assertThat(reply.responseFlags()).isEqualTo(OpReply.QUERY_FAILURE | OpReply.AWAIT_CAPABLE);
    assertThat(reply.document().find("$err")).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"-1, true", "1, true", "0, false", "2, false", "-2147483648, false"})
  void aCommandAsksForOneDocument(int numberToReturn, boolean accepted) {
    ByteBuf frame = query("admin.$cmd", numberToReturn, "{ismaster: 1}");
    if (accepted) {
      assertThat(parse(frame).kind()).isEqualTo(OpQuery.Kind.HELLO);
    } else {
      refuses(frame);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "admin", "admin.", ".$cmd", "a b.$cmd", "."})
  void theNamespaceIsOne(String namespace) {
    refuses(query(namespace, -1, "{ismaster: 1}"));
  }

  @Test
  void everyByteIsConsumed() {
    ByteBuf fields =
        query("admin.$cmd", -1, "{ismaster: 1}").writeBytes(BsonView.encode(new BsonDocument()));
    assertThat(parse(length(fields)).kind()).isEqualTo(OpQuery.Kind.HELLO);

    refuses(length(query("admin.$cmd", -1, "{ismaster: 1}").writeByte(0)));
    refuses(length(fields.copy().writeBytes(BsonView.encode(new BsonDocument()))));
    refuses(query("admin.$cmd", -1, "{}"));
    for (int length = 16; length < fields.readableBytes() - 6; length++) {
      refuses(
          length(fields.copy().writerIndex(length)),
          query("admin.$cmd", -1, "{ismaster: 1}").readableBytes());
    }
  }

  @Test
  void aReplyHasExactlyOneDocument() {
    ByteBuf right = OpReply.encode(ALLOCATOR, 1, 7, 8, BsonDocument.parse("{ok: 1}"));
    assertThat(reply(right).document().toBsonDocument()).isEqualTo(BsonDocument.parse("{ok: 1}"));

    ByteBuf two = right.copy();
    two.setIntLE(32, 2);
    assertThatThrownBy(() -> reply(two)).isInstanceOf(MalformedMessageException.class);
    ByteBuf longer = length(right.copy().writeByte(0));
    assertThatThrownBy(() -> reply(longer)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void anErrorIsInTheFamilyOfItsRequest() {
    BsonDocument error = ErrorReply.unauthorized("rule x denies it");
    ByteBuf toMsg =
        ErrorReply.encode(
            ALLOCATOR, WireMessage.parse(Messages.msg("{ping: 1, $db: 'a'}")), 9, error);
    ByteBuf toQuery =
        ErrorReply.encode(ALLOCATOR, parse(query("admin.$cmd", -1, "{ismaster: 1}")), 9, error);

    assertThat(MessageHeader.opCode(toMsg)).isEqualTo(2013);
    assertThat(MessageHeader.opCode(toQuery)).isEqualTo(1);
    for (ByteBuf frame : new ByteBuf[] {toMsg, toQuery}) {
      assertThat(MessageHeader.responseTo(frame)).isEqualTo(7);
      ReplySummary summary = ReplySummary.of(frame);
      assertThat(summary.ok()).isFalse();
      assertThat(summary.code()).isEqualTo(13);
      assertThat(summary.codeName()).isEqualTo("Unauthorized");
    }
    assertThat(error).doesNotContainKey("errorLabels");
  }

  private static OpQuery parse(ByteBuf frame) {
    return (OpQuery) WireMessage.parse(frame);
  }

  private static OpReply reply(ByteBuf frame) {
    return (OpReply) WireMessage.parseReply(frame);
  }

  private static void refuses(ByteBuf frame) {
    assertThatThrownBy(() -> WireMessage.parse(frame))
        .isInstanceOf(MalformedMessageException.class);
  }

  private static void refuses(ByteBuf frame, int exceptLength) {
    if (frame.readableBytes() != exceptLength) {
      refuses(frame);
    }
  }

  private static ByteBuf query(String namespace, int numberToReturn, String json) {
    ByteBuf out = Unpooled.buffer();
    new MessageHeader(0, 7, 0, 2004).write(out);
    out.writeIntLE(4).writeBytes(namespace.getBytes(StandardCharsets.UTF_8)).writeByte(0);
    out.writeIntLE(0).writeIntLE(numberToReturn);
    out.writeBytes(HexFormat.of().parseHex(Messages.hex(json)));
    return length(out);
  }

  private static ByteBuf length(ByteBuf frame) {
    return frame.setIntLE(0, frame.readableBytes());
  }
}
