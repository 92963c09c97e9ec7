package io.tidegate.wire;

import static io.tidegate.wire.Messages.msg;
import static io.tidegate.wire.Messages.raw;
import static io.tidegate.wire.Messages.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules F1 to F6 on OP_MSG, each with the neighbour that is accepted. */
class OpMsgTest {
  private static final String PING = Messages.hex("{ping: 1, $db: 'shop'}");

  @Test
  void readsACommandInPlace() {
    ByteBuf frame =
        msg(
            OpMsg.EXHAUST_ALLOWED,
            "{insert: 'orders', ordered: true, $db: 'shop'}",
            sequence("documents", "{_id: 1}", "{_id: 2, note: 'ü'}"));

    OpMsg message = (OpMsg) WireMessage.parse(frame);

    assertThat(message.header()).isEqualTo(new MessageHeader(frame.readableBytes(), 7, 0, 2013));
    assertThat(message.exhaustAllowed()).isTrue();
    assertThat(message.moreToCome()).isFalse();
    assertThat(message.checksumPresent()).isFalse();
    Command command = message.command();
    assertThat(command.name()).isEqualTo("insert");
    assertThat(command.database()).isEqualTo("shop");
    assertThat(command.collection()).isEqualTo("orders");
    assertThat(command.mayRunJavaScript()).isFalse();
    assertThat(command.sequences())
        .singleElement()
        .extracting(DocumentSequence::count)
        .isEqualTo(2);
    assertThat(documents(command, "documents"))
        .containsExactly(BsonDocument.parse("{_id: 1}"), BsonDocument.parse("{_id: 2, note: 'ü'}"));
    assertThat(command.documents("updates")).isNull();
  }

  @Test
  void readsAFrameThatDoesNotBeginAtIndexZero() {
    ByteBuf frame = Unpooled.buffer().writeZero(13).writeBytes(msg("{ping: 1, $db: 'shop'}"));
    frame.readerIndex(13);

    Command command = ((OpMsg) WireMessage.parse(frame)).command();

    assertThat(command.name()).isEqualTo("ping");
    assertThat(command.database()).isEqualTo("shop");
    assertThat(command.body().toBsonDocument())
        .isEqualTo(BsonDocument.parse("{ping: 1, $db: 'shop'}"));
  }

  @Test
  void theBodyMayStandAfterASequence() {
    ByteBuf frame =
        raw(0, "01 12000000 6f707300 " + Messages.hex("{}") + Messages.hex("{}") + "00" + PING);

    assertThat(((OpMsg) WireMessage.parse(frame)).sequences())
        .singleElement()
        .extracting(DocumentSequence::count)
        .isEqualTo(2);
  }

  @Test
  void anArrayInTheBodyCountsAsASequenceDoes() {
    Command command =
        command(msg("{insert: 'orders', documents: [{_id: 1}, 5, {_id: 2}], $db: 'shop'}"));

    assertThat(documents(command, "documents"))
        .containsExactly(BsonDocument.parse("{_id: 1}"), BsonDocument.parse("{_id: 2}"));
  }

  @Test
  void f1TheFrameIsAsLongAsItSays() {
    ByteBuf longer = msg("{ping: 1, $db: 'shop'}").writeByte(0);
    ByteBuf shorter = msg("{ping: 1, $db: 'shop'}");
    shorter.writerIndex(shorter.writerIndex() - 1);

    refuses("F1", longer);
    refuses("F1", shorter);
    refuses("F1", Unpooled.buffer().writeZero(15));
  }

  @Test
  void f2RequiredBitsMustBeKnownAndOptionalOnesNeedNot() {
    for (int bit = 2; bit < 16; bit++) {
      refuses("F2", raw(1 << bit, "00" + PING));
    }
    for (int bit = 16; bit < 32; bit++) {
      accepts(raw(1 << bit, "00" + PING));
    }
  }

  @Test
  void f3ExactlyOneBody() {
    refuses("F3", raw(0, "00" + PING + "00" + PING));
    refuses("F3", raw(0, "01 12000000 6f707300 " + Messages.hex("{}") + Messages.hex("{}")));
    refuses("F3", raw(0, "02" + PING));
    accepts(raw(0, "00" + PING));
  }

