package io.tidegate.ledger;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.crypto.tink.Aead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Parsers of what stands on the disk: whatever is there, they answer or refuse in the declared way,
 * and soon.
 */
class ParserFuzzTest {
  private static final Aead OPEN =
      new Aead() {
        @Override
        public byte[] encrypt(byte[] plaintext, byte[] associatedData) {
          return plaintext;
        }

        @Override
        public byte[] decrypt(byte[] ciphertext, byte[] associatedData) {
          return ciphertext;
        }
      };

  @FuzzTest
  void segment(FuzzedDataProvider data) throws IOException {
    byte[] bytes = data.consumeRemainingAsBytes();
    Path file = Files.createTempFile("fuzz", ".segment");
    try {
      Files.write(file, bytes);
      try {
        SegmentHeader.parse(bytes, bytes.length);
      } catch (MalformedLedgerException expected) {
        // The declared refusal.
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        GroupScanner scanner = new GroupScanner();
        Window window = new Window(channel, 4096);
        for (int at = 0; at <= bytes.length; at++) {
          scanner.step(window, at);
        }
      }
    } finally {
      Files.delete(file);
    }
  }

  @FuzzTest
  void content(FuzzedDataProvider data) throws Exception {
    int count = data.consumeInt(1, 1000);
    boolean compressed = data.consumeBoolean();
    int plainLength = data.consumeInt(1, 1 << 16);
    byte[] bytes = data.consumeRemainingAsBytes();
    GroupHeader header =
        new GroupHeader(
            compressed, plainLength, bytes.length, 0, count, 0, 0, new byte[32], new long[0]);
    byte[] group = new byte[header.groupLength()];
    System.arraycopy(bytes, 0, group, header.length(), bytes.length);
    try {
      GroupContent content =
          GroupContent.open(header, group, 0, OPEN, new byte[Identity.ID_LENGTH], 0, 0);
      while (content.next()) {
        content.entry();
      }
    } catch (MalformedLedgerException expected) {
      // The declared refusal.
    }
  }

  @FuzzTest
  void identityAndHead(FuzzedDataProvider data) {
    byte[] bytes = data.consumeRemainingAsBytes();
    try {
      Identity identity = Identity.parse(bytes);
      HeadFile.parse(bytes, 0, identity);
    } catch (MalformedLedgerException expected) {
      // The declared refusal.
    }
    try {
      LedgerHead.parse(new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException expected) {
      // The declared refusal.
    }
  }
}
