package io.tidegate.ledger;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a ledger: a Tink AEAD keyset that wraps each segment's data key, and an Ed25519
 * key that signs heads. They live in one file with mode 0600, in the clear or wrapped by a
 * key-encryption key of a KMS. Several ledgers may share them. Keep the file apart from the
 * ledger's folder where that is possible: whoever has both can rewrite history up to the last head
 * known elsewhere.
 */
public final class LedgerKeys {
  private static final String CLEAR = "tidegate-ledger-keys 1 clear";
  private static final String WRAPPED = "tidegate-ledger-keys 1 wrapped";
  private static final byte[] WRAPPING_CONTEXT = WRAPPED.getBytes(StandardCharsets.US_ASCII);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final KeysetHandle keyset;
  private final Aead aead;
  private final PrivateKey signingKey;
  private final LedgerPublicKey publicKey;

  private LedgerKeys(KeysetHandle keyset, PrivateKey signingKey, LedgerPublicKey publicKey)
      throws GeneralSecurityException {
    this.keyset = keyset;
    this.aead = keyset.getPrimitive(AeadConfig2026.get(), Aead.class);
    this.signingKey = signingKey;
    this.publicKey = publicKey;
  }

  /** New keys that are kept nowhere: for tests. */
  public static LedgerKeys ephemeral() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      return new LedgerKeys(
          KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, AeadConfig2026.get()),
          pair.getPrivate(),
          new LedgerPublicKey(pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot make the keys of a ledger", e);
    }
  }

  /** As {@link #createOrLoad(Path, Aead)}, in the clear. */
  public static LedgerKeys createOrLoad(Path file) throws LedgerException {
    return createOrLoad(file, null);
  }

  /**
   * Reads the key file, or makes one when there is none. Made whole or not at all; when two
   * processes make it at once, both end with the same keys.
   *
   * @param wrapping a key-encryption key, for instance of a KMS; null keeps the keys in the clear
   */
  public static LedgerKeys createOrLoad(Path file, @Nullable Aead wrapping) throws LedgerException {
    if (!Files.exists(file)) {
      try {
        create(file, ephemeral().encode(wrapping));
      } catch (FileAlreadyExistsException e) {
        return load(file, wrapping);
      } catch (IOException | GeneralSecurityException e) {
        throw new LedgerException.KeyFile(
            "The ledger's key file %s cannot be made: %s. Check the folder and the free space."
                .formatted(file, Reason.of(e)),
            e);
      }
    }
    return load(file, wrapping);
  }

  /** Reads the key file. */
  public static LedgerKeys load(Path file, @Nullable Aead wrapping) throws LedgerException {
    List<String> lines;
    try {
      refuseReadableByOthers(file);
      lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      throw new LedgerException.KeyFile(
          "There is no ledger key file at %s. Restore it from the backup; without it the ledger can be verified but neither read nor continued."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new LedgerException.KeyFile(
          "The ledger's key file %s cannot be read: %s.".formatted(file, Reason.of(e)), e);
    }
    try {
      return decode(file, lines, wrapping);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The cause may quote key bytes, so it is left out.
      throw new LedgerException.KeyFile(
          "The ledger's key file %s is damaged or was wrapped by another key. Restore it from the backup."
              .formatted(file),
          null);
    }
  }

  /** The half that may be given away. */
  public LedgerPublicKey publicKey() {
    return publicKey;
  }

  Aead aead() {
    return aead;
  }

  /** A signer for one thread. */
  Signature signer() {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(signingKey);
      return signer;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot sign with Ed25519", e);
    }
  }

  @Override
  public String toString() {
    return "LedgerKeys[<hidden>, public=" + publicKey.fingerprint() + "]";
  }

  private static void refuseReadableByOthers(Path file) throws IOException, LedgerException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    Set<PosixFilePermission> open = EnumSet.noneOf(PosixFilePermission.class);
    open.addAll(view.readAttributes().permissions());
    open.removeAll(OWNER_ONLY);
    open.remove(PosixFilePermission.OWNER_EXECUTE);
    if (!open.isEmpty()) {
      throw new LedgerException.KeyFile(
          "The ledger's key file %s can be reached by other users (%s). Run: chmod 600 %s"
              .formatted(
                  file, PosixFilePermissions.toString(view.readAttributes().permissions()), file),
          null);
    }
  }

  private static void create(Path file, byte[] content) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("it has no folder");
    }
    Files.createDirectories(parent);
    FileAttribute<?>[] attributes =
        Files.getFileStore(parent).supportsFileAttributeView(PosixFileAttributeView.class)
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    Path draft = Files.createTempFile(parent, file.getFileName().toString(), ".new", attributes);
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      // A link fails when the name is taken, where a rename would put new keys over the old ones.
      try {
        Files.createLink(file, draft);
      } catch (UnsupportedOperationException e) {
        Files.move(draft, file);
      }
      Folder.force(parent);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private byte[] encode(@Nullable Aead wrapping) throws GeneralSecurityException {
    byte[] serialized =
        TinkProtoKeysetFormat.serializeKeyset(
            keyset, InsecureSecretKeyAccess.get(), AeadConfig2026.get());
    byte[] signing = signingKey.getEncoded();
    byte[] shown = publicKey.key().getEncoded();
    ByteBuffer secret =
        ByteBuffer.allocate(12 + serialized.length + signing.length + shown.length)
            .putInt(serialized.length)
            .put(serialized)
            .putInt(signing.length)
            .put(signing)
            .putInt(shown.length)
            .put(shown);
    byte[] stored =
        wrapping == null ? secret.array() : wrapping.encrypt(secret.array(), WRAPPING_CONTEXT);
    String text =
        "%s\n%s\n"
            .formatted(
                wrapping == null ? CLEAR : WRAPPED, Base64.getEncoder().encodeToString(stored));
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static LedgerKeys decode(Path file, List<String> lines, @Nullable Aead wrapping)
      throws GeneralSecurityException, LedgerException {
    String kind = lines.isEmpty() ? "" : lines.getFirst();
    if (lines.size() != 2 || !(kind.equals(CLEAR) || kind.equals(WRAPPED))) {
      throw new LedgerException.KeyFile(
          "%s is not a ledger key file of this version. Restore it from the backup."
              .formatted(file),
          null);
    }
    byte[] stored = Base64.getDecoder().decode(lines.get(1));
    if (kind.equals(WRAPPED)) {
      if (wrapping == null) {
        throw new LedgerException.KeyFile(
            "The ledger's key file %s is wrapped by a key-encryption key. Configure that key."
                .formatted(file),
            null);
      }
      stored = wrapping.decrypt(stored, WRAPPING_CONTEXT);
    } else if (wrapping != null) {
      throw new LedgerException.KeyFile(
          "The ledger's key file %s is not wrapped, though a key-encryption key is configured. Remove that setting, or move the file away to start with new keys."
              .formatted(file),
          null);
    }
    ByteBuffer secret = ByteBuffer.wrap(stored);
    KeysetHandle keyset =
        TinkProtoKeysetFormat.parseKeyset(
            piece(secret), InsecureSecretKeyAccess.get(), AeadConfig2026.get());
    KeyFactory factory = KeyFactory.getInstance("Ed25519");
    PrivateKey signingKey = factory.generatePrivate(new PKCS8EncodedKeySpec(piece(secret)));
    LedgerPublicKey publicKey =
        LedgerPublicKey.parse(Base64.getEncoder().encodeToString(piece(secret)));
    LedgerKeys keys = new LedgerKeys(keyset, signingKey, publicKey);
    Signature probe = keys.signer();
    probe.update(WRAPPING_CONTEXT);
    if (secret.hasRemaining()
        || !publicKey.verifies(WRAPPING_CONTEXT, 0, WRAPPING_CONTEXT.length, probe.sign())) {
      throw new GeneralSecurityException("the two halves do not belong together");
    }
    return keys;
  }

  private static byte[] piece(ByteBuffer from) throws GeneralSecurityException {
    if (from.remaining() < 4) {
      throw new GeneralSecurityException("too short");
    }
    int length = from.getInt();
    if (length < 0 || length > from.remaining()) {
      throw new GeneralSecurityException("wrong length");
    }
    byte[] piece = new byte[length];
    from.get(piece);
    return piece;
  }
}
