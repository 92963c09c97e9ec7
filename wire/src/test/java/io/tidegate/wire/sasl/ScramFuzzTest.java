package io.tidegate.wire.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Each message of SCRAM as an enemy may write it. */
class ScramFuzzTest {
  private static final ScramVerifier VERIFIER =
      ScramVerifier.derive(ScramMechanism.SHA_256, "user", "pencil", new byte[28], 4096);

  /** Not derived: the fuzzer is after the parser. */
  private static final SaltedKeyCache CHEAP =
      (origin, derive) -> new ScramKeys(new byte[32], new byte[32]);

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void clientFirst(byte[] data) {
    try {
      ScramServer.Challenged challenge = server().challenge(ScramMechanism.SHA_256, data, "nonce");
      assertThat(new String(challenge.message(), StandardCharsets.UTF_8)).contains("nonce,s=");
    } catch (ScramException expected) {
      // Refused, as it may be.
    }
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void clientFinal(byte[] data) throws ScramException {
    ScramServer.Challenged challenge =
        server()
            .challenge(
                ScramMechanism.SHA_256, "n,,n=user,r=a".getBytes(StandardCharsets.UTF_8), "b");

    assertThat(challenge.judge(data)).isInstanceOf(ScramServer.Refused.class);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "50s")
  void serverFirst(byte[] data) {
    try {
      started().prove(data);
    } catch (ScramException expected) {
      // Refused, as it may be.
    }
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
            "n,,n=user,r=a",
            "y,,n=us=2Cer=3D,r=abc,ext=1",
            "r=ab,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=ab,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "c=biws,r=ab,ext=1,p=",
            "n,,n=user\u00fc,r=",
            "")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  private static ScramServer server() {
    return new ScramServer((mechanism, user) -> VERIFIER, new byte[16]);
  }

  private static ScramClient.Started started() {
    return ScramClient.start(
        new ScramCredential(ScramMechanism.SHA_256, "user", "pencil"), "a", CHEAP);
  }
}