  @Test
  void f3SequencesAreUniqueAndNoFieldsOfTheBody() {
    refuses("F3", msg(0, "{update: 'a', $db: 'b'}", sequence("updates"), sequence("updates")));
    refuses("F3", msg(0, "{update: 'a', updates: [], $db: 'b'}", sequence("updates")));
    refuses("F3", msg(0, "{update: 'a', $db: 'b'}", sequence("$db", "{}")));
    refuses("F3", msg(0, "{update: 'a', let: {}, $db: 'b'}", sequence("let.x")));
    refuses("F3", msg(0, "{update: 'a', $db: 'b'}", sequence("")));
    accepts(msg(0, "{bulkWrite: 1, $db: 'admin'}", sequence("ops"), sequence("nsInfo")));
  }

  @Test
  void f3SequencesAreFew() {
    List<OpMsg.Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < OpMsg.MAX_SEQUENCES; i++) {
      sequences.add(sequence("s" + i));
    }
    accepts(msg(0, "{ping: 1, $db: 'b'}", sequences.toArray(OpMsg.Sequence[]::new)));
    sequences.add(sequence("more"));
    refuses("F3", msg(0, "{ping: 1, $db: 'b'}", sequences.toArray(OpMsg.Sequence[]::new)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01 0d000000 6f707300 0500000000 00", // a length that ends inside the document
        "01 ffffffff 6f707300 0500000000",
        "01 04000000 6f707300 0500000000",
        "01 ffffff7f 6f707300 0500000000",
        "01 08000000 6f7073ff" // a name without an end
      })
  void f3SequencesHaveTheRightLength(String section) {
    ByteBuf frame = raw(0, "00" + PING + section);

    assertThatThrownBy(() -> WireMessage.parse(frame))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageMatching("F[36]: .*");
  }

