package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A checked OP_MSG, read in place. */
public final class OpMsg implements WireMessage {
  /** Flag bit: the last four bytes are the CRC-32C of all before them. */
  public static final int CHECKSUM_PRESENT = 1;

  /** Flag bit: in a request, no answer is awaited; in an answer, another one follows. */
  public static final int MORE_TO_COME = 1 << 1;

  /** Flag bit: the client can take several answers to one request. */
  public static final int EXHAUST_ALLOWED = 1 << 16;

  /** More kind-1 sections than this are refused; the server's commands have at most two. */
  public static final int MAX_SEQUENCES = 16;

  private static final int REQUIRED_BITS = 0xffff;
  private static final int FLAGS_OFFSET = MessageHeader.LENGTH;
  private static final int SECTIONS_OFFSET = FLAGS_OFFSET + Integer.BYTES;
  private static final int MAX_DATABASE_NAME = 63;

  private final ByteBuf frame;
  private final int flagBits;
  private final BsonView body;
  private final List<DocumentSequence> sequences;
  private final @Nullable Command command;

  private OpMsg(
      ByteBuf frame,
      int flagBits,
      BsonView body,
      List<DocumentSequence> sequences,
      @Nullable Command command) {
    this.frame = frame;
    this.flagBits = flagBits;
    this.body = body;
    this.sequences = sequences;
    this.command = command;
  }

  /** The frame's length is checked by the caller. */
  static OpMsg parse(ByteBuf frame, boolean request) {
    int base = frame.readerIndex();
    int length = frame.readableBytes();
    ByteBuffer b = BsonView.bytes(frame, base, length);
    if (length < SECTIONS_OFFSET + 1 + StrictScan.MIN_DOCUMENT) {
      throw new MalformedMessageException("F3", "the message has no room for a body");
    }
    int flagBits = b.getInt(FLAGS_OFFSET);
    if ((flagBits & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) != 0) {
      throw new MalformedMessageException("F2", "an unknown required flag bit is set");
    }
    int end = length;
    if ((flagBits & CHECKSUM_PRESENT) != 0) {
      end -= Integer.BYTES;
      CRC32C crc = new CRC32C();
      crc.update(b.slice(0, end));
      if ((int) crc.getValue() != b.getInt(end)) {
        throw new MalformedMessageException("F4", "the checksum does not match the message");
      }
    }

    StrictScan scan = StrictScan.local();
    BsonView body = null;
    int firstKeyLength = 0;
    int databaseValue = 0;
    boolean javaScript = false;
    List<DocumentSequence> sequences = List.of();
    int pos = SECTIONS_OFFSET;
    while (pos < end) {
      byte kind = b.get(pos++);
      switch (kind) {
        case 0 -> {
          if (body != null) {
            throw new MalformedMessageException("F3", "the message has two bodies");
          }
          int start = pos;
          pos =
              scan.document(
                  b,
                  start,
                  end,
                  request ? StrictScan.Unique.EVERY_LEVEL : StrictScan.Unique.UNCHECKED);
          body = new BsonView(frame, base + start, pos - start);
          firstKeyLength = scan.firstKeyLength();
          databaseValue = scan.databaseValue();
          javaScript |= scan.javaScript();
        }
        case 1 -> {
          if (sequences.isEmpty()) {
            sequences = new ArrayList<>(2);
          } else if (sequences.size() == MAX_SEQUENCES) {
            throw new MalformedMessageException(
                "F3", "the message has more than " + MAX_SEQUENCES + " document sequences");
          }
          if (end - pos < Integer.BYTES + 1) {
            throw new MalformedMessageException("F3", "a document sequence does not fit");
          }
          int size = b.getInt(pos);
          if (size < Integer.BYTES + 1 || size > end - pos) {
            throw new MalformedMessageException("F3", "a document sequence has a wrong length");
          }
          int sectionEnd = pos + size;
          int nameStart = pos + Integer.BYTES;
          pos = StrictScan.cstring(b, nameStart, sectionEnd);
          String identifier = KnownNames.text(frame, base + nameStart, pos - 1 - nameStart);
          checkIdentifier(identifier, sequences);
          int start = pos;
          int count = 0;
          while (pos < sectionEnd) {
            pos =
                scan.document(
                    b,
                    pos,
                    sectionEnd,
                    request ? StrictScan.Unique.TOP_LEVEL : StrictScan.Unique.UNCHECKED);
            javaScript |= scan.javaScript();
            count++;
          }
          sequences.add(new DocumentSequence(frame, identifier, base + start, base + pos, count));
        }
        default -> throw new MalformedMessageException("F3", "a section has an unknown kind");
      }
    }
    if (body == null) {
      throw new MalformedMessageException("F3", "the message has no body");
    }
    for (DocumentSequence sequence : sequences) {
      if (body.find(sequence.identifier()) != null) {
        throw new MalformedMessageException(
            "F3", "a document sequence has the name of a field of the body");
      }
    }
    if (!request) {
      return new OpMsg(frame, flagBits, body, sequences, null);
    }
    if (firstKeyLength <= 0 || b.get(body.offset - base + 5) == '$') {
      throw new MalformedMessageException("F6", "the body does not begin with a command name");
    }
    if (databaseValue <= 0) {
      throw new MalformedMessageException("F6", "$db is missing or is not a string");
    }
    int databaseLength = b.getInt(databaseValue) - 1;
    int databaseStart = databaseValue + Integer.BYTES;
    checkDatabase(b, databaseStart, databaseLength);
    Command command =
        new Command(body, base + databaseStart, databaseLength, sequences, javaScript, null);
    return new OpMsg(frame, flagBits, body, sequences, command);
  }

