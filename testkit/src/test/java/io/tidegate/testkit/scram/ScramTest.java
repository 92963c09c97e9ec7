package io.tidegate.testkit.scram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScramTest {

  /** RFC 7677 section 3. */
  @Test
  void theClientProvesItselfAsInTheRfc() {
    var login =
        new ScramLogin(
            new ScramLogin.Password(Mechanism.SCRAM_SHA_256, "user", "pencil"),
            "rOprNGfwEbeRWgbNEkqO");
    assertThat(new String(login.first(), UTF_8)).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    byte[] proof =
        login.proof(
            ("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
                .getBytes(UTF_8));
    assertThat(new String(proof, UTF_8))
        .isEqualTo(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    login.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".getBytes(UTF_8));
    assertThatThrownBy(
            () -> login.verify("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".getBytes(UTF_8)))
        .isInstanceOf(ScramRefused.class);
  }

  @ParameterizedTest
  @EnumSource
  void bothSidesAgreeOnTheRightPasswordOnly(Mechanism mechanism) {
    ScramCredential stored =
        ScramCredential.derive(mechanism, "ann", "secret", new byte[mechanism.saltLength()]);

    assertThat(exchange(mechanism, stored, "secret", true)).isEqualTo("ann");
    assertThatThrownBy(() -> exchange(mechanism, stored, "Secret", true))
        .isInstanceOf(ScramRefused.class);
    assertThatThrownBy(() -> exchange(mechanism, null, "secret", true))
        .isInstanceOf(ScramRefused.class);
  }

  @Test
  void withoutTheShortcutOneEmptyExchangeFollows() {
    ScramCredential stored =
        ScramCredential.derive(Mechanism.SCRAM_SHA_256, "ann", "secret", new byte[28]);
    assertThat(exchange(Mechanism.SCRAM_SHA_256, stored, "secret", false)).isEqualTo("ann");
  }

  private static @Nullable String exchange(
      Mechanism mechanism, @Nullable ScramCredential stored, String password, boolean shortcut) {
    var server = new ScramConversation(mechanism, _ -> stored, "server-nonce", shortcut);
    var client = new ScramLogin(new ScramLogin.Password(mechanism, "ann", password), "nonce");
    client.verify(server.advance(client.proof(server.advance(client.first()))));
    if (!shortcut) {
      assertThat(server.provenUser()).isNull();
      server.advance(new byte[0]);
    }
    return server.provenUser();
  }

  @Test
  void nothingSecretIsPrinted() {
    ScramCredential credential =
        ScramCredential.derive(Mechanism.SCRAM_SHA_1, "u", "planted", new byte[16]);
    assertThat(credential.toString()).contains("<hidden>");
    assertThat(credential.toString())
        .doesNotContain(Base64.getEncoder().encodeToString(credential.storedKey()));
    assertThat(new ScramLogin.Password(Mechanism.SCRAM_SHA_1, "u", "planted").toString())
        .doesNotContain("planted");
  }
}
