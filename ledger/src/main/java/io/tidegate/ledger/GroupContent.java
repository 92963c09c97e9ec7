package io.tidegate.ledger;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.google.crypto.tink.Aead;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The entries of one opened group, walked in order. */
final class GroupContent {
  private final byte[] bytes;
  private final long firstIndex;
  private final int count;
  private final List<String> streams = new ArrayList<>();
  private int at;
  private int seen;
  private long micros;
  private String stream = "";
  private int payloadAt;
  private int payloadLength;

  GroupContent(byte[] bytes, long firstIndex, int count) {
    this.bytes = bytes;
    this.firstIndex = firstIndex;
    this.count = count;
  }

  /**
   * Opens a group whose bytes begin at {@code source[at]}.
   *
   * @throws GeneralSecurityException when it is not authentic at this place
   * @throws MalformedLedgerException when it is authentic and yet makes no sense
   */
  static GroupContent open(
      GroupHeader header,
      byte[] source,
      int at,
      Aead key,
      byte[] ledgerId,
      long segment,
      long position)
      throws GeneralSecurityException, MalformedLedgerException {
    int headerLength = header.length();
    byte[] associated = new byte[GroupAddress.LENGTH + headerLength];
    GroupAddress.write(associated, ledgerId, segment, position);
    System.arraycopy(source, at, associated, GroupAddress.LENGTH, headerLength);
    int from = at + headerLength;
    byte[] content =
        key.decrypt(Arrays.copyOfRange(source, from, from + header.cipherLength()), associated);
    if (header.compressed()) {
      byte[] plain = new byte[header.plainLength()];
      if (!decompress(content, plain)) {
        throw new MalformedLedgerException("a group's content does not decompress");
      }
      content = plain;
    } else if (content.length != header.plainLength()) {
      throw new MalformedLedgerException("a group's content has another length than announced");
    }
    return new GroupContent(content, header.firstIndex(), header.count());
  }

  private static boolean decompress(byte[] content, byte[] plain) {
    try {
      return Zstd.decompressByteArray(plain, 0, plain.length, content, 0, content.length)
          == plain.length;
    } catch (ZstdException e) {
      return false;
    }
  }

  /** Goes to the next entry; false at the end, where every byte must have been used. */
  boolean next() throws MalformedLedgerException {
    if (seen == count) {
      if (at != bytes.length) {
        throw new MalformedLedgerException("a group holds more than its entries");
      }
      return false;
    }
    long ordinal = varint();
    if (ordinal < 0 || ordinal > streams.size()) {
      throw new MalformedLedgerException("an entry names a stream that is not there");
    }
    if (ordinal == streams.size()) {
      long nameLength = varint();
      if (nameLength < 1 || nameLength > Batch.MAXIMUM_STREAM_BYTES) {
        throw new MalformedLedgerException("a stream's name has an impossible length");
      }
      streams.add(name((int) nameLength));
    }
    stream = streams.get((int) ordinal);
    long zigzag = varint();
    micros += (zigzag >>> 1) ^ -(zigzag & 1);
    need(4);
    payloadLength = Layout.intAt(bytes, at);
    at += 4;
    if (payloadLength < 0) {
      throw new MalformedLedgerException("an entry has a negative length");
    }
    need(payloadLength);
    payloadAt = at;
    at += payloadLength;
    seen++;
    return true;
  }

  long index() {
    return firstIndex + seen - 1;
  }

  long micros() {
    return micros;
  }

  String stream() {
    return stream;
  }

  /** The streams named so far. */
  List<String> streams() {
    return streams;
  }

  Entry entry() {
    return new Entry(
        index(),
        Micros.toInstant(micros),
        stream,
        Arrays.copyOfRange(bytes, payloadAt, payloadAt + payloadLength));
  }

  private String name(int length) throws MalformedLedgerException {
    need(length);
    try {
      String name =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length)).toString();
      at += length;
      return name;
    } catch (CharacterCodingException e) {
      throw new MalformedLedgerException("a stream's name is not UTF-8");
    }
  }

  private long varint() throws MalformedLedgerException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      need(1);
      byte next = bytes[at++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new MalformedLedgerException("a number has too many bytes");
  }

  private void need(int more) throws MalformedLedgerException {
    if (more > bytes.length - at) {
      throw new MalformedLedgerException("a group ends within an entry");
    }
  }
}