  private static void checkIdentifier(String identifier, List<DocumentSequence> before) {
    // The server would take a dotted name as a path into the body; no client sends one.
    if (identifier.isEmpty() || identifier.indexOf('.') >= 0) {
      throw new MalformedMessageException("F3", "a document sequence has no plain name");
    }
    for (DocumentSequence sequence : before) {
      if (sequence.identifier().equals(identifier)) {
        throw new MalformedMessageException("F3", "two document sequences have the same name");
      }
    }
  }

  /** The names that a server takes for a database; anything else could be read in two ways. */
  static void checkDatabase(ByteBuffer b, int start, int length) {
    if (length < 1 || length > MAX_DATABASE_NAME) {
      throw new MalformedMessageException("F6", "the database name is empty or too long");
    }
    for (int i = start; i < start + length; i++) {
      switch (b.get(i)) {
        case 0, '/', '\\', '.', ' ', '"' ->
            throw new MalformedMessageException(
                "F6", "the database name has a character that is not allowed");
        default -> {}
      }
    }
  }

  @Override
  public MessageHeader header() {
    return MessageHeader.read(frame, frame.readerIndex());
  }

  /** The flag bits as they came. */
  public int flagBits() {
    return flagBits;
  }

  /** Whether the message came with a checksum, which was right. */
  public boolean checksumPresent() {
    return (flagBits & CHECKSUM_PRESENT) != 0;
  }

  /** Whether no answer is awaited (request) or another one follows (answer). */
  public boolean moreToCome() {
    return (flagBits & MORE_TO_COME) != 0;
  }

  /** Whether the client can take several answers. */
  public boolean exhaustAllowed() {
    return (flagBits & EXHAUST_ALLOWED) != 0;
  }

  /** The kind-0 section. */
  public BsonView body() {
    return body;
  }

  /** The kind-1 sections in their order. */
  public List<DocumentSequence> sequences() {
    return sequences;
  }

  /**
   * What a policy looks at.
   *
   * @throws IllegalStateException when the message was parsed as a reply
   */
  public Command command() {
    if (command == null) {
      throw new IllegalStateException("a reply is no command");
    }
    return command;
  }

  /** The flag bits of a whole OP_MSG frame, without a parse. */
  public static int flagBits(ByteBuf frame) {
    return frame.getIntLE(frame.readerIndex() + FLAGS_OFFSET);
  }

  /**
   * A kind-1 section to encode.
   *
   * @param identifier its name
   * @param documents its documents
   */
  public record Sequence(String identifier, List<BsonDocument> documents) {
    /** Keeps a copy of the list. */
    public Sequence {
      documents = List.copyOf(documents);
    }
  }

  /**
   * A message with a body alone; see {@link #encode(ByteBufAllocator, int, int, int, BsonDocument,
   * List)}.
   */
  public static ByteBuf encode(
      ByteBufAllocator allocator, int requestId, int responseTo, int flagBits, BsonDocument body) {
    return encode(allocator, requestId, responseTo, flagBits, body, List.of());
  }

  /**
   * A whole message. The caller releases it.
   *
   * @param flagBits as they shall stand; with {@link #CHECKSUM_PRESENT} the checksum is appended
   */
  public static ByteBuf encode(
      ByteBufAllocator allocator,
      int requestId,
      int responseTo,
      int flagBits,
      BsonDocument body,
      List<Sequence> sequences) {
    byte[] document = BsonView.encode(body);
    ByteBuf out = allocator.buffer(SECTIONS_OFFSET + 1 + document.length + Integer.BYTES);
    new MessageHeader(0, requestId, responseTo, OpCode.OP_MSG.number()).write(out);
    out.writeIntLE(flagBits).writeByte(0).writeBytes(document);
    for (Sequence sequence : sequences) {
      out.writeByte(1);
      int sizeAt = out.writerIndex();
      out.writeIntLE(0);
      out.writeCharSequence(sequence.identifier(), StandardCharsets.UTF_8);
      out.writeByte(0);
      for (BsonDocument each : sequence.documents()) {
        out.writeBytes(BsonView.encode(each));
      }
      out.setIntLE(sizeAt, out.writerIndex() - sizeAt);
    }
    finish(out, flagBits);
    return out;
  }

  /** Sets the length and, when the flag asks for it, appends the checksum. */
  static void finish(ByteBuf out, int flagBits) {
    boolean checksum = (flagBits & CHECKSUM_PRESENT) != 0;
    int end = out.readableBytes();
    out.setIntLE(out.readerIndex(), checksum ? end + Integer.BYTES : end);
    if (checksum) {
      CRC32C crc = new CRC32C();
      crc.update(out.nioBuffer());
      out.writeIntLE((int) crc.getValue());
    }
  }

  /**
   * The message with a body of other bytes, its sequences kept, without checksum and without flag
   * bits that we do not know. For a rewrite of one field.
   *
   * @param newBody the whole body, encoded
   */
  public ByteBuf withBody(ByteBufAllocator allocator, ByteBuf newBody) {
    ByteBuf out = allocator.buffer(frame.readableBytes() + newBody.readableBytes() - body.length);
    new MessageHeader(
            0,
            MessageHeader.requestId(frame),
            MessageHeader.responseTo(frame),
            OpCode.OP_MSG.number())
        .write(out);
    int flags = flagBits & (MORE_TO_COME | EXHAUST_ALLOWED);
    out.writeIntLE(flags).writeByte(0);
    out.writeBytes(newBody, newBody.readerIndex(), newBody.readableBytes());
    for (DocumentSequence sequence : sequences) {
      sequence.write(out);
    }
    finish(out, flags);
    return out;
  }

  @Override
  public String toString() {
    return "OpMsg[" + header() + (command == null ? "" : ", " + command) + "]";
  }
}
