package io.tidegate.gateway.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tidegate.wire.OpMsg;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

class RecordedBodyTest {
  private static final int MOST = 4_096;

  private static BsonDocument command(String name, String value) {
    return new BsonDocument(name, new BsonString(value)).append("$db", new BsonString("shop"));
  }

  private static ByteBuf frame(BsonDocument body, int flags, OpMsg.Sequence... sequences) {
    return OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 7, 0, flags, body, List.of(sequences));
  }

  private static BsonDocument recorded(RecordedBody body) {
    return new RawBsonDocument(body.bytes());
  }

  @Test
  void aBodyIsKeptAsItIs() {
    BsonDocument find = command("find", "orders").append("limit", new BsonInt32(3));

    RecordedBody body = RecordedBody.of("find", frame(find, 0), MOST);

    assertThat(recorded(body)).isEqualTo(find);
    assertThat(body.whole()).isTrue();
  }

  @Test
  void aChecksumIsNoPartOfTheBody() {
    BsonDocument find = command("find", "orders");

    RecordedBody body = RecordedBody.of("find", frame(find, OpMsg.CHECKSUM_PRESENT), MOST);

    assertThat(recorded(body)).isEqualTo(find);
  }

  @Test
  void sequencesBecomeArrays() {
    BsonDocument insert = command("insert", "orders");
    List<BsonDocument> documents =
        List.of(
            new BsonDocument("_id", new BsonInt32(1)), new BsonDocument("_id", new BsonInt32(2)));

    RecordedBody body =
        RecordedBody.of(
            "insert", frame(insert, 0, new OpMsg.Sequence("documents", documents)), MOST);

    assertThat(recorded(body))
        .isEqualTo(insert.clone().append("documents", new BsonArray(documents)));
    assertThat(body.whole()).isTrue();
  }

  @Test
  void whatIsTooLongIsLeftOutAndSaidSo() {
    BsonDocument insert = command("insert", "orders");
    List<BsonDocument> documents = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      documents.add(
          new BsonDocument("_id", new BsonInt32(i)).append("text", new BsonString("x".repeat(90))));
    }

    RecordedBody body =
        RecordedBody.of(
            "insert", frame(insert, 0, new OpMsg.Sequence("documents", documents)), MOST);

    assertThat(body.whole()).isFalse();
    assertThat(body.bytes()).hasSizeLessThanOrEqualTo(MOST);
    BsonDocument kept = recorded(body);
    assertThat(kept.getArray("documents").size()).isBetween(20, 99);
    assertThat(kept.getArray("documents").get(0)).isEqualTo(documents.get(0));
    assertThat(kept.get("$truncated")).isEqualTo(BsonBoolean.TRUE);
    assertThat(kept.getString("insert").getValue()).isEqualTo("orders");
  }

  @Test
  void aLongFieldIsLeftOutAndItsNeighboursStay() {
    BsonDocument find =
        command("find", "orders")
            .append("filter", new BsonDocument("a", new BsonString("y".repeat(MOST))))
            .append("limit", new BsonInt32(3));

    BsonDocument kept = recorded(RecordedBody.of("find", frame(find, 0), MOST));

    assertThat(kept.keySet()).containsExactly("find", "$db", "limit", "$truncated");
  }

  @Test
  void passwordsAreTakenOut() {
    BsonDocument create =
        command("createUser", "eve").append("pwd", new BsonString("planted-secret-91"));

    RecordedBody body = RecordedBody.of("createUser", frame(create, 0), MOST);

    assertThat(new String(body.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("planted-secret-91");
    assertThat(recorded(body).getString("pwd").getValue()).isEqualTo("<hidden>");
    assertThat(recorded(body).getString("createUser").getValue()).isEqualTo("eve");
  }

  @Test
  void theSameFieldOfAnotherCommandIsData() {
    BsonDocument find =
        command("find", "users").append("filter", new BsonDocument("pwd", new BsonInt32(1)));

    assertThat(recorded(RecordedBody.of("find", frame(find, 0), MOST))).isEqualTo(find);
  }

  @Test
  void aClientsOwnWordForTruncationIsDroppedWhereWeSayItOurselves() {
    BsonDocument create =
        command("createUser", "x")
            .append("$truncated", new BsonInt32(7))
            .append("pad", new BsonString("y".repeat(MOST)));

    BsonDocument kept = recorded(RecordedBody.of("createUser", frame(create, 0), MOST));

    assertThat(kept.keySet()).containsExactly("createUser", "$db", "$truncated");
    assertThat(kept.get("$truncated")).isEqualTo(BsonBoolean.TRUE);
  }

  @Test
  void aSequenceOfDeepDocumentsIsKeptInACommandWithSecrets() {
    BsonDocument deep = new BsonDocument("a", new BsonInt32(1));
    for (int i = 0; i < 178; i++) {
      deep = new BsonDocument("a", deep);
    }
    ByteBuf frame =
        frame(
            command("createUser", "x").append("pwd", new BsonString("planted-secret-92")),
            0,
            new OpMsg.Sequence("documents", List.of(deep)));

    RecordedBody body = RecordedBody.of("createUser", frame, MOST);

    assertThat(recorded(body).getString("pwd").getValue()).isEqualTo("<hidden>");
    assertThat(recorded(body).containsKey("documents")).isTrue();
  }
}
