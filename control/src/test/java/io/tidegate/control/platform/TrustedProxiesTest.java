package io.tidegate.control.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
  private final TrustedProxies proxies =
      TrustedProxies.of(List.of("10.0.0.0/8", "192.0.2.1", "2001:db8:aa::/48"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Nobody who is not trusted is listened to.
        "203.0.113.9      | 198.51.100.7                        | 203.0.113.9",
        "10.1.2.3         | ''                                  | 10.1.2.3",
        "10.1.2.3         | 198.51.100.7                        | 198.51.100.7",
        // What the client itself wrote stands left of what the proxy heard.
        "10.1.2.3         | 1.1.1.1, 198.51.100.7               | 198.51.100.7",
        "10.1.2.3         | 10.9.9.9, 198.51.100.7              | 198.51.100.7",
        // A chain of trusted proxies is walked to its end.
        "10.1.2.3         | 198.51.100.7, 10.4.4.4, 192.0.2.1   | 198.51.100.7",
        "10.1.2.3         | 10.4.4.4, 10.5.5.5                  | 10.4.4.4",
        "2001:db8:aa::1   | 2001:db8:bb::7                      | 2001:db8:bb:0:0:0:0:7",
        "::ffff:10.1.2.3  | 198.51.100.7                        | 198.51.100.7",
        "10.1.2.3         | 198.51.100.7:49152                  | 198.51.100.7",
        "10.1.2.3         | [2001:db8:bb::7]:49152              | 2001:db8:bb:0:0:0:0:7",
        // Nonsense ends the walk where it stands.
        "10.1.2.3         | 198.51.100.7, unknown               | 10.1.2.3",
        "10.1.2.3         | 198.51.100.7, unknown, 10.4.4.4     | 10.4.4.4",
        "10.1.2.3         | 0.0.0.0/0                           | 10.1.2.3",
        "10.1.2.3         | localhost                           | 10.1.2.3",
      })
  void theClientIsTheLastThatIsNotTrusted(String peer, String forwarded, String client) {
    assertThat(proxies.client(peer, List.of(forwarded))).isEqualTo(client);
  }

  @Test
  void severalHeadersAreOneList() {
    assertThat(proxies.client("10.1.2.3", List.of("1.1.1.1, 198.51.100.7", "10.4.4.4")))
        .isEqualTo("198.51.100.7");
  }

  @Test
  void byDefaultNobodyIsTrusted() {
    TrustedProxies none = TrustedProxies.of(List.of());
    assertThat(none.client("127.0.0.1", List.of("198.51.100.7"))).isEqualTo("127.0.0.1");
    assertThat(none.trusts("127.0.0.1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "proxy.example", "10.0.0.0/33", "10.0.0/8", "*"})
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> TrustedProxies.of(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
