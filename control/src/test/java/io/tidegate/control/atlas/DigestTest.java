package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.keys.ApiKeys;
import io.tidegate.control.platform.Role;
import io.tidegate.control.testing.AtlasClient;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** API keys prove themselves by digest, once for each challenge, and nothing else opens. */
@ParameterizedClass
@EnumSource(Backend.class)
class DigestTest {
  private final Plane plane;
  private final ApiKeys keys;
  private final ApiKeys.Made made;
  private final AtlasClient client;

  DigestTest(Backend backend) {
    plane = Plane.shared(backend);
    keys = plane.bean(ApiKeys.class);
    made =
        keys.create(
            plane.system(),
            plane.system().organizationId(),
            "digest test",
            List.of(Role.ORG_OWNER));
    client = AtlasClient.of(plane, made);
    // What other tests got wrong from this address is forgiven.
    plane.clock.advance(Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MD5", "SHA-256"})
  void bothAlgorithmsOpen(String algorithm) {
    AtlasClient.Answer answer = client.by(algorithm).get("/?x=%2F&y=a+b");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.text("apiKey.id")).isEqualTo(made.key().id());
  }

  @Test
  void theChallengeIsTheOneThatOfficialClientsRead() {
    String challenge = client.challenge("GET", "/");
    assertThat(challenge)
        .matches(
            "Digest realm=\"Tidegate\", domain=\"\", nonce=\"[A-Za-z0-9_-]+\", algorithm=MD5,"
                + " qop=\"auth\", stale=false");
  }

  @Test
  void aProofOpensOnce() {
    String proof = client.response(client.challenge("GET", "/"), "GET", "/");
    assertThat(client.sendWith(proof, "GET", "/").status()).isEqualTo(200);
    AtlasClient.Answer again = client.sendWith(proof, "GET", "/");
    assertThat(again.status()).isEqualTo(401);
    assertThat(again.header("WWW-Authenticate")).startsWith("Digest ");
  }

  @Test
  void aNonceSpelledOtherwiseIsTheSameNonce() {
    String challenge = client.challenge("GET", "/");
    String proof = client.response(challenge, "GET", "/");
    assertThat(client.sendWith(proof, "GET", "/").status()).isEqualTo(200);
    String nonce = AtlasClient.parameter(challenge, "nonce");
    String padded = challenge.replace(nonce, nonce + "=".repeat((4 - nonce.length() % 4) % 4));
    assertThat(client.sendWith(client.response(padded, "GET", "/"), "GET", "/").status())
        .isEqualTo(401);
  }

  @Test
  void aProofIsForOneRequestLine() {
    for (String other : List.of("/?a=1", "//", "/%2F")) {
      String proof = client.response(client.challenge("GET", "/"), "GET", "/");
      assertThat(client.sendWith(proof, "GET", other).status()).as(other).isNotEqualTo(200);
    }
    String proof = client.response(client.challenge("GET", "/"), "GET", "/");
    assertThat(client.sendWith(proof, "DELETE", "/").status()).isEqualTo(401);
  }

  @Test
  void aChallengeGetsOld() {
    String proof = client.response(client.challenge("GET", "/"), "GET", "/");
    plane.clock.advance(Duration.ofMinutes(2));
    AtlasClient.Answer answer = client.sendWith(proof, "GET", "/");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).contains("stale=true");
    // A wrong proof is never told that only its challenge was old.
    AtlasClient wrong = AtlasClient.digest(plane.url(), made.key().publicKey(), "wrong");
    String old = wrong.response(wrong.challenge("GET", "/"), "GET", "/");
    plane.clock.advance(Duration.ofMinutes(2));
    assertThat(wrong.sendWith(old, "GET", "/").header("WWW-Authenticate")).contains("stale=false");
  }

  @Test
  void madeUpNoncesOpenNothing() {
    String challenge = client.challenge("GET", "/");
    String nonce = AtlasClient.parameter(challenge, "nonce");
    char last = nonce.charAt(5) == 'A' ? 'B' : 'A';
    for (String forged :
        List.of(
            "",
            "x",
            "A".repeat(nonce.length()),
            nonce.substring(0, 5) + last + nonce.substring(6))) {
      String proof = client.response(challenge.replace(nonce, forged), "GET", "/");
      assertThat(client.sendWith(proof, "GET", "/").status()).as(forged).isEqualTo(401);
    }
    // One of the other algorithm's is none either.
    String other = client.by("SHA-256").challenge("GET", "/").replace("SHA-256", "MD5");
    assertThat(client.sendWith(client.response(other, "GET", "/"), "GET", "/").status())
        .isEqualTo(401);
  }

  @Test
  void unknownKeysAndWrongSecretsLookAlike() {
    AtlasClient.Answer unknown = AtlasClient.digest(plane.url(), "zzzzzzzz", "x").get("/");
    AtlasClient.Answer wrong =
        AtlasClient.digest(plane.url(), made.key().publicKey(), "x").get("/");
    assertThat(unknown.status()).isEqualTo(401);
    assertThat(unknown.body()).isEqualTo(wrong.body());
    assertThat(
            AtlasClient.digest(plane.url(), made.key().id(), made.privateKey().reveal())
                .get("/")
                .status())
        .isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Digest",
        "Digest ",
        "Digest username",
        "Digest username=\"",
        "Digest username=\"a\", username=\"b\"",
        "Digest username=\"a\", realm=\"Tidegate\", nonce=\"\", uri=\"/\", response=\"\","
            + " qop=auth-int, nc=00000001, cnonce=\"x\"",
        "Digest ,,,,",
        "Basic YTpi",
        "Negotiate"
      })
  void headersThatAreNoProofAreAnsweredWithAChallenge(String header) {
    AtlasClient.Answer answer = client.sendWith(header, "GET", "/");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).startsWith("Digest ");
  }

  @Test
  void guessingHasToWaitAndOthersDoNot() {
    AtlasClient guesser = AtlasClient.digest(plane.url(), made.key().publicKey(), "guess");
    AtlasClient.Answer answer = guesser.get("/");
    for (int i = 0; i < 20 && answer.status() == 401; i++) {
      answer = guesser.get("/");
    }
    assertThat(answer.status()).isEqualTo(429);
    assertThat(Long.parseLong(answer.header("Retry-After"))).isBetween(1L, 6L);
    ApiKeys.Made other =
        keys.create(
            plane.system(), plane.system().organizationId(), "other", List.of(Role.ORG_OWNER));
    assertThat(AtlasClient.of(plane, other).get("/").status()).isEqualTo(200);
    plane.clock.advance(Duration.ofSeconds(6));
    assertThat(client.get("/").status()).isEqualTo(200);
  }

  @Test
  void aDeletedKeyOpensNothing() {
    assertThat(client.get("/").status()).isEqualTo(200);
    keys.delete(plane.system(), plane.system().organizationId(), made.key().id());
    assertThat(client.get("/").status()).isEqualTo(401);
  }

  @Test
  void privateKeysAreNotStored() {
    List<String> stored =
        plane.database().sql().sql("select digest_secrets from api_key").query(String.class).list();
    assertThat(stored).isNotEmpty().noneMatch(text -> text.contains(made.privateKey().reveal()));
    assertThat(made.toString()).doesNotContain(made.privateKey().reveal());
    assertThat(keys.digestSecrets(made.key().publicKey()).orElseThrow().toString())
        .contains("<hidden>");
  }
}
