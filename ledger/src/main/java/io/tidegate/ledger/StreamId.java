package io.tidegate.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The eight bytes by which a group's header names a stream: enough to skip by, not the name. */
final class StreamId {
  private StreamId() {}

  static long of(byte[] ledgerId, String stream) {
    MessageDigest digest = Sha256.digest();
    digest.update(ledgerId);
    digest.update(stream.getBytes(StandardCharsets.UTF_8));
    return Layout.longAt(digest.digest(), 0);
  }
}
