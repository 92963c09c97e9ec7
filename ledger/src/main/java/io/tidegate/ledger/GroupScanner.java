package io.tidegate.ledger;

import java.io.IOException;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Looks at what stands at an offset of a segment, without keys. For one thread. */
final class GroupScanner {
  private final MessageDigest digest = Sha256.digest();

  /** What stands at an offset. */
  sealed interface Step {
    /** A group whose bytes fit its own hash. */
    record Whole(GroupHeader header, byte[] hash) implements Step {}

    /** A group of sound shape whose bytes do not fit its hash. */
    record Altered(GroupHeader header, byte[] storedHash) implements Step {}

    /** The beginning of a group; the file ends before the group does. */
    record Partial(@Nullable GroupHeader header) implements Step {}

    /** No group. */
    record Malformed(String why) implements Step {}

    /** The file ends here. */
    record End() implements Step {}
  }

  Step step(Window window, long offset) throws IOException {
    int available = window.load(offset, GroupHeader.MAXIMUM_LENGTH);
    if (available == 0) {
      return new Step.End();
    }
    GroupHeader header;
    try {
      header = GroupHeader.parse(window.bytes(), window.at(offset), available);
    } catch (MalformedLedgerException e) {
      return new Step.Malformed(Reason.clause(e));
    }
    if (header == null) {
      return new Step.Partial(null);
    }
    int length = header.groupLength();
    if (window.load(offset, length) < length) {
      return new Step.Partial(header);
    }
    byte[] bytes = window.bytes();
    int at = window.at(offset);
    int hashAt = at + length - Sha256.LENGTH;
    byte[] hash = new byte[Sha256.LENGTH];
    digest.update(bytes, at, length - Sha256.LENGTH);
    try {
      digest.digest(hash, 0, hash.length);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 has 32 bytes", e);
    }
    if (Arrays.equals(hash, 0, hash.length, bytes, hashAt, hashAt + hash.length)) {
      return new Step.Whole(header, hash);
    }
    return new Step.Altered(header, Arrays.copyOfRange(bytes, hashAt, hashAt + Sha256.LENGTH));
  }
}
