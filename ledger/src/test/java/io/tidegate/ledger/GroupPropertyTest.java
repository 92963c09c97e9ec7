package io.tidegate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Sealing and opening are inverse, for any entries. */
class GroupPropertyTest {
  @Property(tries = 300)
  void whatWasSealedOpensAsItWas(@ForAll("entries") List<Entry> entries, @ForAll boolean compress)
      throws Exception {
    byte[] ledgerId = new byte[Identity.ID_LENGTH];
    Aead key = new AesGcmJce(new byte[32]);
    Batch batch = new Batch();
    for (Entry entry : entries) {
      batch.add(entry.stream(), entry.at(), entry.payload());
    }
    byte[] group;
    try (GroupSealer sealer = new GroupSealer(ledgerId, compress)) {
      GroupSealer.Sealed sealed = sealer.seal(batch, key, 0, new byte[Sha256.LENGTH], 7, 185);
      group = new byte[sealed.bytes().remaining()];
      sealed.bytes().get(group);
    }
    GroupHeader header = GroupHeader.parse(group, 0, group.length);
    assertThat(header).isNotNull();
    assertThat(header.groupLength()).isEqualTo(group.length);
    GroupContent content = GroupContent.open(header, group, 0, key, ledgerId, 7, 185);
    List<Entry> opened = new ArrayList<>();
    while (content.next()) {
      opened.add(content.entry());
      assertThat(header.mayHold(StreamId.of(ledgerId, content.stream()))).isTrue();
      assertThat(content.micros()).isBetween(header.firstMicros(), header.lastMicros());
    }
    assertThat(opened).isEqualTo(entries);
  }

  @Provide
  Arbitrary<List<Entry>> entries() {
    Arbitrary<Entry> entry =
        Combinators.combine(
                Arbitraries.longs().between(-4_000_000_000_000_000L, 4_000_000_000_000_000L),
                Arbitraries.strings().ofMinLength(1).ofMaxLength(20).filter(GroupPropertyTest::utf),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(300))
            .as((micros, stream, payload) ->
                new Entry(0, Micros.toInstant(micros), stream, payload));
    return entry
        .list()
        .ofMinSize(1)
        .ofMaxSize(60)
        .map(list -> {
          List<Entry> numbered = new ArrayList<>();
          for (Entry one : list) {
            Instant at = one.at();
            numbered.add(new Entry(numbered.size(), at, one.stream(), one.payload()));
          }
          return numbered;
        });
  }

  /** Half a surrogate pair has no UTF-8. */
  private static boolean utf(String text) {
    return text.codePoints().noneMatch(point -> point >= 0xD800 && point <= 0xDFFF);
  }
}
