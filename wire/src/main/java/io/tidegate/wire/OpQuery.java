package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bson.BsonDocument;

/**
 * A checked OP_QUERY, read in place. Only {@link Kind#HELLO} has a meaning for a server of today;
 * the other kinds are told apart so that they can be refused in the way that old clients understand
 * ({@link ErrorReply}).
 */
public final class OpQuery implements WireMessage {
  /** What is asked. */
  public enum Kind {
    /** hello, isMaster or ismaster on the {@code $cmd} of a database. */
    HELLO,
    /** Another command on {@code $cmd}: to be answered with UnsupportedOpQueryCommand. */
    COMMAND,
    /** A find on a collection: to be answered with QueryFailure. */
    FIND
  }

  private static final String RULE = "OP_QUERY";
  private static final int NAME_OFFSET = MessageHeader.LENGTH + Integer.BYTES;
  private static final String COMMANDS = "$cmd";

  private final ByteBuf frame;
  private final Kind kind;
  private final Command command;

  private OpQuery(ByteBuf frame, Kind kind, Command command) {
    this.frame = frame;
    this.kind = kind;
    this.command = command;
  }

  /** The frame's length is checked by the caller. */
  static OpQuery parse(ByteBuf frame) {
    int base = frame.readerIndex();
    int length = frame.readableBytes();
    ByteBuffer b = BsonView.bytes(frame, base, length);
    if (length < NAME_OFFSET) {
      throw malformed("the message is too short");
    }
    int pos = StrictScan.cstring(b, NAME_OFFSET, length);
    int nameLength = pos - 1 - NAME_OFFSET;
    int dot = 0;
    while (dot < nameLength && b.get(NAME_OFFSET + dot) != '.') {
      dot++;
    }
    if (dot + 1 >= nameLength) {
      throw malformed("the collection is not named as database.collection");
    }
    OpMsg.checkDatabase(b, NAME_OFFSET, dot);
    if (length - pos < 2 * Integer.BYTES) {
      throw malformed("the message is too short");
    }
    int numberToReturn = b.getInt(pos + Integer.BYTES);
    pos += 2 * Integer.BYTES;
    StrictScan scan = StrictScan.local();
    int start = pos;
    pos = scan.document(b, start, length, StrictScan.Unique.EVERY_LEVEL);
    boolean javaScript = scan.javaScript();
    if (pos < length) {
      pos = scan.document(b, pos, length, StrictScan.Unique.EVERY_LEVEL);
      javaScript |= scan.javaScript();
    }
    if (pos != length) {
      throw malformed("bytes follow the query");
    }
    BsonView body = new BsonView(frame, base + start, frame.getIntLE(base + start));
    boolean isCommand =
        KnownNames.equals(frame, base + NAME_OFFSET + dot + 1, nameLength - dot - 1, COMMANDS);
    if (isCommand) {
      if (numberToReturn != -1 && numberToReturn != 1) {
        throw malformed("a command asks for another number of documents than one");
      }
      body = unwrapped(body);
    }
    if (body.isEmpty()) {
      if (isCommand) {
        throw malformed("a command is empty");
      }
      // A find of everything has an empty filter; its view still needs a name to be refused by.
      body = BsonView.of(new BsonDocument("find", new org.bson.BsonString("")));
    }
    Command command =
        new Command(
            body,
            0,
            0,
            List.of(),
            javaScript,
            TextCache.local().text(frame, base + NAME_OFFSET, dot));
    Kind kind = !isCommand ? Kind.FIND : Hello.isHello(command) ? Kind.HELLO : Kind.COMMAND;
    return new OpQuery(frame, kind, command);
  }

  /** Drivers wrap a command when they add a read preference to it. */
  private static BsonView unwrapped(BsonView query) {
    BsonElement first = query.first();
    if (first != null
        && first.isDocument()
        && (first.nameEquals("$query") || first.nameEquals("query"))) {
      return first.document();
    }
    return query;
  }

  private static MalformedMessageException malformed(String sentence) {
    return new MalformedMessageException(RULE, sentence);
  }

  @Override
  public MessageHeader header() {
    return MessageHeader.read(frame, frame.readerIndex());
  }

  /** What is asked. */
  public Kind kind() {
    return kind;
  }

  /**
   * The command; for {@link Kind#FIND} its body is the filter, so only {@link Command#database()}
   * says something.
   */
  public Command command() {
    return command;
  }

  /** The {@code database.collection} that stands in the message. */
  public String fullCollectionName() {
    int start = frame.readerIndex() + NAME_OFFSET;
    int end = start;
    while (frame.getByte(end) != 0) {
      end++;
    }
    return frame.toString(start, end - start, StandardCharsets.UTF_8);
  }

  /** A command on {@code database.$cmd}, as an old driver sends it. The caller releases it. */
  public static ByteBuf encode(
      ByteBufAllocator allocator, int requestId, String database, BsonDocument command) {
    byte[] document = BsonView.encode(command);
    ByteBuf out = allocator.buffer(NAME_OFFSET + document.length + 80);
    new MessageHeader(0, requestId, 0, OpCode.OP_QUERY.number()).write(out);
    out.writeIntLE(0);
    out.writeCharSequence(database, StandardCharsets.UTF_8);
    out.writeCharSequence("." + COMMANDS, StandardCharsets.US_ASCII);
    out.writeByte(0).writeIntLE(0).writeIntLE(-1).writeBytes(document);
    out.setIntLE(out.readerIndex(), out.readableBytes());
    return out;
  }

  @Override
  public String toString() {
    return "OpQuery[" + header() + ", " + kind + "]";
  }
}
