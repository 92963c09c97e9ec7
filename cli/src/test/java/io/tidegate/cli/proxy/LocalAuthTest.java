package io.tidegate.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class LocalAuthTest {
  /** The exchange of RFC 7677 section 3. */
  @Test
  void theVerifierChecksTheExchangeOfTheRfc() throws Exception {
    LocalAuth auth =
        LocalAuth.derive("pencil", Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
    String message =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
            + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    byte[] proof = Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");

    byte[] clientKey = hmac(auth.storedKey(), message);
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= proof[i];
    }
    assertThat(MessageDigest.getInstance("SHA-256").digest(clientKey)).isEqualTo(auth.storedKey());
    assertThat(Base64.getEncoder().encodeToString(hmac(auth.serverKey(), message)))
        .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  }

  @Test
  void eachSessionHasItsOwnPasswordAndHidesIt() {
    LocalAuth one = LocalAuth.generate(new SecureRandom());
    LocalAuth other = LocalAuth.generate(new SecureRandom());
    assertThat(one.password()).isNotEqualTo(other.password()).matches("[A-Za-z0-9_-]{32}");
    assertThat(one.toString()).doesNotContain(one.password());
    assertThat(one.verifier().toString()).doesNotContain(one.password());
    assertThat(one.verifier().get("iterations").getAsInt()).isEqualTo(15_000);
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
  }
}
