package io.tidegate.gateway.record;

import io.tidegate.gateway.session.ClientText;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.link.v1.RecordedCommands;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Puts together the bytes of a {@link RecordedCommands}, field by field: the generated builders
 * would make a dozen objects of each command, and this runs once a command. Fields that hold their
 * default are left out, as proto3 does. One thread.
 */
final class RecordBuffer {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int LONGEST_VARINT = 10;

  private byte[] out = new byte[4 * 1024];
  private int length;
  private int count;

  byte[] array() {
    return out;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
    count = 0;
  }

  int count() {
    return count;
  }

  /** Begins a message inside; {@link #end} needs what this returns. */
  int begin(int field) {
    tag(field, BYTES);
    // Room for the longest length that any message of ours has; moved together at the end.
    room(5);
    length += 5;
    return length;
  }

  void end(int begun) {
    int size = length - begun;
    int sizeBytes = varintBytes(size);
    int at = begun - 5;
    if (sizeBytes < 5) {
      System.arraycopy(out, begun, out, at + sizeBytes, size);
      length -= 5 - sizeBytes;
    }
    int rest = size;
    for (int i = 0; i < sizeBytes; i++) {
      out[at + i] = (byte) (i < sizeBytes - 1 ? (rest & 0x7f) | 0x80 : rest);
      rest >>>= 7;
    }
  }

  /** Begins a command. */
  int beginCommand() {
    count++;
    return begin(RecordedCommands.COMMANDS_FIELD_NUMBER);
  }

  /** Begins a command's reply. */
  int beginReply() {
    return begin(CommandRecord.REPLY_FIELD_NUMBER);
  }

  void number(int field, long value) {
    if (value != 0) {
      tag(field, VARINT);
      varint(value);
    }
  }

  void flag(int field, boolean value) {
    number(field, value ? 1 : 0);
  }

  void bytes(int field, byte[] value) {
    if (value.length != 0) {
      tag(field, BYTES);
      varint(value.length);
      room(value.length);
      System.arraycopy(value, 0, out, length, value.length);
      length += value.length;
    }
  }

  /** A text of which no more than so many characters are kept. */
  void text(int field, String value, int most) {
    text(field, ClientText.cut(value, most));
  }

  void text(int field, String value) {
    int characters = value.length();
    if (characters == 0) {
      return;
    }
    tag(field, BYTES);
    int before = length;
    varint(characters);
    room(characters);
    for (int i = 0; i < characters; i++) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        length = before;
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, out, length, utf8.length);
        length += utf8.length;
        return;
      }
      out[length++] = (byte) c;
    }
  }

  private void tag(int field, int type) {
    varint((long) field << 3 | type);
  }

  private void varint(long value) {
    room(LONGEST_VARINT);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out[length++] = (byte) rest;
  }

  private static int varintBytes(int value) {
    int bytes = 1;
    for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
      bytes++;
    }
    return bytes;
  }

  private void room(int more) {
    if (length + more > out.length) {
      out = Arrays.copyOf(out, Math.max(length + more, out.length * 2));
    }
  }
}
