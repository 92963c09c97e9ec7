package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BsonViewTest {
  @Property(tries = 2000)
  void everyDocumentIsReadAsOrgMongodbBsonReadsIt(@ForAll long seed) {
    BsonDocument document = BsonSamples.document(new Random(seed), 4);

    assertThat(BsonAgreement.check(BsonView.encode(document))).isTrue();
  }

  @Property(tries = 5000)
  void whatIsAcceptedOfMutatedBytesIsReadTheSame(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = BsonView.encode(BsonSamples.document(random, 3));
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      bytes[at] =
          switch (random.nextInt(3)) {
            case 0 -> (byte) random.nextInt(256);
            case 1 -> (byte) (bytes[at] + 1);
            default -> (byte) random.nextInt(0x14);
          };
    }

    BsonAgreement.check(bytes);
  }

  @Property(tries = 500)
  void everyPrefixOfADocumentIsRefused(@ForAll long seed) {
    byte[] bytes = BsonView.encode(BsonSamples.document(new Random(seed), 2));
    for (int length = 0; length < bytes.length; length++) {
      assertThat(BsonAgreement.check(java.util.Arrays.copyOf(bytes, length))).isFalse();
    }
  }

  @Property(tries = 1000)
  void theShallowWalkNeverLeavesTheView(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = BsonView.encode(BsonSamples.document(random, 3));
    for (int i = 0; i < 4; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    // Beyond the document stand bytes that look like an endless key.
    ByteBuf buf = Unpooled.buffer().writeBytes(bytes).writeBytes(new byte[] {1, 1, 1, 1, 1, 1});
    assertThatCode(() -> walkDeep(BsonView.shallow(buf, 0)))
        .satisfies(thrown ->
            assertThat(thrown == null || thrown instanceof MalformedMessageException).isTrue());
  }

  private static void walkDeep(BsonView view) {
    BsonCursor cursor = view.cursor();
    while (cursor.next()) {
      assertThat(cursor.valueStart + cursor.valueLength).isLessThan(view.offset + view.length);
      if (cursor.isDocument() || cursor.isArray()) {
        walkDeep(cursor.document());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0500000001", // no end
        "0600000000", // longer than the bytes
        "0400000000", // shorter than any document
        "ffffffff00",
        "0700000014 61 00 00", // no room for the type's value
        "080000000a 6100 00 00", // bytes after the end
        "080000000a 616200", // the key runs into the end
        "0800000021 6100 00", // an unknown type
        "0800000000 0000 00", // an end before the end
        "0900000008 6100 02 00", // a boolean of two
        "0e00000002 6100 00000000 0000 00", // a string shorter than its end
        "0e00000002 6100 ffffffff 0000 00",
        "0e00000002 6100 03000000 0000 00", // a string that runs into the end
        "0d00000002 6100 01000000 61 00", // a string without end
        "0e00000002 6100 02000000 ff00 00", // not UTF-8
        "0f00000002 6100 03000000 c08000 00", // NUL in two bytes
        "1000000002 6100 04000000 eda08000 00", // half of a surrogate pair
        "1100000002 6100 05000000 f490808000 00", // beyond Unicode
        "080000000a ff00 00", // a key that is not UTF-8
        "0d00000005 6100 ffffffff 00 00", // a binary of minus one byte
        "1100000005 6100 04000000 02 01000000 00", // an old binary with another length inside
        "0a0000000b 6100 6900", // an expression without options
        "180000000f 6100 10000000 02000000 6600 05000000 00 00 00", // a scope that ends early
      })
  void brokenDocumentsAreRefused(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));

    assertThat(BsonAgreement.check(bytes)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0500000000",
        "080000000a 6100 00",
        "0900000008 6100 01 00",
        "0e00000002 6100 02000000 7a00 00",
        "0e00000002 6100 02000000 0000 00", // a NUL within a string is a character
        "0f00000002 6100 03000000 c3bc00 00",
        "1200000005 6100 05000000 02 01000000 61 00",
        "170000000f 6100 0f000000 02000000 6600 05000000 00 00",
      })
  void theirNeighboursAreAccepted(String hex) {
    String plain = hex.replace(" ", "");
    byte[] bytes = HexFormat.of().parseHex(plain);
    bytes[0] = (byte) bytes.length;

    assertThat(BsonAgreement.check(bytes)).isTrue();
  }

  @Test
  void aValidatedRangeEndsWithTheDocument() {
    ByteBuf buf = Unpooled.buffer().writeBytes(HexFormat.of().parseHex("050000000000"));

    assertThatCode(() -> BsonView.validate(buf, 0, 5)).doesNotThrowAnyException();
    assertThatThrownBy(() -> BsonView.validate(buf, 0, 6))
        .isInstanceOf(MalformedMessageException.class);
    assertThat(BsonView.of(buf, 0).byteLength()).isEqualTo(5);
  }

  @Test
  void elementsAreFoundAndCompared() {
    BsonView view = BsonView.of(BsonDocument.parse("{Find: 'a', n: 1, s: 'text', d: {x: [1.5]}}"));

    BsonElement first = found(view, "Find");
    assertThat(first.nameEquals("Find")).isTrue();
    assertThat(first.nameEquals("find")).isFalse();
    assertThat(first.nameEqualsIgnoreCase("find")).isTrue();
    assertThat(first.nameEqualsIgnoreCase("fine")).isFalse();
    assertThat(view.find("missing")).isNull();
    assertThat(view.find("s"))
        .satisfies(s -> {
          assertThat(s.stringEquals("text")).isTrue();
          assertThat(s.stringEquals("texts")).isFalse();
          assertThat(s.isNumber()).isFalse();
          assertThat(s.isTruthy()).isFalse();
        });
    assertThat(view.find("d")).satisfies(d -> assertThat(d.type()).isEqualTo(BsonType.DOCUMENT));
    assertThatThrownBy(() -> first.longValue())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageNotContaining("'a'");
  }

  @Test
  void numbersAreCutAndNotWrapped() {
    BsonView view =
        BsonView.of(
            BsonDocument.parse(
                "{a: 1e300, b: {$numberLong: '9000000000'}, c: {$numberDecimal: '-7.9'}, d: NaN}"));

    assertThat(found(view, "a").longValue()).isEqualTo(Long.MAX_VALUE);
    assertThat(found(view, "b").intValue()).isEqualTo(Integer.MAX_VALUE);
    assertThat(found(view, "c").longValue()).isEqualTo(-7);
    assertThat(found(view, "d").longValue()).isZero();
  }

  @Test
  void theContentIsNotPrinted() {
    BsonView view = BsonView.of(BsonDocument.parse("{name: 'planted'}"));

    assertThat(view.toString()).doesNotContain("planted");
    assertThat(view.first()).hasToString("BsonElement[name: STRING]");
  }

  @Test
  void aDocumentOfVeryManyKeysIsReadInLinearTime() {
    BsonDocument many = new BsonDocument();
    for (int i = 0; i < 400_000; i++) {
      many.append("key number " + i, org.bson.BsonNull.VALUE);
    }

    // Pairwise it would be eighty thousand million comparisons: minutes.
    org.junit.jupiter.api.Assertions.assertTimeout(
        java.time.Duration.ofSeconds(20), () -> BsonView.of(many));
  }

  private static BsonElement found(BsonView view, String key) {
    BsonElement element = view.find(key);
    if (element == null) {
      throw new AssertionError("no element " + key);
    }
    return element;
  }
}
