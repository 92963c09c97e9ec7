package io.tidegate.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerKeysTest {
  @TempDir Path folder;

  @Test
  void loadsWhatItMadeForItsOwnerOnly() throws Exception {
    Path file = folder.resolve("sub/ledger.keys");
    LedgerKeys made = LedgerKeys.createOrLoad(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
    Path ledger = folder.resolve("ledger");
    try (Ledger open = Ledger.open(ledger, made, LedgerOptions.audit(), InstantSource.system())) {
      open.appendAndWait("s", new byte[] {1});
    }
    LedgerKeys loaded = LedgerKeys.createOrLoad(file);
    assertThat(loaded.publicKey()).isEqualTo(made.publicKey());
    try (Ledger open = Ledger.open(ledger, loaded, LedgerOptions.audit(), InstantSource.system())) {
      assertThat(open.read(0, null)).hasSize(1);
    }
  }

  @Test
  void refusesAFileThatOthersCanReach() throws Exception {
    Path file = folder.resolve("ledger.keys");
    LedgerKeys.createOrLoad(file);
    for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----", "rw-----w-")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      assertThatThrownBy(() -> LedgerKeys.createOrLoad(file))
          .as(mode)
          .isInstanceOf(LedgerException.KeyFile.class)
          .hasMessageContaining("chmod 600 " + file);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    LedgerKeys.createOrLoad(file);
  }

  @Test
  void everyChangedByteOfTheFileIsRefused() throws Exception {
    Path file = folder.resolve("ledger.keys");
    LedgerKeys.createOrLoad(file, keyEncryptionKey(1));
    byte[] original = Files.readAllBytes(file);
    for (int i = 0; i < original.length - 1; i++) {
      byte[] changed = original.clone();
      changed[i] ^= 4;
      Files.write(file, changed);
      assertThatThrownBy(() -> LedgerKeys.createOrLoad(file, keyEncryptionKey(1)))
          .as("byte " + i)
          .isInstanceOf(LedgerException.KeyFile.class);
    }
    Files.write(file, original);
    LedgerKeys.createOrLoad(file, keyEncryptionKey(1));
  }

  @Test
  void aWrappedFileNeedsItsOwnKeyEncryptionKey() throws Exception {
    Path file = folder.resolve("ledger.keys");
    LedgerPublicKey made = LedgerKeys.createOrLoad(file, keyEncryptionKey(1)).publicKey();
    assertThat(LedgerKeys.load(file, keyEncryptionKey(1)).publicKey()).isEqualTo(made);
    assertThatThrownBy(() -> LedgerKeys.load(file, keyEncryptionKey(2)))
        .isInstanceOf(LedgerException.KeyFile.class);
    assertThatThrownBy(() -> LedgerKeys.createOrLoad(file))
        .isInstanceOf(LedgerException.KeyFile.class)
        .hasMessageContaining("wrapped");
  }

  @Test
  void racersEndWithTheSameKeys() throws Exception {
    Path file = folder.resolve("ledger.keys");
    List<CompletableFuture<LedgerPublicKey>> racers =
        IntStream.range(0, 8)
            .mapToObj(i ->
                CompletableFuture.supplyAsync(() -> {
                  try {
                    return LedgerKeys.createOrLoad(file).publicKey();
                  } catch (LedgerException e) {
                    throw new IllegalStateException(e);
                  }
                }))
            .toList();
    assertThat(racers.stream().map(CompletableFuture::join).distinct()).hasSize(1);
  }

  @Test
  void doesNotPrintSecrets() throws Exception {
    Path file = folder.resolve("ledger.keys");
    LedgerKeys keys = LedgerKeys.createOrLoad(file);
    String secret = Files.readAllLines(file, StandardCharsets.US_ASCII).get(1);
    assertThat(keys.toString()).contains("<hidden>").hasSizeLessThan(80);
    assertThat(secret).doesNotContain(keys.publicKey().fingerprint());
    assertThat(LedgerPublicKey.parse(keys.publicKey().text())).isEqualTo(keys.publicKey());
    assertThatThrownBy(() -> LedgerPublicKey.parse("bm9uc2Vuc2U="))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Aead keyEncryptionKey(int seed) throws Exception {
    byte[] key = new byte[32];
    key[0] = (byte) seed;
    return new AesGcmJce(key);
  }
}
