package io.tidegate.gateway.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetAddressTest {
  @Test
  void readsHostsAndOptions() {
    TargetAddress address =
        TargetAddress.parse("mongodb://A.example:27018,[::1],b.example/?replicaSet=rs0&tls=true");

    assertThat(address.hosts())
        .containsExactly(
            new HostPort("a.example", 27018),
            new HostPort("::1", 27017),
            new HostPort("b.example", 27017));
    assertThat(address.replicaSet()).isEqualTo("rs0");
    assertThat(address.srvName()).isNull();
  }

  @Test
  void readsAnSrvName() {
    TargetAddress address =
        TargetAddress.parse("mongodb+srv://cluster0.example.net/shop?w=majority");

    assertThat(address.srvName()).isEqualTo("cluster0.example.net");
    assertThat(address.hosts()).isEmpty();
    assertThat(address.replicaSet()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a",
        "mongodb://",
        "mongodb://a:0",
        "mongodb://a:70000",
        "mongodb://a:x",
        "mongodb://[::1",
        "mongodb+srv://a,b",
        "mongodb+srv://a:27017",
        "mongodb+srv://"
      })
  void refusesWhatIsNone(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> TargetAddress.parse(text));
  }

  @Test
  void printsAddressesSoThatTheyCanBeReadAgain() {
    for (String text : new String[] {"a.example:27018", "[::1]:27017"}) {
      assertThat(HostPort.parse(text)).hasToString(text);
    }
  }
}
