package io.tidegate.wire.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one message of PLAIN (RFC 4616): a name and a password, in the clear. Only to be taken over
 * TLS.
 *
 * @param password UTF-8, never empty: many directories take a bind without a password for an
 *     anonymous one, and say that it worked
 */
@SuppressWarnings("ArrayRecordComponent") // held by whoever asks, and wiped by it
public record PlainMessage(String username, byte[] password) {
  private static final int LONGEST = 4096;

  /** Reads the message; null when it is not one, or wants to act for somebody else. */
  public static @Nullable PlainMessage parse(byte[] message) {
    if (message.length > LONGEST) {
      return null;
    }
    int first = indexOfZero(message, 0);
    int second = first < 0 ? -1 : indexOfZero(message, first + 1);
    if (second < 0 || indexOfZero(message, second + 1) >= 0 || second + 1 == message.length) {
      return null;
    }
    String authorization = text(message, 0, first);
    String username = text(message, first + 1, second);
    if (authorization == null
        || username == null
        || username.isEmpty()
        || text(message, second + 1, message.length) == null
        || !(authorization.isEmpty() || authorization.equals(username))) {
      return null;
    }
    return new PlainMessage(username, Arrays.copyOfRange(message, second + 1, message.length));
  }

  /** Overwrites the password. */
  public void wipe() {
    Arrays.fill(password, (byte) 0);
  }

  private static int indexOfZero(byte[] message, int from) {
    for (int i = from; i < message.length; i++) {
      if (message[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private static @Nullable String text(byte[] message, int from, int to) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(message, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return "PlainMessage[" + username + ", <hidden>]";
  }
}
