package io.tidegate.ledger;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.google.crypto.tink.Aead;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a batch into the bytes of a group: one pass of zstd, one of AES-GCM, one of SHA-256, and a
 * direct buffer ready for one write. Used by one thread at a time.
 */
final class GroupSealer implements AutoCloseable {
  private static final int COMPRESSION_LEVEL = 1;
  // Below this zstd's own frame eats what it saves.
  private static final int WORTH_COMPRESSING = 256;
  private static final int REMEMBERED_STREAMS = 8192;

  private final byte[] ledgerId;
  private final ZstdCompressCtx zstd;
  private final boolean compress;
  private final MessageDigest digest = Sha256.digest();
  private final Map<String, Long> streamIds = new HashMap<>();
  private byte[] scratch = new byte[64 << 10];
  private final byte[] front = new byte[GroupAddress.LENGTH + GroupHeader.MAXIMUM_LENGTH];
  private ByteBuffer out = ByteBuffer.allocateDirect(128 << 10);

  GroupSealer(byte[] ledgerId, boolean compress) {
    this.ledgerId = ledgerId;
    this.compress = compress;
    this.zstd = new ZstdCompressCtx();
    zstd.setLevel(COMPRESSION_LEVEL);
  }

  /** A group's bytes, valid until the next call, and its hash. */
  record Sealed(ByteBuffer bytes, byte[] hash) {}

  Sealed seal(
      Batch batch, Aead key, long firstIndex, byte[] previousHash, long segment, long position)
      throws GeneralSecurityException {
    byte[] content = content(batch);
    boolean compressed = content.length < batch.bytes();
    GroupHeader header =
        new GroupHeader(
            compressed,
            batch.bytes(),
            content.length + GroupHeader.CIPHER_OVERHEAD,
            firstIndex,
            batch.count(),
            batch.firstMicros(),
            batch.lastMicros(),
            previousHash,
            streams(batch));
    int headerLength = header.length();
    GroupAddress.write(front, ledgerId, segment, position);
    header.write(front, GroupAddress.LENGTH);
    byte[] cipher = key.encrypt(content, Arrays.copyOf(front, GroupAddress.LENGTH + headerLength));
    if (cipher.length != header.cipherLength()) {
      throw new GeneralSecurityException("the ciphertext has another length than announced");
    }
    int total = header.groupLength();
    if (out.capacity() < total) {
      out = ByteBuffer.allocateDirect(Math.max(total, 2 * out.capacity()));
    }
    out.clear();
    out.put(front, GroupAddress.LENGTH, headerLength).put(cipher);
    digest.update(front, GroupAddress.LENGTH, headerLength);
    digest.update(cipher);
    byte[] hash = digest.digest();
    out.put(hash).flip();
    return new Sealed(out, hash);
  }

  @Override
  public void close() {
    zstd.close();
  }

  /**
   * The bytes to encrypt, in an array of their exact length as Tink wants it; shorter than the
   * batch when compressed.
   */
  private byte[] content(Batch batch) {
    if (compress && batch.bytes() >= WORTH_COMPRESSING) {
      int bound = Math.toIntExact(Zstd.compressBound(batch.bytes()));
      if (scratch.length < bound) {
        scratch = new byte[bound];
      }
      int size =
          zstd.compressByteArray(scratch, 0, scratch.length, batch.array(), 0, batch.bytes());
      if (size < batch.bytes()) {
        return Arrays.copyOf(scratch, size);
      }
    }
    return Arrays.copyOf(batch.array(), batch.bytes());
  }

  private long @Nullable [] streams(Batch batch) {
    if (batch.streamCount() > GroupHeader.MAXIMUM_LISTED) {
      return null;
    }
    long[] ids = new long[batch.streamCount()];
    int i = 0;
    for (String stream : batch.streams()) {
      Long id = streamIds.get(stream);
      if (id == null) {
        if (streamIds.size() >= REMEMBERED_STREAMS) {
          streamIds.clear();
        }
        id = StreamId.of(ledgerId, stream);
        streamIds.put(stream, id);
      }
      ids[i++] = id;
    }
    return ids;
  }
}
