package io.tidegate.wire.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Each message of SCRAM as an enemy may write it. */
class ScramFuzzTest {
  private static final ScramVerifier VERIFIER =
      ScramVerifier.derive(ScramMechanism.SHA_256, "user", "pencil", new byte[28], 4096);

  /** Not derived: the fuzzer is after the parser. */
  private static final SaltedKeyCache CHEAP =
      (origin, derive) -> new ScramKeys(new byte[32], new byte[32]);

  @FuzzTest
  void clientFirst(byte[] data) {
    try {
      ScramServer.Challenged challenge = server().challenge(ScramMechanism.SHA_256, data, "nonce");
      assertThat(new String(challenge.message(), StandardCharsets.UTF_8)).contains("nonce,s=");
    } catch (ScramException expected) {
      // Refused, as it may be.
    }
  }

  @FuzzTest
  void clientFinal(byte[] data) throws ScramException {
    ScramServer.Challenged challenge =
        server()
            .challenge(
                ScramMechanism.SHA_256, "n,,n=user,r=a".getBytes(StandardCharsets.UTF_8), "b");

    assertThat(challenge.judge(data)).isInstanceOf(ScramServer.Refused.class);
  }

  @FuzzTest
  void serverFirst(byte[] data) {
    try {
      started().prove(data);
    } catch (ScramException expected) {
      // Refused, as it may be.
    }
  }

  private static ScramServer server() {
    return new ScramServer((mechanism, user) -> VERIFIER, new byte[16]);
  }

  private static ScramClient.Started started() {
    return ScramClient.start(
        new ScramCredential(ScramMechanism.SHA_256, "user", "pencil"), "a", CHEAP);
  }
}
