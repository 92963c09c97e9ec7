package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Iterator;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;

/** What must hold of any bytes: what we accept, org.mongodb:bson reads, and reads the same. */
final class BsonAgreement {
  private BsonAgreement() {}

  /** Whether the bytes are accepted; fails when the two readers disagree on accepted ones. */
  static boolean check(byte[] bytes) {
    ByteBuf buf = Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    try {
      BsonView view;
      try {
        BsonView.validate(buf, 0, bytes.length);
        view = BsonView.of(buf, 0);
      } catch (MalformedMessageException e) {
        return false;
      }
      BsonDocument theirs = BsonView.decode(bytes);
      walk(view, theirs.entrySet().iterator());
      return true;
    } finally {
      buf.release();
    }
  }

  private static void walk(BsonView ours, Iterator<Map.Entry<String, BsonValue>> theirs) {
    BsonCursor cursor = ours.cursor();
    while (cursor.next()) {
      assertThat(theirs).as("an element that only we see").hasNext();
      Map.Entry<String, BsonValue> entry = theirs.next();
      assertThat(cursor.name()).isEqualTo(entry.getKey());
      same(cursor, entry.getValue());
    }
    assertThat(theirs).as("an element that only they see").isExhausted();
  }

  private static void same(BsonElement ours, BsonValue theirs) {
    BsonType type = theirs.getBsonType();
    assertThat(ours.type()).isEqualTo(type);
    assertThat(ours.value()).isEqualTo(theirs);
    switch (type) {
      case DOUBLE ->
          assertThat(Double.doubleToRawLongBits(ours.doubleValue()))
              .isEqualTo(Double.doubleToRawLongBits(theirs.asDouble().getValue()));
      case STRING -> assertThat(ours.string()).isEqualTo(theirs.asString().getValue());
      case SYMBOL -> assertThat(ours.string()).isEqualTo(theirs.asSymbol().getSymbol());
      case JAVASCRIPT -> assertThat(ours.string()).isEqualTo(theirs.asJavaScript().getCode());
      case BINARY -> {
        assertThat(ours.binary()).isEqualTo(theirs.asBinary().getData());
        assertThat(ours.binarySubtype()).isEqualTo(theirs.asBinary().getType());
      }
      case OBJECT_ID -> assertThat(ours.objectId()).isEqualTo(theirs.asObjectId().getValue());
      case BOOLEAN -> assertThat(ours.booleanValue()).isEqualTo(theirs.asBoolean().getValue());
      case DATE_TIME -> assertThat(ours.dateTime()).isEqualTo(theirs.asDateTime().getValue());
      case INT32 -> assertThat(ours.intValue()).isEqualTo(theirs.asInt32().getValue());
      case INT64 -> assertThat(ours.longValue()).isEqualTo(theirs.asInt64().getValue());
      case DECIMAL128 -> assertThat(ours.decimal128()).isEqualTo(theirs.asDecimal128().getValue());
      case DOCUMENT -> {
        // Their map keeps the last of two equal keys below the top level, where we take both.
        if (!hasTwins(ours.document())) {
          walk(ours.document(), theirs.asDocument().entrySet().iterator());
        }
      }
      case ARRAY -> {
        BsonCursor cursor = ours.document().cursor();
        for (BsonValue each : theirs.asArray()) {
          assertThat(cursor.next()).isTrue();
          same(cursor, each);
        }
        assertThat(cursor.next()).isFalse();
      }
      default -> {}
    }
  }

  private static boolean hasTwins(BsonView document) {
    java.util.Set<String> names = new java.util.HashSet<>();
    BsonCursor cursor = document.cursor();
    while (cursor.next()) {
      if (!names.add(cursor.name())) {
        return true;
      }
    }
    return false;
  }
}
