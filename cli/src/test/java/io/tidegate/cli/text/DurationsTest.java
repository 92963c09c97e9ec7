package io.tidegate.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  private final Instant now = Instant.parse("2026-11-23T08:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "1h,PT1H",
    "30m,PT30M",
    "90s,PT90S",
    "1h30m,PT1H30M",
    "2d,PT48H",
    "PT1H,PT1H",
    "pt15m,PT15M",
    " 4h ,PT4H",
    "P1D,PT24H"
  })
  void lengthsAreReadAsPeopleWriteThem(String text, Duration expected) {
    assertThat(Durations.parse(text)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "h", "1x", "-1h", "0h", "PT-5M", "PT0S", "1m1h", "9999999h", "P"})
  void whatIsNoLengthIsNone(String text) {
    assertThat(Durations.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "PT1S,1 second",
    "PT59S,59 seconds",
    "PT60S,1 minute",
    "PT59M59S,59 minutes",
    "PT1H,1 hour",
    "PT1H1M,1 hour 1 minute",
    "PT25H,1 day 1 hour",
    "PT-5S,0 seconds"
  })
  void lengthsAreSaidInTwoUnitsAtMost(Duration length, String words) {
    assertThat(Durations.words(length)).isEqualTo(words);
  }

  @Test
  void timesAreSaidFromNow() {
    assertThat(Durations.relative(now.minusSeconds(300), now)).isEqualTo("5 minutes ago");
    assertThat(Durations.relative(now.plusSeconds(7200), now)).isEqualTo("in 2 hours");
    assertThat(Durations.relative(now.plusSeconds(1), now)).isEqualTo("just now");
    assertThat(Durations.clockTime(now, now, ZoneOffset.UTC)).isEqualTo("08:00");
    assertThat(Durations.clockTime(now.plusSeconds(86_400), now, ZoneOffset.UTC))
        .isEqualTo("24 Nov 08:00");
    assertThat(Durations.left(Duration.ofSeconds(3591))).isEqualTo("1 hour");
    assertThat(Durations.left(Duration.ofSeconds(3569))).isEqualTo("59 minutes");
    assertThat(Durations.left(Duration.ofSeconds(45))).isEqualTo("45 seconds");
    assertThat(Durations.brief(Duration.ofMinutes(90))).isEqualTo("1h 30m");
  }

  @Test
  void tablesLineUpAndCannotBeUsedToPaintTheScreen() {
    Table table = new Table("A", "LONG HEAD");
    table.row("x\u001b[31m\n", "y");
    assertThat(table.lines()).containsExactly("A        LONG HEAD", "x [31m   y");
  }
}
