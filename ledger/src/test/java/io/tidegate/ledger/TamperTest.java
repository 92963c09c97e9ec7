package io.tidegate.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be done to the files of a closed ledger, each way done everywhere, and found. */
class TamperTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-23T08:00:00Z"));
  private final LedgerKeys keys = LedgerKeys.ephemeral();
  @TempDir Path folder;
  private TreeMap<String, byte[]> files = new TreeMap<>();

  /** Where a group stands. */
  private record Span(String file, int from, int to) {}

  @BeforeEach
  void writeALedger() throws Exception {
    try (Ledger ledger =
        Ledger.open(folder, keys, LedgerOptions.audit().withSegmentBytes(480), CLOCK)) {
      Batch batch = new Batch();
      for (int group = 0; group < 7; group++) {
        for (int i = 0; i <= group % 3; i++) {
          batch.add("stream" + i, CLOCK.instant().plusMillis(group), bytes("g" + group + "e" + i));
        }
        ledger.write(batch);
        batch.clear();
      }
    }
    files = snapshot();
    assertThat(files.keySet().stream().filter(name -> name.endsWith(".segment")))
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(spans()).hasSize(7);
  }

  @Test
  void untouchedIsWhole() {
    assertThat(LedgerVerifier.verify(folder, keys).findings()).isEmpty();
    assertThat(LedgerVerifier.verify(folder, keys.publicKey()).findings()).isEmpty();
    Verification alone = LedgerVerifier.of(folder).verify();
    assertThat(alone.whole()).isTrue();
    assertThat(alone.keyPinned()).isFalse();
    assertThat(alone.decrypted()).isFalse();
    assertThat(alone.groups()).isEqualTo(7);
    assertThat(alone.unsignedEntries()).isZero();
    assertThat(alone.sentence()).contains("whole");
  }

  @Test
  void everyChangedByteIsFound() throws Exception {
    for (String name : files.keySet()) {
      byte[] original = content(name);
      for (int i = 0; i < original.length; i++) {
        byte[] changed = original.clone();
        changed[i] ^= (byte) (1 << (i % 8));
        put(name, changed);
        Verification verification = LedgerVerifier.of(folder).verify();
        assertThat(verification.findings()).as("%s byte %d", name, i).isNotEmpty();
        assertThat(verification.findings())
            .as("%s byte %d", name, i)
            .allMatch(finding -> finding.place().file().equals(name))
            .anyMatch(finding ->
                finding instanceof Finding.Altered || finding instanceof Finding.Foreign);
      }
      put(name, original);
    }
    assertThat(LedgerVerifier.of(folder).verify().findings()).isEmpty();
  }

  @Test
  void everyTruncationIsFoundAndNamed() throws Exception {
    for (String name : files.keySet()) {
      byte[] original = content(name);
      for (int length = 0; length < original.length; length++) {
        put(name, Arrays.copyOf(original, length));
        Verification verification = LedgerVerifier.of(folder).verify();
        assertThat(verification.findings())
            .as("%s cut to %d", name, length)
            .hasAtLeastOneElementOfType(
                name.equals(Folder.IDENTITY) && length >= Identity.MINIMUM_BYTES
                    ? Finding.Altered.class
                    : Finding.Truncated.class)
            .allMatch(finding -> finding.place().file().equals(name));
      }
      put(name, original);
    }
    assertThat(LedgerVerifier.of(folder).verify().findings()).isEmpty();
  }

  @Test
  void everyDeletedFileIsFoundAndNamed() throws Exception {
    for (String name : files.keySet()) {
      Files.delete(folder.resolve(name));
      assertThat(LedgerVerifier.of(folder).verify().findings())
          .as(name)
          .singleElement()
          .isInstanceOf(Finding.Deleted.class)
          .satisfies(finding -> assertThat(finding.place().file()).isEqualTo(name));
      put(name, content(name));
    }
  }

  @Test
  void everyDeletedGroupIsFoundAndNamed() throws Exception {
    for (Span span : spans()) {
      byte[] original = content(span.file);
      put(span.file, splice(original, span.from, span.to, new byte[0]));
      boolean last = span.to == original.length;
      assertThat(LedgerVerifier.of(folder).verify().findings())
          .as(span.toString())
          .singleElement()
          .isInstanceOf(last ? Finding.Truncated.class : Finding.Deleted.class)
          .satisfies(finding -> assertThat(finding.place().file()).isEqualTo(span.file));
      assertThat(LedgerVerifier.verify(folder, keys).findings())
          .as("with keys " + span)
          .first()
          .isInstanceOfAny(Finding.Truncated.class, Finding.Deleted.class);
      put(span.file, original);
    }
  }

  @Test
  void everyGroupCopiedAnywhereIsFoundAndNamed() throws Exception {
    for (Span source : spans()) {
      byte[] group = Arrays.copyOfRange(content(source.file), source.from, source.to);
      for (Span target : spans()) {
        byte[] original = content(target.file);
        put(target.file, splice(original, target.to, target.to, group));
        assertThat(LedgerVerifier.of(folder).verify().findings())
            .as("%s behind %s", source, target)
            .isNotEmpty()
            .allMatch(finding ->
                finding instanceof Finding.Inserted || finding instanceof Finding.Reordered);
        put(target.file, original);
      }
    }
  }

  @Test
  void everySwapOfGroupsIsFoundAndNamed() throws Exception {
    List<Span> spans = spans();
    for (Span a : spans) {
      for (Span b : spans) {
        if (a.file.equals(b.file) && a.to <= b.from) {
          byte[] original = content(a.file);
          byte[] first = Arrays.copyOfRange(original, a.from, a.to);
          byte[] second = Arrays.copyOfRange(original, b.from, b.to);
          byte[] swapped = splice(splice(original, b.from, b.to, first), a.from, a.to, second);
          put(a.file, swapped);
          assertThat(LedgerVerifier.of(folder).verify().findings())
              .as("%s and %s", a, b)
              .isNotEmpty()
              .allMatch(finding -> finding instanceof Finding.Reordered);
          put(a.file, original);
        }
      }
    }
  }

  @Test
  void foreignBytesPutBetweenGroupsAreInserted() throws Exception {
    for (Span span : spans()) {
      byte[] original = content(span.file);
      put(span.file, splice(original, span.from, span.from, bytes("not a group at all")));
      assertThat(LedgerVerifier.of(folder).verify().findings())
          .as(span.toString())
          .singleElement()
          .isInstanceOf(Finding.Inserted.class);
      put(span.file, original);
    }
  }

  @Test
  void bytesAppendedToAClosedLedgerAreFound() throws Exception {
    String last = segments().getLast();
    byte[] original = content(last);
    for (int extra : new int[] {1, 50, 300}) {
      put(last, Arrays.copyOf(original, original.length + extra));
      assertThat(LedgerVerifier.of(folder).verify().findings())
          .as("%d zeros", extra)
          .singleElement()
          .isInstanceOf(Finding.Inserted.class);
      assertThatThrownBy(() -> open().close()).isInstanceOf(LedgerException.Damaged.class);
    }
  }

  @Test
  void swappedSegmentsAreReordered() throws Exception {
    List<String> names = segments();
    for (String a : names) {
      for (String b : names) {
        if (a.compareTo(b) < 0) {
          byte[] first = content(a);
          byte[] second = content(b);
          put(a, second);
          put(b, first);
          assertThat(LedgerVerifier.of(folder).verify().findings())
              .as("%s and %s", a, b)
              .hasAtLeastOneElementOfType(Finding.Reordered.class)
              .allMatch(finding -> finding instanceof Finding.Reordered);
          put(a, first);
          put(b, second);
        }
      }
    }
  }

  @Test
  void aCopiedSegmentIsInserted() throws Exception {
    List<String> names = segments();
    String beyond = Folder.segmentName(names.size());
    for (String name : names) {
      put(beyond, content(name));
      assertThat(LedgerVerifier.of(folder).verify().findings())
          .as(name)
          .singleElement()
          .isInstanceOf(Finding.Inserted.class);
    }
    Files.delete(folder.resolve(beyond));
    put("x.segment", content(names.getFirst()));
    assertThat(LedgerVerifier.of(folder).verify().findings())
        .singleElement()
        .isInstanceOf(Finding.Inserted.class);
  }

  @Test
  void aSegmentOrHeadOfAnotherLedgerUnderTheSameKeysIsForeign(@TempDir Path other)
      throws Exception {
    try (Ledger ledger = Ledger.open(other, keys, LedgerOptions.audit(), CLOCK)) {
      ledger.appendAndWait("s", bytes("another ledger"));
    }
    for (String name : List.of(Folder.segmentName(0), Folder.HEAD)) {
      put(name, Files.readAllBytes(other.resolve(name)));
      assertThat(LedgerVerifier.of(folder).verify().findings())
          .as(name)
          .isNotEmpty()
          .first()
          .isInstanceOf(Finding.Foreign.class);
      put(name, content(name));
    }
  }

  @Test
  void aLedgerSignedByAnotherKeyIsForeignWhenTheKeyIsKnown() {
    assertThat(LedgerVerifier.verify(folder, LedgerKeys.ephemeral().publicKey()).findings())
        .singleElement()
        .isInstanceOf(Finding.Foreign.class);
    assertThat(LedgerVerifier.verify(folder, keys.publicKey()).findings()).isEmpty();
  }

  @Test
  void hashesRebuiltWithoutTheSigningKeyAreFound() throws Exception {
    for (Span span : spans()) {
      restore(files);
      byte[] changed = content(span.file).clone();
      changed[span.to - Sha256.LENGTH - 3] ^= 1;
      put(span.file, changed);
      rebuildChain();
      assertThat(LedgerVerifier.of(folder).verify().findings())
          .as(span.toString())
          .singleElement()
          .isInstanceOf(Finding.Altered.class);
      // With the keys, the very group is named.
      assertThat(LedgerVerifier.verify(folder, keys).findings())
          .as(span.toString())
          .first()
          .isInstanceOf(Finding.Altered.class)
          .satisfies(finding -> assertThat(finding.place().file()).isEqualTo(span.file))
          .satisfies(finding -> assertThat(finding.place().offset()).isEqualTo(span.from));
      assertThatThrownBy(() -> open().close()).isInstanceOf(LedgerException.Damaged.class);
    }
  }

  @Test
  void aRollBackOfTheWholeFolderNeedsAHeadKeptElsewhere() throws Exception {
    LedgerHead anchor;
    try (Ledger ledger = open()) {
      ledger.appendAndWait("s", bytes("more"));
      anchor = ledger.sync();
    }
    TreeMap<String, byte[]> later = snapshot();
    assertThat(LedgerVerifier.of(folder).atLeast(anchor).verify().findings()).isEmpty();
    restore(files);
    assertThat(LedgerVerifier.of(folder).verify().findings()).isEmpty();
    assertThat(LedgerVerifier.of(folder).atLeast(anchor).verify().findings())
        .singleElement()
        .isInstanceOf(Finding.Truncated.class);
    // The same history continued in another way, by somebody with the keys.
    try (Ledger ledger = open()) {
      ledger.appendAndWait("s", bytes("MORE"));
      ledger.appendAndWait("s", bytes("and more"));
    }
    assertThat(LedgerVerifier.of(folder).verify().findings()).isEmpty();
    assertThat(LedgerVerifier.of(folder).atLeast(anchor).verify().findings())
        .singleElement()
        .isInstanceOf(Finding.Altered.class);
    restore(later);
    assertThat(LedgerVerifier.of(folder).atLeast(anchor).verify().findings()).isEmpty();
  }

  @Test
  void openRefusesDamageInTheNewestSegmentAndLeavesItAlone() throws Exception {
    String last = segments().getLast();
    byte[] changed = content(last).clone();
    changed[changed.length - 40] ^= 4;
    put(last, changed);
    assertThatThrownBy(() -> open().close())
        .isInstanceOf(LedgerException.Damaged.class)
        .hasMessageContaining("was changed")
        .hasMessageContaining("backup");
    assertThat(Files.readAllBytes(folder.resolve(last))).isEqualTo(changed);
    put(last, content(last));
    open().close();
  }

  @Test
  void openRepairsOneTornHeadSlotAndSaysSo() throws Exception {
    byte[] torn = content(Folder.HEAD).clone();
    LedgerHead head = newestHead();
    Arrays.fill(
        torn,
        (int) ((head.sequence() + 1) & 1) * HeadFile.SLOT + 100,
        (int) ((head.sequence() + 1) & 1) * HeadFile.SLOT + 200,
        (byte) 0);
    put(Folder.HEAD, torn);
    try (Ledger ledger = open()) {
      assertThat(ledger.recovery()).isEqualTo(new Recovery.AfterCrash(0, 0, true));
    }
    assertThat(LedgerVerifier.verify(folder, keys).findings()).isEmpty();
  }

  private LedgerHead newestHead() throws Exception {
    Identity identity = Identity.parse(content(Folder.IDENTITY));
    LedgerHead newest =
        Opening.newest(
            HeadFile.parse(content(Folder.HEAD), 0, identity),
            HeadFile.parse(content(Folder.HEAD), 1, identity));
    assertThat(newest).isNotNull();
    return newest;
  }

  private Ledger open() throws LedgerException {
    return Ledger.open(folder, keys, LedgerOptions.audit().withSegmentBytes(480), CLOCK);
  }

  /** What somebody does who may write the files and has no keys: makes all hashes fit again. */
  private void rebuildChain() throws Exception {
    byte[] hash = new byte[Sha256.LENGTH];
    for (String name : segments()) {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      int headerLength = Layout.intAt(bytes, 12);
      System.arraycopy(hash, 0, bytes, 56, hash.length);
      MessageDigest digest = Sha256.digest();
      digest.update(bytes, 0, headerLength - hash.length);
      hash = digest.digest();
      System.arraycopy(hash, 0, bytes, headerLength - hash.length, hash.length);
      int at = headerLength;
      while (at < bytes.length) {
        GroupHeader header = GroupHeader.parse(bytes, at, bytes.length - at);
        assertThat(header).isNotNull();
        new GroupHeader(
                header.compressed(),
                header.plainLength(),
                header.cipherLength(),
                header.firstIndex(),
                header.count(),
                header.firstMicros(),
                header.lastMicros(),
                hash,
                header.streams())
            .write(bytes, at);
        int end = at + header.groupLength();
        digest.update(bytes, at, header.groupLength() - hash.length);
        hash = digest.digest();
        System.arraycopy(hash, 0, bytes, end - hash.length, hash.length);
        at = end;
      }
      put(name, bytes);
    }
  }

  private List<Span> spans() throws MalformedLedgerException {
    List<Span> spans = new ArrayList<>();
    for (String name : segments()) {
      byte[] bytes = content(name);
      int at = Layout.intAt(bytes, 12);
      while (at < bytes.length) {
        GroupHeader header = GroupHeader.parse(bytes, at, bytes.length - at);
        assertThat(header).isNotNull();
        spans.add(new Span(name, at, at + header.groupLength()));
        at += header.groupLength();
      }
    }
    return spans;
  }

  private List<String> segments() {
    return files.keySet().stream().filter(name -> name.endsWith(".segment")).toList();
  }

  private byte[] content(String name) {
    byte[] content = files.get(name);
    assertThat(content).isNotNull();
    return content;
  }

  private TreeMap<String, byte[]> snapshot() throws IOException {
    TreeMap<String, byte[]> all = new TreeMap<>();
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.toList()) {
        if (!file.getFileName().toString().equals(Folder.LOCK)) {
          all.put(file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
    }
    return all;
  }

  private void restore(Map<String, byte[]> to) throws IOException {
    for (String name : snapshot().keySet()) {
      Files.delete(folder.resolve(name));
    }
    for (Map.Entry<String, byte[]> file : to.entrySet()) {
      put(file.getKey(), file.getValue());
    }
  }

  private void put(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] replacement) {
    byte[] result = new byte[bytes.length - (to - from) + replacement.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(replacement, 0, result, from, replacement.length);
    System.arraycopy(bytes, to, result, from + replacement.length, bytes.length - to);
    return result;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