  @Test
  void f3EveryByteIsConsumed() {
    ByteBuf frame = raw(0, "00" + PING + "00");

    assertThatThrownBy(() -> WireMessage.parse(frame))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void f4AChecksumIsVerified() {
    ByteBuf right = msg(OpMsg.CHECKSUM_PRESENT, "{ping: 1, $db: 'shop'}");
    accepts(right);
    for (int at : new int[] {4, 8, 22, right.readableBytes() - 1}) {
      ByteBuf wrong = right.copy();
      wrong.setByte(at, wrong.getByte(at) ^ 1);
      refuses("F4", wrong);
    }
    // The vector of RFC 3720 B.4 says that this is the Castagnoli polynomial.
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(new byte[32]);
    assertThat(crc.getValue()).isEqualTo(0x8A9136AAL);
  }

  @Test
  void f6DatabaseIsGivenOnceAsAString() {
    refuses("F6", msg("{ping: 1}"));
    refuses("F6", msg("{ping: 1, $db: 5}"));
    refuses("F6", msg("{ping: 1, $db: {$symbol: 'shop'}}"));
    refuses("F6", raw(0, "00" + twice("$db")));
    // A $db further down is somebody's field.
    accepts(msg("{find: 'a', filter: {$db: 'hr'}, $db: 'shop'}"));
    assertThat(command(msg("{find: 'a', filter: {$db: 'hr'}, $db: 'shop'}")).database())
        .isEqualTo("shop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b", "a b", "a/b", "a\\\\b", "a\\u0000b", "a\\\"b"})
  void f6DatabaseNamesThatCouldBeReadTwoWaysAreRefused(String name) {
    refuses("F6", msg("{ping: 1, $db: \"" + name + "\"}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"$external", "shop-2", "a_b", "größe"})
  void f6DatabaseNamesOfServersAreAccepted(String name) {
    assertThat(command(msg("{ping: 1, $db: '" + name + "'}")).database()).isEqualTo(name);
  }

  @Test
  void f6DatabaseNamesHaveAnEnd() {
    accepts(msg("{ping: 1, $db: '" + "a".repeat(63) + "'}"));
    refuses("F6", msg("{ping: 1, $db: '" + "a".repeat(64) + "'}"));
  }

  @Test
  void f6TheCommandComesFirst() {
    refuses("F6", msg("{$db: 'shop', ping: 1}"));
    refuses("F6", msg("{$clusterTime: {}, ping: 1, $db: 'shop'}"));
    refuses("F6", raw(0, "00" + Messages.hex("{'': 1, $db: 'shop'}")));
    refuses("F6", raw(0, "00" + Messages.hex("{}")));
  }

  @Test
  void f6KeysStandOnceAtEveryLevelOfTheBody() {
    refuses("F6", raw(0, "00" + twice("filter")));
    refuses("F6", raw(0, "00" + twice("a key that is longer than a word")));
    refuses("F6", raw(0, "00" + twice("exactly8")));
    refuses("F6", raw(0, "00" + document(element("find") + "03 6600" + twiceOf("from") + db())));
    refuses(
        "F6",
        raw(
            0,
            "00"
                + document(
                    element("find") + "04 6600" + document("03 3000" + twiceOf("from")) + db())));
    // In arrays the keys are only places.
    accepts(
        raw(
            0,
            "00"
                + document(
                    element("find") + "04 6600" + document(element("0") + element("0")) + db())));
    // The same key in two documents is two keys.
    accepts(msg("{find: 'a', filter: {a: {find: 1}, b: {find: 1}}, $db: 'b'}"));
  }

  @Test
  void f6KeysOfDataStandOnceAtItsTopLevel() {
    String body = "00" + Messages.hex("{insert: 'a', $db: 'b'}");
    refuses("F6", raw(0, body + section("docs", twiceOf("from"))));
    accepts(raw(0, body + section("docs", document("03 6600" + twiceOf("from")))));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 12, 13, 14, 100, 5000})
  void f6DuplicatesAreFoundAmongManyKeys(int keys) {
    BsonDocument body = new BsonDocument("find", new BsonString("a"));
    for (int i = 0; i < keys; i++) {
      body.append("key" + i * 7919L * 1_000_003L, new BsonInt32(i));
    }
    body.append("$db", new BsonString("b"));
    ByteBuf frame = OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 1, 0, 0, body);
    accepts(frame);

    // The encoder writes no duplicates, so one is made of two keys that differ in a letter.
    BsonDocument twice = body.clone();
    twice.append("key1", new BsonInt32(1));
    twice.append("kez1", new BsonInt32(1));
    ByteBuf renamed = OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 1, 0, 0, twice);
    int at = Messages.hex(renamed).indexOf("6b657a31") / 2;
    renamed.setByte(at + 2, 'y');
    refuses("F6", renamed);
  }

  @Test
  void f6NestingHasALimit() {
    accepts(nested(StrictScan.MAX_DEPTH));
    refuses("F6", nested(StrictScan.MAX_DEPTH + 1));
  }

  @Test
  void javaScriptIsSeenWhereverItStands() {
    for (String json :
        List.of(
            "{find: 'a', filter: {$where: '1'}, $db: 'b'}",
            "{find: 'a', filter: {$and: [{x: 1}, {y: {$where: '1'}}]}, $db: 'b'}",
            "{find: 'a', filter: {$expr: {$function: {body: 'f'}}}, $db: 'b'}",
            "{aggregate: 'a', pipeline: [{$group: {x: {$accumulator: {}}}}], $db: 'b'}",
            "{aggregate: 'a', pipeline: [{$project: {x: {$_internalJsEmit: {}}}}], $db: 'b'}",
            "{find: 'a', filter: {x: {$code: 'f'}}, $db: 'b'}",
            "{find: 'a', filter: {x: {$code: 'f', $scope: {y: 1}}}, $db: 'b'}",
            "{mapReduce: 'a', $db: 'b'}",
            "{mapreduce: 'a', $db: 'b'}")) {
      assertThat(command(msg(json)).mayRunJavaScript()).as(json).isTrue();
    }
    for (String json :
        List.of(
            "{find: 'a', filter: {where: '$where'}, $db: 'b'}",
            "{find: 'a', filter: {$wherever: 1, $functions: 1}, $db: 'b'}",
            "{insert: 'a', documents: [{x: {$code: 'f'}}], $db: 'b'}")) {
      assertThat(command(msg(json)).mayRunJavaScript()).as(json).isFalse();
    }
    Command update =
        command(msg(0, "{update: 'a', $db: 'b'}", sequence("updates", "{q: {$where: '1'}}")));
    assertThat(update.mayRunJavaScript()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"1", "2010", "2012", "0", "-1", "2004000"})
  void otherOpcodesAreRefusedByNumber(int opCode) {
    ByteBuf frame = Unpooled.buffer();
    new MessageHeader(20, 1, 0, opCode).write(frame);
    frame.writeIntLE(0);

    assertThatThrownBy(() -> WireMessage.parse(frame))
        .isInstanceOfSatisfying(
            UnsupportedOpCodeException.class, e -> assertThat(e.opCode()).isEqualTo(opCode));
  }

  @Test
  void aReplyNeedsNoDatabaseButIsCheckedAllTheSame() {
    ByteBuf reply = raw(0, "00" + Messages.hex("{ok: 1.0}"));

    OpMsg message = (OpMsg) WireMessage.parseReply(reply);

    assertThat(message.body().find("ok")).isNotNull();
    assertThatThrownBy(message::command).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> WireMessage.parseReply(raw(0, "00" + "0a000000016f6b00000000")))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void aBodyIsReplacedAndTheRestIsKept() {
    ByteBuf frame =
        msg(
            OpMsg.CHECKSUM_PRESENT | OpMsg.MORE_TO_COME | 1 << 20,
            "{insert: 'a', $db: 'b'}",
            sequence("documents", "{_id: 1}"));
    OpMsg message = (OpMsg) WireMessage.parse(frame);
    BsonDocument body = BsonDocument.parse("{insert: 'other', comment: 'x', $db: 'b'}");

    ByteBuf changed =
        message.withBody(
            UnpooledByteBufAllocator.DEFAULT, Unpooled.wrappedBuffer(BsonView.encode(body)));

    OpMsg read = (OpMsg) WireMessage.parse(changed);
    assertThat(read.flagBits()).isEqualTo(OpMsg.MORE_TO_COME);
    assertThat(read.header().requestId()).isEqualTo(7);
    assertThat(read.body().toBsonDocument()).isEqualTo(body);
    assertThat(documents(read.command(), "documents"))
        .containsExactly(BsonDocument.parse("{_id: 1}"));
  }

  private static ByteBuf nested(int depth) {
    BsonDocument inner = new BsonDocument();
    for (int i = 2; i < depth; i++) {
      inner = new BsonDocument("a", inner);
    }
    return OpMsg.encode(
        UnpooledByteBufAllocator.DEFAULT,
        1,
        0,
        0,
        new BsonDocument("find", inner).append("$db", new BsonString("b")));
  }

  private static List<BsonDocument> documents(Command command, String field) {
    List<BsonDocument> documents = new ArrayList<>();
    Iterable<BsonView> views = command.documents(field);
    if (views == null) {
      throw new AssertionError("no documents at " + field);
    }
    views.forEach(view -> documents.add(view.toBsonDocument()));
    return documents;
  }

  private static Command command(ByteBuf frame) {
    return ((OpMsg) WireMessage.parse(frame)).command();
  }

  private static void accepts(ByteBuf frame) {
    assertThat(WireMessage.parse(frame)).isInstanceOf(OpMsg.class);
  }

  private static void refuses(String rule, ByteBuf frame) {
    assertThatThrownBy(() -> WireMessage.parse(frame))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.rule()).isEqualTo(rule));
  }

  // Documents by hand, for what the encoder of org.mongodb:bson would not write.

  private static String element(String key) {
    return "0a"
        + java.util.HexFormat.of().formatHex(key.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        + "00";
  }

  private static String db() {
    return "02 24646200 02000000 6200";
  }

  private static String document(String elements) {
    String hex = elements.replace(" ", "");
    int length = hex.length() / 2 + 5;
    return "%02x%02x%02x%02x".formatted(length & 0xff, length >> 8 & 0xff, length >> 16, 0)
        + hex
        + "00";
  }

  private static String twiceOf(String key) {
    return document(element(key) + element(key));
  }

  private static String twice(String key) {
    String first = key.equals("$db") ? db() : element(key);
    return document(element("find") + first + first + (key.equals("$db") ? "" : db()));
  }

  private static String section(String name, String documents) {
    String hex = (element(name).substring(2) + documents).replace(" ", "");
    int length = hex.length() / 2 + 4;
    return "01" + "%02x%02x0000".formatted(length & 0xff, length >> 8) + hex;
  }
}
