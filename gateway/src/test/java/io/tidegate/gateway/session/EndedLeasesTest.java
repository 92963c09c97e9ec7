package io.tidegate.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndedLeasesTest {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Instant SOON = NOW.plusSeconds(60);
  private static final Instant LATER = NOW.plusSeconds(3_600);

  private final EndedLeases ended = new EndedLeases(20_000);

  @Test
  void noneIsForgottenBeforeItsTimeHoweverManyFollow() {
    ended.add("first", LATER, NOW);
    ended.add("unseen", null, NOW);
    for (int i = 0; i < 15_000; i++) {
      ended.add("lse_" + i, SOON, NOW);
    }

    assertThat(ended.has("first", LATER)).isTrue();
    assertThat(ended.has("unseen", LATER)).isTrue();
    assertThat(ended.has("neighbour", LATER)).isFalse();
    assertThat(ended.full(NOW)).isFalse();
  }

  @Test
  void noMoreIsTakenWhenThereIsNoRoomUntilSomeAreOverByThemselves() {
    for (int i = 0; i < 19_999; i++) {
      ended.add("lse_" + i, SOON, NOW);
    }
    assertThat(ended.full(NOW)).isFalse();
    ended.add("last", LATER, NOW);
    assertThat(ended.full(NOW)).isTrue();

    // A session that was there before still ends, and is remembered.
    ended.add("one more", LATER, NOW);
    assertThat(ended.has("one more", LATER)).isTrue();

    assertThat(ended.full(SOON.minusMillis(1))).isTrue();
    assertThat(ended.full(SOON)).isFalse();
    assertThat(ended.size()).isEqualTo(2);
    assertThat(ended.has("one more", LATER)).isTrue();
  }

  @Test
  void oneThatWasNeverSeenIsRememberedUntilItIsSeenAndThenForItsTime() {
    ended.add("unseen", null, NOW);
    assertThat(ended.has("unseen", SOON)).isTrue();

    for (int i = 0; i < 5_000; i++) {
      ended.add("lse_" + i, LATER, SOON);
    }
    assertThat(ended.has("unseen", SOON)).isFalse();
  }

  @Test
  void aLaterRevisionOfAnEndedLeaseProlongsNothingButTheMemory() {
    ended.add("lse_1", SOON, NOW);
    assertThat(ended.has("lse_1", LATER)).isTrue();

    for (int i = 0; i < 5_000; i++) {
      ended.add("lse_" + i + "x", LATER, SOON);
    }
    assertThat(ended.has("lse_1", LATER)).isTrue();
  }

  @Test
  void whatCouldNotBeRememberedKeepsEverythingOutUntilTheNextList() {
    for (int i = 0; i < 20_000; i++) {
      ended.add("lse_" + i, SOON, NOW);
    }
    ended.add("unseen", null, NOW);

    assertThat(ended.full(SOON)).as("there is room, but one is not known").isTrue();
    ended.listed(Set.of());
    assertThat(ended.full(SOON)).isFalse();
  }

  @Test
  void aListForgetsOnlyWhatWasNeverSeenAndIsNotOnIt() {
    ended.add("seen", SOON, NOW);
    ended.add("unseen", null, NOW);
    ended.add("unseen and listed", null, NOW);

    ended.listed(Set.of("unseen and listed"));

    assertThat(ended.has("seen", SOON)).isTrue();
    assertThat(ended.has("unseen and listed", SOON)).isTrue();
    assertThat(ended.has("unseen", SOON)).isFalse();
  }
}
