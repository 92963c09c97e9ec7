package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * What a policy looks at: the name of a command, its database, its body and its document sequences,
 * however it came. Made only from what passed the strict check. Valid while the frame is retained.
 */
public final class Command {
  private final String name;
  private final BsonView body;
  private final List<DocumentSequence> sequences;
  private final boolean javaScript;
  private final int databaseStart;
  private final int databaseLength;
  private @Nullable String database;

  Command(
      BsonView body,
      int databaseStart,
      int databaseLength,
      List<DocumentSequence> sequences,
      boolean javaScript,
      @Nullable String database) {
    this.body = body;
    this.databaseStart = databaseStart;
    this.databaseLength = databaseLength;
    this.sequences = sequences;
    this.database = database;
    BsonElement first = body.first();
    if (first == null) {
      throw new MalformedMessageException("F6", "a command is empty");
    }
    this.name = first.name();
    this.javaScript = javaScript && !name.equals("insert");
  }

  /**
   * A command from a document with {@code $db}, encoded into memory of its own.
   *
   * @throws MalformedMessageException as for a message that holds it
   */
  public static Command of(BsonDocument body) {
    return of(body, List.of());
  }

  /** As {@link #of(BsonDocument)}, with document sequences. */
  public static Command of(BsonDocument body, List<OpMsg.Sequence> sequences) {
    ByteBuf frame = OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 1, 0, 0, body, sequences);
    return OpMsg.parse(frame, true).command();
  }

  /** The name of the command as the client wrote it: the first key of the body. */
  public String name() {
    return name;
  }

  /** Whether the name is this one, whatever the case of its letters. */
  public boolean isNamed(String ascii) {
    return name.equalsIgnoreCase(ascii);
  }

  /** The database that the command runs on. */
  public String database() {
    String text = database;
    if (text == null) {
      text = TextCache.local().text(body.buf, databaseStart, databaseLength);
      database = text;
    }
    return text;
  }

  /** The kind-0 section. Its document sequences are not in it: see {@link #sequences()}. */
  public BsonView body() {
    return body;
  }

  /** The kind-1 sections; empty for a command that came by OP_QUERY. */
  public List<DocumentSequence> sequences() {
    return sequences;
  }

  /**
   * The collection that the command names: the value of its first element when that is a string,
   * else null.
   */
  public @Nullable String collection() {
    BsonElement first = body.first();
    return first != null && first.type() == BsonType.STRING
        ? TextCache.local().text(first.buf, first.valueStart + 4, first.valueLength - 5)
        : null;
  }

  /**
   * The documents of an array-like field, from the sequence of that name or from the array in the
   * body (rule F5); elements of the array that are no documents are left out. Null when there is no
   * such field, or when it is neither.
   */
  public @Nullable Iterable<BsonView> documents(String field) {
    for (DocumentSequence sequence : sequences) {
      if (sequence.identifier().equals(field)) {
        return sequence.documents();
      }
    }
    BsonElement element = body.find(field);
    if (element == null || !element.isArray()) {
      return null;
    }
    List<BsonView> documents = new ArrayList<>();
    BsonCursor cursor = element.document().cursor();
    while (cursor.next()) {
      if (cursor.isDocument()) {
        documents.add(cursor.document());
      }
    }
    return documents;
  }

  /**
   * Whether anything in the command could make the server run JavaScript: {@code $where}, {@code
   * $function}, {@code $accumulator} or an internal kin of them as a key at any depth, a value of a
   * code type, or a command that is one ({@code mapReduce}, {@code group}, {@code eval}). Data that
   * is inserted by {@code insert} is not looked at, because nothing runs it.
   */
  public boolean mayRunJavaScript() {
    return javaScript
        || name.equalsIgnoreCase("mapReduce")
        || name.equalsIgnoreCase("group")
        || name.equalsIgnoreCase("eval")
        || name.equals("$eval");
  }

  /**
   * A command inside this one, such as the one that {@code explain} is asked about. It runs on the
   * same database, unless it has a {@code $db} string of its own.
   *
   * @param inner a document of this command's body
   * @throws MalformedMessageException rule F6, when {@code inner} is empty
   */
  public Command nested(BsonView inner) {
    BsonElement own = inner.find("$db");
    String database = own != null && own.isString() ? own.string() : database();
    return new Command(inner, 0, 0, sequences, javaScript, database);
  }

  @Override
  public String toString() {
    return "Command[" + name + " on " + database() + "]";
  }
}
