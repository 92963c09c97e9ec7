package io.tidegate.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.cli.Failure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {
  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8420/,http://127.0.0.1:8420",
    "127.0.0.1:8420,http://127.0.0.1:8420",
    "localhost,http://localhost",
    "Tidegate.Example.com,https://tidegate.example.com",
    "HTTPS://tidegate.example.com:443,https://tidegate.example.com:443"
  })
  void oneSpelling(String text, String expected) throws Exception {
    assertThat(Domain.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ftp://x",
        "http://",
        "http://user:pw@x",
        "http://x/path",
        "http://x?q",
        "http://a b"
      })
  void whatIsNoDomainIsRefused(String text) {
    assertThatThrownBy(() -> Domain.parse(text)).isInstanceOf(Failure.class);
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1,false",
    "http://localhost:1,false",
    "https://x.org,false",
    "http://x.org,true"
  })
  void readableOnTheWay(String text, boolean readable) throws Exception {
    assertThat(Domain.parse(text).readableOnTheWay()).isEqualTo(readable);
  }
}
