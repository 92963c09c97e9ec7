package io.tidegate.wire.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The attributes of one SCRAM message (RFC 5802, section 5.1 and 7), read strictly in order. */
final class ScramMessage {
  /** Longer messages are refused unread; MongoDB's own are below 300 bytes. */
  static final int LONGEST = 4096;

  /** A message that is read from the left. */
  static final class Reader {
    private final String text;
    private int position;

    private Reader(String text) {
      this.text = text;
    }

    /** The value of the next attribute, which must have this name. */
    String next(char name) throws ScramException {
      if (position + 1 >= text.length()
          || text.charAt(position) != name
          || text.charAt(position + 1) != '=') {
        throw new ScramException("the attribute " + name + " is missing or out of order");
      }
      int start = position + 2;
      int comma = text.indexOf(',', start);
      int end = comma < 0 ? text.length() : comma;
      if (end == start) {
        throw new ScramException("the attribute " + name + " is empty");
      }
      position = comma < 0 ? end : end + 1;
      return text.substring(start, end);
    }

    boolean startsWith(String prefix) {
      return text.startsWith(prefix, position);
    }

    void skip(int characters) {
      position += characters;
    }

    String rest() {
      return text.substring(position);
    }

    String whole() {
      return text;
    }

    /** Extensions may follow and are ignored, as the RFC asks. */
    boolean atEnd() {
      return position >= text.length();
    }
  }

  private ScramMessage() {}

  static Reader read(byte[] message) throws ScramException {
    if (message.length > LONGEST) {
      throw new ScramException("the message is longer than " + LONGEST + " bytes");
    }
    try {
      return new Reader(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString());
    } catch (CharacterCodingException e) {
      throw new ScramException("the message is not UTF-8");
    }
  }

  static byte[] base64(String text, char name) throws ScramException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new ScramException("the attribute " + name + " is not base64");
    }
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** A nonce: printable ASCII without comma. */
  static String checkNonce(String nonce) throws ScramException {
    for (int i = 0; i < nonce.length(); i++) {
      char character = nonce.charAt(i);
      if (character < 0x21 || character > 0x7e || character == ',') {
        throw new ScramException("the nonce has a character that is not allowed");
      }
    }
    return nonce;
  }

  static String escape(String username) {
    return username.replace("=", "=3D").replace(",", "=2C");
  }

  static String unescape(String saslname) throws ScramException {
    int equals = saslname.indexOf('=');
    if (equals < 0) {
      return saslname;
    }
    StringBuilder name = new StringBuilder(saslname.length());
    for (int i = 0; i < saslname.length(); i++) {
      char character = saslname.charAt(i);
      if (character != '=') {
        name.append(character);
      } else if (saslname.startsWith("=3D", i)) {
        name.append('=');
        i += 2;
      } else if (saslname.startsWith("=2C", i)) {
        name.append(',');
        i += 2;
      } else {
        throw new ScramException("the user name is escaped wrongly");
      }
    }
    return name.toString();
  }
}
