package io.tidegate.wire.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The attribute syntax of RFC 5802 section 5.1. */
final class ScramMessages {
  /** Bytes of a message that anybody could need. */
  static final int MAX_LENGTH = 8192;

  private ScramMessages() {}

  static String text(byte[] message) throws ScramException {
    if (message.length > MAX_LENGTH) {
      throw new ScramException("a SCRAM message is longer than " + MAX_LENGTH + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
    } catch (CharacterCodingException e) {
      throw new ScramException("a SCRAM message is not UTF-8");
    }
  }

  /** The value of the attribute that must stand at this place. */
  static String attribute(String[] parts, int index, char name) throws ScramException {
    if (index >= parts.length
        || parts[index].length() < 2
        || parts[index].charAt(0) != name
        || parts[index].charAt(1) != '=') {
      throw new ScramException("a SCRAM message lacks the attribute " + name);
    }
    return parts[index].substring(2);
  }

  static byte[] base64(String value) throws ScramException {
    try {
      return Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      throw new ScramException("a SCRAM attribute is not base64");
    }
  }

  static int number(String value) throws ScramException {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new ScramException("a SCRAM attribute is not a number");
    }
  }

  static String encodeName(String name) {
    return name.replace("=", "=3D").replace(",", "=2C");
  }

  static String decodeName(String encoded) throws ScramException {
    StringBuilder name = new StringBuilder(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c != '=') {
        name.append(c);
      } else if (encoded.startsWith("=2C", i)) {
        name.append(',');
        i += 2;
      } else if (encoded.startsWith("=3D", i)) {
        name.append('=');
        i += 2;
      } else {
        throw new ScramException("a SCRAM name is not encoded as RFC 5802 asks");
      }
    }
    return name.toString();
  }

  static byte[] xor(byte[] left, byte[] right) {
    byte[] result = new byte[left.length];
    for (int i = 0; i < left.length; i++) {
      result[i] = (byte) (left[i] ^ right[i]);
    }
    return result;
  }
}
