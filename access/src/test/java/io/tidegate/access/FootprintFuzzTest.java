package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.tidegate.wire.Command;
import io.tidegate.wire.MalformedMessageException;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.UnsupportedOpCodeException;
import io.tidegate.wire.WireMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

/** Whatever {@code wire} accepts has a footprint and a decision; neither ever throws. */
class FootprintFuzzTest {
  private static final List<String> NAMES = List.copyOf(CommandCatalogue.names());

  /** Words with a meaning somewhere, so that nonsense gets past the first look. */
  private static final List<String> WORDS =
      List.of(
          "pipeline",
          "cursor",
          "documents",
          "updates",
          "deletes",
          "ops",
          "nsInfo",
          "ns",
          "q",
          "u",
          "upsert",
          "multi",
          "insert",
          "update",
          "delete",
          "document",
          "filter",
          "updateMods",
          "viewOn",
          "to",
          "out",
          "db",
          "coll",
          "from",
          "as",
          "into",
          "whenMatched",
          "whenNotMatched",
          "$lookup",
          "$unionWith",
          "$facet",
          "$out",
          "$merge",
          "$graphLookup",
          "$changeStream",
          "$currentOp",
          "$documents",
          "$match",
          "$where",
          "$rankFusion",
          "input",
          "pipelines",
          "allChangesForCluster",
          "encryptionInformation",
          "schema",
          "escCollection",
          "lsid",
          "id",
          "uid",
          "$audit",
          "inline",
          "replace",
          "root",
          "forAllDBs",
          "user",
          "role",
          "indexes",
          "toCollection",
          "collection",
          "cursors",
          "remove",
          "bypassDocumentValidation",
          "dropTarget",
          "explain",
          "find",
          "aggregate");

  private static final List<String> TEXTS =
      List.of(
          "orders",
          "shop.orders",
          "",
          ".",
          "a.",
          ".a",
          "$cmd",
          "system.views",
          "system.js",
          "merge",
          "fail",
          "x\0y",
          "$$USER_ROLES",
          "shop",
          "é",
          "discard");

  @Test
  void nothingThatWireAcceptsMakesTheFootprintThrow() {
    int allowed = 0;
    Lease root = TestLeases.named("root");
    for (int seed = 0; seed < 12_000; seed++) {
      Random random = new Random(seed);
      Decision decision = decide(root, command(random));
      allowed += decision instanceof Decision.Allow ? 1 : 0;
    }
    // Enough of the nonsense makes sense for the test to reach the ends of the rules.
    assertThat(allowed).isGreaterThan(500);
  }

  /** Raw frames: what the strict parse lets through must not surprise the footprint. */
  @FuzzTest
  void fuzzFrames(byte[] frame) {
    Command command;
    try {
      if (!(WireMessage.parse(Unpooled.wrappedBuffer(frame)) instanceof OpMsg message)) {
        return;
      }
      command = message.command();
    } catch (MalformedMessageException | UnsupportedOpCodeException e) {
      return;
    }
    decide(TestLeases.named("readwrite"), command);
  }

  private static Decision decide(Lease lease, Command command) {
    Decision decision = Policy.decide(lease, command, TestLeases.DURING);
    assertThat(decision.footprint().command()).isNotNull();
    if (decision instanceof Decision.Deny deny) {
      assertThat(deny.sentence().chars().noneMatch(Character::isISOControl)).isTrue();
    }
    return decision;
  }

  private static Command command(Random random) {
    BsonDocument body = new BsonDocument();
    String name = NAMES.get(random.nextInt(NAMES.size()));
    body.append(name, value(random, 0));
    int fields = random.nextInt(4);
    for (int i = 0; i < fields; i++) {
      body.append(word(random), value(random, 0));
    }
    body.append("$db", new BsonString(random.nextInt(8) == 0 ? "admin" : "shop"));
    List<OpMsg.Sequence> sequences = new ArrayList<>();
    if (random.nextInt(3) == 0) {
      String identifier = List.of("documents", "updates", "deletes", "ops").get(random.nextInt(4));
      if (!body.containsKey(identifier)) {
        List<BsonDocument> documents = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
          documents.add(document(random, 1));
        }
        sequences.add(new OpMsg.Sequence(identifier, documents));
      }
    }
    return Command.of(body, sequences);
  }

  private static BsonDocument document(Random random, int depth) {
    BsonDocument document = new BsonDocument();
    int fields = random.nextInt(4);
    for (int i = 0; i < fields; i++) {
      document.append(word(random), value(random, depth + 1));
    }
    return document;
  }

  private static BsonValue value(Random random, int depth) {
    return switch (random.nextInt(depth > 5 ? 9 : 14)) {
      case 0 -> new BsonInt32(random.nextInt(3) - 1);
      case 1 -> new BsonInt64(random.nextLong());
      case 2 -> new BsonDouble(random.nextBoolean() ? 1 : Double.NaN);
      case 3 -> BsonBoolean.valueOf(random.nextBoolean());
      case 4 -> BsonNull.VALUE;
      case 5 -> new BsonTimestamp(random.nextLong());
      case 6 -> new BsonJavaScript("f");
      case 7 -> new org.bson.BsonObjectId(new ObjectId(0, random.nextInt(1 << 24)));
      case 8, 9 -> new BsonString(TEXTS.get(random.nextInt(TEXTS.size())));
      case 10, 11 -> {
        BsonArray array = new BsonArray();
        for (int i = random.nextInt(3); i > 0; i--) {
          array.add(
              random.nextInt(4) == 0 ? value(random, depth + 1) : document(random, depth + 1));
        }
        yield array;
      }
      default -> document(random, depth + 1);
    };
  }

  private static String word(Random random) {
    return WORDS.get(random.nextInt(WORDS.size()));
  }
}
