package io.tidegate.access;

import io.tidegate.wire.Command;
import io.tidegate.wire.OpMsg;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** The files of {@code src/test/resources/corpus}: one attack and its allowed neighbour a line. */
final class Corpus {
  static final List<String> FAMILIES =
      List.of(
          "read",
          "aggregate",
          "write",
          "definition",
          "javascript",
          "names",
          "speaking-for-others",
          "administration",
          "support");

  private Corpus() {}

  /** One line. */
  record Case(
      String name,
      Lease lease,
      BsonDocument attack,
      String rule,
      Lease neighbourLease,
      BsonDocument neighbour) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return FAMILIES.stream().flatMap(family -> family(family).stream());
  }

  private static List<Case> family(String family) {
    List<Case> cases = new ArrayList<>();
    try (InputStream in = Corpus.class.getResourceAsStream("/corpus/" + family + ".jsonl")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          cases.add(parse(BsonDocument.parse(line)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return cases;
  }

  private static Case parse(BsonDocument line) {
    String lease = line.getString("lease").getValue();
    return new Case(
        line.getString("name").getValue(),
        TestLeases.named(lease),
        line.getDocument("attack"),
        line.getString("rule").getValue(),
        TestLeases.named(
            line.containsKey("neighbourLease")
                ? line.getString("neighbourLease").getValue()
                : lease),
        line.getDocument("neighbour"));
  }

  /** The command of a document, whose field {@code #sequences} holds its document sequences. */
  static Command command(BsonDocument document) {
    BsonDocument body = new BsonDocument();
    body.putAll(document);
    List<OpMsg.Sequence> sequences = new ArrayList<>();
    if (body.remove("#sequences") instanceof BsonDocument named) {
      named.forEach((identifier, documents) ->
          sequences.add(
              new OpMsg.Sequence(
                  identifier, documents.asArray().stream().map(BsonValue::asDocument).toList())));
    }
    return Command.of(body, sequences);
  }

  static Command command(String json) {
    return command(BsonDocument.parse(json));
  }
}
