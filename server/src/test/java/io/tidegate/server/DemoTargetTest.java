package io.tidegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.control.platform.StartFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoTargetTest {
  @Test
  void theCredentialIsTakenOutAndTheRestIsKept() {
    DemoTarget target =
        DemoTarget.parse(
            "mongodb://us%40er:p%2Fa+ss@one:27017,two:27018/accounts?replicaSet=rs&tls=true&appName=x");
    assertThat(target.connectionString())
        .isEqualTo("mongodb://one:27017,two:27018/?replicaSet=rs&appName=x");
    assertThat(target.username()).isEqualTo("us@er");
    assertThat(target.password().reveal()).isEqualTo("p/a+ss");
    assertThat(target.authDatabase()).isEqualTo("accounts");
    assertThat(target.tls()).isTrue();
  }

  @Test
  void authSourceWinsOverThePathAndAdminIsTheDefault() {
    assertThat(DemoTarget.parse("mongodb://u:p@h:1/shop?authSource=admin").authDatabase())
        .isEqualTo("admin");
    assertThat(DemoTarget.parse("mongodb://u:p@h:1").authDatabase()).isEqualTo("admin");
    assertThat(DemoTarget.parse("mongodb://u:p@h:1").tls()).isFalse();
    assertThat(DemoTarget.parse("mongodb+srv://u:p@h").tls()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:27017",
        "postgresql://user:password@host",
        "mongodb://host:27017",
        "mongodb://hunter2secret@host",
        "mongodb://user:100%zz-hunter2secret@host"
      })
  void whatIsNoConnectionStringIsRefusedWithoutQuotingIt(String uri) {
    assertThatThrownBy(() -> DemoTarget.parse(uri))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("mongodb://user:password@host:port")
        .hasMessageNotContaining("hunter2secret");
  }

  @Test
  void thePasswordIsNotPrinted() {
    assertThat(DemoTarget.parse("mongodb://u:hunter2secret@h").toString())
        .doesNotContain("hunter2secret")
        .contains("<hidden>");
  }
}
