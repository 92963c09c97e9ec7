package io.tidegate.control.portal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.portal.view.Tide;
import io.tidegate.control.portal.view.TypedText;
import io.tidegate.control.portal.view.TypedText.Kind;
import io.tidegate.control.portal.view.Wording;
import io.tidegate.control.session.RecordedCommand.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the portal words times, lengths, commands and documents. */
class WordsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T09:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "PT0S,0 s",
    "PT59S,59 s",
    "PT60S,1 min",
    "PT59M59S,59 min",
    "PT1H,1 h",
    "PT13H52M,13 h 52 min",
    "PT48H,2 d",
    "PT-5S,0 s"
  })
  void wordsLengths(Duration length, String words) {
    assertThat(Wording.span(length)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "PT2S,just now",
    "PT40S,40 s ago",
    "PT4M,4 min ago",
    "PT5H10M,5 h ago",
    "PT-10M,in 10 min",
    "PT26H,'22 Nov, 07:00'"
  })
  void wordsThePast(Duration past, String words) {
    assertThat(Wording.ago(NOW.minus(past), NOW)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "PyMongo|c 4.20.1|,PyMongo 4.20.1",
    "mongosh 2.5.8 (nodejs|mongosh 6.16.0|2.5.8),mongosh 2.5.8 (nodejs 6.16.0)",
    "mongo-java-driver|sync 5.8.1,mongo-java-driver 5.8.1",
    "mongosh 2.5.8,mongosh 2.5.8"
  })
  void namesTheOutermostDriver(String told, String words) {
    assertThat(Wording.driver(told)).isEqualTo(words);
  }

  @Test
  void ebbs() {
    Tide tide = new Tide(NOW, NOW.plus(Duration.ofMinutes(100)));

    assertThat(tide.width(NOW)).isEqualTo("100.00%");
    assertThat(tide.css(NOW.plus(Duration.ofMinutes(89)))).isEmpty();
    assertThat(tide.css(NOW.plus(Duration.ofMinutes(90)))).isEqualTo("low");
    assertThat(tide.css(NOW.plus(Duration.ofMinutes(100)))).isEqualTo("out");
    assertThat(tide.words(NOW.plus(Duration.ofMinutes(100)))).isEqualTo("time is up");
    assertThat(tide.words(NOW.plus(Duration.ofMinutes(57)))).isEqualTo("43 min left");
    assertThat(new Tide(NOW, NOW).share(NOW)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1h,PT1H", "30m,PT30M", "1h30m,PT1H30M", "' 2 H ',PT2H", "45min,PT45M", "1d,PT24H"})
  void readsTypedLengths(String typed, Duration length) {
    assertThat(Lengths.typed(typed)).contains(length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0h", "soon", "-1h", "1", "1h 1h", "99999h"})
  void refusesWhatIsNoLength(String typed) {
    assertThat(Lengths.typed(typed)).isEmpty();
  }

  @Test
  void writesDocumentsWithTheirTypes() {
    String text =
        text(
            TypedDocument.of(
                "{\"find\":\"orders\",\"filter\":{\"_id\":{\"$oid\":\"68f0c2a1b7e04a1f2c9d3e55\"},"
                    + "\"at\":{\"$date\":\"2026-11-01T00:00:00Z\"},\"total\":{\"$numberDecimal\":"
                    + "\"184.20\"},\"a b\":null,\"ok\":true}}"));

    assertThat(text)
        .contains("find: \"orders\"")
        .contains("ObjectId(\"68f0c2a1b7e04a1f2c9d3e55\")")
        .contains("ISODate(\"2026-11-01T00:00:00Z\")")
        .contains("Decimal128(\"184.20\")")
        .contains("\"a b\": null")
        .contains("ok: true");
  }

  @Test
  void keepsShortDocumentsOnOneLine() {
    assertThat(text(TypedDocument.of("{\"ping\":1}"))).isEqualTo("{ ping: 1 }");
    assertThat(text(TypedDocument.of("{}"))).isEqualTo("{}");
  }

  @Test
  void showsATruncatedBodyAsItIs() {
    assertThat(TypedDocument.of("{\"find\":\"ord"))
        .containsExactly(new TypedText(Kind.PUNCTUATION, "{\"find\":\"ord"));
  }

  @Test
  void escapesControlCharactersInStrings() {
    assertThat(text(TypedDocument.of("{\"a\":\"x\\n\\\"\\u0007\"}")))
        .isEqualTo("{ a: \"x\\n\\\"\\u0007\" }");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"find\":\"c\",\"filter\":{\"country\":\"PT\",\"x\":1}}| {country, x}",
        "{\"find\":\"c\",\"filter\":{}}|''",
        "{\"aggregate\":\"c\",\"pipeline\":[{\"$match\":{}},{\"$group\":{}}]}| $match $group",
        "{\"aggregate\":\"c\",\"pipeline\":[]}|''",
        "{\"insert\":\"c\",\"documents\":[{},{}]}| · 2 documents",
        "{\"delete\":\"c\",\"deletes\":[{}]}| · 1 delete",
        "{\"find\":\"c\",\"filt|''"
      },
      ignoreLeadingAndTrailingWhitespace = false)
  void saysWhatACommandIsAbout(String body, String gist) {
    assertThat(
            CommandGist.of(
                PortalWorld.command(1, NOW, "find", "c", body, Decision.FORWARDED, null, "ok", 1)))
        .isEqualTo(gist);
  }

  private static String text(List<TypedText> runs) {
    return runs.stream().map(TypedText::text).collect(Collectors.joining());
  }
}
