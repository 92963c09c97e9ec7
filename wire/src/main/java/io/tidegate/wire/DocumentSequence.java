package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A kind-1 section: documents that count as an array field of the command with the section's name
 * (rule F5). Valid while the frame is retained.
 */
public final class DocumentSequence {
  private final ByteBuf buf;
  private final String identifier;
  private final int start;
  private final int end;
  private final int count;

  DocumentSequence(ByteBuf buf, String identifier, int start, int end, int count) {
    this.buf = buf;
    this.identifier = identifier;
    this.start = start;
    this.end = end;
    this.count = count;
  }

  /** The name of the field that these documents are, such as {@code documents}. */
  public String identifier() {
    return identifier;
  }

  /** How many documents there are. */
  public int count() {
    return count;
  }

  /** Bytes of all the documents together. */
  public int byteLength() {
    return end - start;
  }

  /** The documents in their order; each walk begins anew. */
  public Iterable<BsonView> documents() {
    return () ->
        new Iterator<>() {
          private int position = start;

          @Override
          public boolean hasNext() {
            return position < end;
          }

          @Override
          public BsonView next() {
            if (position >= end) {
              throw new NoSuchElementException();
            }
            BsonView view = new BsonView(buf, position, buf.getIntLE(position));
            position += view.length;
            return view;
          }
        };
  }

  /** Appends the section as it came. */
  void write(ByteBuf out) {
    out.writeByte(1);
    int sizeAt = out.writerIndex();
    out.writeIntLE(0);
    out.writeCharSequence(identifier, StandardCharsets.UTF_8);
    out.writeByte(0);
    out.writeBytes(buf, start, end - start);
    out.setIntLE(sizeAt, out.writerIndex() - sizeAt);
  }

  @Override
  public String toString() {
    return "DocumentSequence[" + identifier + ", " + count + " documents]";
  }
}
