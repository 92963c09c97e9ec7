package io.tidegate.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventBufferTest {
  private final EventBuffer buffer = new EventBuffer(100);
  private final int connection = buffer.rewind();

  private static SessionEvent opened(String session, int n) {
    return new SessionEvent.ConnectionOpened(
        Instant.EPOCH, session, "c" + n, "127.0.0.1", "", "", "");
  }

  private static SessionEvent counters(String session, int commands) {
    return new SessionEvent.Counters(Instant.EPOCH, session, 1, commands, 0, 0, 0);
  }

  private EventBuffer.Outgoing sent(int over) {
    return Objects.requireNonNull(buffer.next(over, Instant.EPOCH));
  }

  @Test
  void newerTotalsReplaceUnsentOnesOfTheSameSessionOnly() {
    buffer.add(counters("ses_1", 1));
    buffer.add(counters("ses_2", 1));
    buffer.add(counters("ses_1", 9));

    assertThat(sent(connection).events())
        .containsExactly(counters("ses_1", 9), counters("ses_2", 1));

    buffer.add(counters("ses_1", 10));
    assertThat(sent(connection).events()).containsExactly(counters("ses_1", 10));
  }

  @Test
  void whenFullLessImportantEventsAreCountedAndTheCountIsTold() throws Exception {
    IntStream.range(0, 95).forEach(n -> buffer.add(opened("ses_1", n)));
    assertThat(buffer.size()).isEqualTo(90);
    assertThat(buffer.add(LinkContract.refused(1))).isTrue();

    EventBuffer.Outgoing out = sent(connection);
    assertThat(out.events()).hasSize(91);
    buffer.acknowledged(91);

    assertThat(sent(connection).events())
        .containsExactly(new SessionEvent.Dropped(Instant.EPOCH, "ses_1", 5));
    assertThat(buffer.next(connection, Instant.EPOCH)).isNull();
  }

  @Test
  void aNewConnectionGetsWhatWasNotAcknowledgedAndOnlyIt() throws Exception {
    IntStream.range(0, 3).forEach(n -> buffer.add(opened("ses_1", n)));
    buffer.next(connection, Instant.EPOCH);
    buffer.acknowledged(1);

    int second = buffer.rewind();

    assertThat(buffer.next(connection, Instant.EPOCH)).isNull();
    EventBuffer.Outgoing again = sent(second);
    assertThat(again.firstSequence()).isEqualTo(2);
    assertThat(again.events()).containsExactly(opened("ses_1", 1), opened("ses_1", 2));
  }

  @Test
  void anAcknowledgementOfWhatWasNotSentIsMalformed() {
    buffer.add(opened("ses_1", 1));
    assertThatThrownBy(() -> buffer.acknowledged(1))
        .isInstanceOf(MalformedLinkMessageException.class);
    assertThat(buffer.size()).isEqualTo(1);
  }

  private static SessionEvent refused(int n, int characters) {
    return new SessionEvent.Refused(
        Instant.EPOCH, "ses_1", "c1", "find", "shop.orders", "rule-" + n, "x".repeat(characters));
  }

  @Test
  void batchesAreBoundedByTheirBytesWhenSentFirstAndAgain() {
    EventBuffer large = new EventBuffer(10_000);
    int first = large.rewind();
    IntStream.range(0, 60).forEach(n -> large.add(refused(n, 50_000)));

    assertThat(toldInBatches(large, first)).isEqualTo(60);
    assertThat(toldInBatches(large, large.rewind())).isEqualTo(60);
  }

  private static int toldInBatches(EventBuffer from, int over) {
    int told = 0;
    for (EventBuffer.Outgoing out = from.next(over, Instant.EPOCH);
        out != null;
        out = from.next(over, Instant.EPOCH)) {
      int characters =
          out.events().stream()
              .mapToInt(event -> ((SessionEvent.Refused) event).sentence().length())
              .sum();
      assertThat(characters).isLessThan(EventBuffer.BATCH_BYTES);
      told += out.events().size();
    }
    return told;
  }

  @Test
  void anEventThatNoMessageCouldCarryIsCountedAndTheNextIsKept() {
    assertThat(buffer.add(refused(1, 5_000_000))).isFalse();
    assertThat(buffer.add(refused(2, 10))).isTrue();

    assertThat(sent(connection).events())
        .containsExactly(refused(2, 10), new SessionEvent.Dropped(Instant.EPOCH, "ses_1", 1));
  }

  @Test
  void largeEventsFillTheBufferSoonerThanSmallOnes() throws Exception {
    int kept = 0;
    while (buffer.add(refused(kept, 20_000))) {
      kept++;
    }
    assertThat(kept).isBetween(2, 50);
    while (buffer.size() > 0) {
      EventBuffer.Outgoing out = sent(connection);
      buffer.acknowledged(out.firstSequence() + out.events().size() - 1);
    }
    assertThat(buffer.add(refused(1, 20_000))).isTrue();
  }
}
