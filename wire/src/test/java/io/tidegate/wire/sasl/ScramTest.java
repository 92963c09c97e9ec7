package io.tidegate.wire.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.constraints.UniqueElements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both sides of SCRAM, by the vectors of the RFCs and of MongoDB's authentication specification.
 */
class ScramTest {
  private static final byte[] SALT_KEY = "0123456789abcdef".getBytes(UTF_8);

  private static final String SHA_256_NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String SHA_256_SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final String SHA_256_SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
  private static final String SHA_256_SERVER_FIRST =
      "r=" + SHA_256_NONCE + SHA_256_SERVER_NONCE + ",s=" + SHA_256_SALT + ",i=4096";

  @Test
  void rfc7677Section3BothSides() throws ScramException {
    ScramClient.Started client =
        ScramClient.start(
            new ScramCredential(ScramMechanism.SHA_256, "user", "pencil"),
            SHA_256_NONCE,
            SaltedKeyCache.none());
    assertThat(text(client.message())).isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");

    ScramServer server =
        server(
            ScramVerifier.derive(
                ScramMechanism.SHA_256, "user", "pencil", base64(SHA_256_SALT), 4096));
    ScramServer.Challenged challenge =
        server.challenge(ScramMechanism.SHA_256, client.message(), SHA_256_SERVER_NONCE);
    assertThat(text(challenge.message())).isEqualTo(SHA_256_SERVER_FIRST);

    ScramClient.Proved proved = client.prove(challenge.message());
    assertThat(text(proved.message()))
        .isEqualTo(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");

    ScramServer.Accepted accepted = accepted(challenge.judge(proved.message()));
    assertThat(accepted.username()).isEqualTo("user");
    assertThat(text(accepted.message()))
        .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    proved.verify(accepted.message());
  }

  @Test
  void rfc5802Section5BothSides() throws ScramException {
    ScramClient.Started client =
        ScramClient.start(
            ScramMechanism.SHA_1,
            "user",
            "pencil",
            "fyko+d2lbbFgONRv9qkxdawL",
            SaltedKeyCache.none());
    ScramServer server =
        server(
            ScramVerifier.ofSecret(
                ScramMechanism.SHA_1, "pencil", base64("QSXCR+Q6sek8bf92"), 4096));
    ScramServer.Challenged challenge =
        server.challenge(ScramMechanism.SHA_1, client.message(), "3rfcNHYJY1ZVvWVs7j");
    assertThat(text(challenge.message()))
        .isEqualTo("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");

    ScramClient.Proved proved = client.prove(challenge.message());
    assertThat(text(proved.message()))
        .isEqualTo(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    ScramServer.Accepted accepted = accepted(challenge.judge(proved.message()));
    assertThat(text(accepted.message())).isEqualTo("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    proved.verify(accepted.message());
  }

  @Test
  void mongoDbsDigestIsThePasswordOfSha1() throws ScramException {
    ScramClient.Started client =
        ScramClient.start(
            new ScramCredential(ScramMechanism.SHA_1, "user", "pencil"),
            "fyko+d2lbbFgONRv9qkxdawL",
            SaltedKeyCache.none());

    ScramClient.Proved proved =
        client.prove(
            bytes(
                "r=fyko+d2lbbFgONRv9qkxdawLHo+Vgk7qvUOKUwuWLIWg4l/9SraGMHEE,"
                    + "s=rQ9ZY3MntBeuP3E1TDVC4w==,i=10000"));

    assertThat(text(proved.message())).endsWith(",p=MC2T8BvbmWRckDw8oWl5IVghwCY=");
    proved.verify(bytes("v=UMWeI25JD1yNYZRMpZ4VHvhZ9e0="));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", // not our nonce
        "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", // nothing of the server's
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=many",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==",
        "r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
        "s=W22ZaJ0SNY7soEsUEjb6gQ==,r=rOprNGfwEbeRWgbNEkqOx,i=4096",
        "m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "e=other-error",
        ""
      })
  void theClientRefusesAWrongChallenge(String serverFirst) {
    AtomicInteger derived = new AtomicInteger();
    ScramClient.Started client =
        sha256((origin, derive) -> {
          derived.incrementAndGet();
          return derive.get();
        });

    assertThatThrownBy(() -> client.prove(bytes(serverFirst))).isInstanceOf(ScramException.class);
    // Nor does it do the work that was asked for.
    assertThat(derived).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl94G4=",
        "v=",
        "v=AAAA",
        "e=invalid-proof",
        ""
      })
  void theClientRefusesAServerThatDoesNotProveItself(String serverFinal) throws ScramException {
    ScramClient.Proved proved = sha256(SaltedKeyCache.none()).prove(bytes(SHA_256_SERVER_FIRST));

    assertThatThrownBy(() -> proved.verify(bytes(serverFinal))).isInstanceOf(ScramException.class);
    proved.verify(bytes("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  }

  @Test
  void theIterationsArePaidOnceForOneSaltAndPassword() throws ScramException {
    SaltedKeyCache cache = SaltedKeyCache.inMemory(10);
    AtomicInteger derived = new AtomicInteger();
    SaltedKeyCache counting =
        (origin, derive) ->
            cache.keys(
                origin,
                () -> {
                  derived.incrementAndGet();
                  return derive.get();
                });

    byte[] first = sha256(counting).prove(bytes(SHA_256_SERVER_FIRST)).message();
    byte[] second = sha256(counting).prove(bytes(SHA_256_SERVER_FIRST)).message();
    assertThat(second).isEqualTo(first);
    assertThat(derived).hasValue(1);

    // Another password, salt, count or user has keys of its own.
    byte[] other =
        ScramClient.start(
                new ScramCredential(ScramMechanism.SHA_256, "user", "other"),
                SHA_256_NONCE,
                counting)
            .prove(bytes(SHA_256_SERVER_FIRST))
            .message();
    assertThat(other).isNotEqualTo(first);
    sha256(counting).prove(bytes(SHA_256_SERVER_FIRST.replace("W22", "W23")));
    sha256(counting).prove(bytes(SHA_256_SERVER_FIRST.replace("4096", "4097")));
    assertThat(derived).hasValue(4);
  }

  @Test
  void aFullCacheBeginsAnew() {
    SaltedKeyCache cache = SaltedKeyCache.inMemory(2);
    AtomicInteger derived = new AtomicInteger();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 3; i++) {
        cache.keys(
            new SaltedKeyCache.Origin(ScramMechanism.SHA_256, "u" + i, "s", 4096, "f"),
            () -> {
              derived.incrementAndGet();
              return new ScramKeys(new byte[32], new byte[32]);
            });
      }
    }
    assertThat(derived.get()).isGreaterThan(3);
  }

  @ParameterizedTest
  @EnumSource(ScramMechanism.class)
  void aWrongPasswordAndAnUnknownUserCannotBeToldApart(ScramMechanism mechanism)
      throws ScramException {
    byte[] salt = new byte[mechanism.saltLength()];
    ScramVerifier verifier =
        ScramVerifier.derive(mechanism, "known", "right", salt, mechanism.usualIterations());
    ScramServer server =
        new ScramServer((asked, user) -> user.equals("known") ? verifier : null, SALT_KEY);

    String known = challenge(server, mechanism, "known");
    String unknown = challenge(server, mechanism, "unknown");
    assertThat(unknown).hasSameSizeAs(known);
    assertThat(unknown.substring(unknown.indexOf(",i=")))
        .isEqualTo(known.substring(known.indexOf(",i=")));
    // Asked again, an unknown user has the salt it had; another one has another.
    assertThat(challenge(server, mechanism, "unknown")).isEqualTo(unknown);
    assertThat(challenge(server, mechanism, "unkonwn")).isNotEqualTo(unknown);

    assertThat(login(server, mechanism, "known", "wrong"))
        .isEqualTo(login(server, mechanism, "unknown", "wrong"))
        .isInstanceOf(ScramServer.Refused.class);
    assertThat(login(server, mechanism, "known", "right")).isInstanceOf(ScramServer.Accepted.class);
  }

  @Test
  void theNobodysVerifierOfZerosLetsNobodyIn() throws ScramException {
    // With a StoredKey of zeros no proof hashes to it, but even then the user is not known.
    ScramServer server = new ScramServer((mechanism, user) -> null, SALT_KEY);
    ScramServer.Challenged challenge =
        server.challenge(ScramMechanism.SHA_256, bytes("n,,n=u,r=abc"), "def");

    assertThat(
            challenge.judge(
                bytes("c=biws,r=abcdef,p=" + Base64.getEncoder().encodeToString(new byte[32]))))
        .isInstanceOf(ScramServer.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p=tls-unique,,n=user,r=abc", // channel binding
        "n,a=other,n=user,r=abc", // acting for somebody else
        "n,,n=us=er,r=abc",
        "n,,n=user,r=",
        "n,,n=user,r=a\u0001c",
        "n,,r=abc,n=user",
        "n,,n=user",
        "n",
        ""
      })
  void theServerRefusesAWrongBeginning(String clientFirst) {
    ScramServer server = new ScramServer((mechanism, user) -> null, SALT_KEY);

    assertThatThrownBy(() -> server.challenge(ScramMechanism.SHA_256, bytes(clientFirst), "nonce"))
        .isInstanceOf(ScramException.class);
  }

  @Test
  void theServerRefusesAProofOfAnotherExchange() throws ScramException {
    ScramVerifier verifier =
        ScramVerifier.derive(ScramMechanism.SHA_256, "user", "pencil", base64(SHA_256_SALT), 4096);
    ScramServer server = server(verifier);
    ScramClient.Started client = sha256(SaltedKeyCache.none());
    ScramServer.Challenged first =
        server.challenge(ScramMechanism.SHA_256, client.message(), "one");
    ScramServer.Challenged second =
        server.challenge(ScramMechanism.SHA_256, client.message(), "two");
    byte[] proof = client.prove(first.message()).message();

    assertThat(second.judge(proof)).isInstanceOf(ScramServer.Refused.class);
    assertThat(first.judge(bytes(text(proof).replace("biws", "eSws"))))
        .isInstanceOf(ScramServer.Refused.class);
    assertThat(first.judge(bytes(text(proof).replaceFirst("p=.", "p=!"))))
        .isInstanceOf(ScramServer.Refused.class);
    assertThat(first.judge(proof)).isInstanceOf(ScramServer.Accepted.class);
  }

  @Property(tries = 20)
  void anyUserAndPasswordLogsInAndNoOther(
      @ForAll @StringLength(min = 1, max = 12) String username,
      @ForAll @UniqueElements @net.jqwik.api.constraints.Size(2)
          java.util.List<
                  @net.jqwik.api.constraints.AlphaChars @StringLength(min = 1, max = 9) String>
              passwords)
      throws ScramException {
    if (!UTF_8.newEncoder().canEncode(username)) {
      return;
    }
    ScramVerifier verifier =
        ScramVerifier.derive(
            ScramMechanism.SHA_256, username, passwords.get(0), new byte[28], 4096);
    ScramServer server =
        new ScramServer((asked, user) -> user.equals(username) ? verifier : null, SALT_KEY);

    assertThat(login(server, ScramMechanism.SHA_256, username, passwords.get(0)))
        .isInstanceOf(ScramServer.Accepted.class);
    assertThat(login(server, ScramMechanism.SHA_256, username, passwords.get(1)))
        .isInstanceOf(ScramServer.Refused.class);
  }

  @Test
  void saslPrepByTheExamplesOfRfc4013Section3() {
    assertThat(SaslPrep.prepare("I\u00ADX")).isEqualTo("IX");
    assertThat(SaslPrep.prepare("user")).isEqualTo("user");
    assertThat(SaslPrep.prepare("USER")).isEqualTo("USER");
    assertThat(SaslPrep.prepare("\u00AA")).isEqualTo("a");
    assertThat(SaslPrep.prepare("\u2168")).isEqualTo("IX");
    assertThatThrownBy(() -> SaslPrep.prepare("secret\u0007"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret")
        .hasNoCause();
    assertThatThrownBy(() -> SaslPrep.prepare("\u0627\u0031"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatHoldsASecretHidesIt() throws ScramException {
    String password = "hunter2-planted";
    ScramCredential credential = new ScramCredential(ScramMechanism.SHA_256, "user", password);
    ScramVerifier verifier =
        ScramVerifier.derive(ScramMechanism.SHA_256, "user", password, new byte[28], 4096);
    ScramClient.Started started =
        ScramClient.start(credential, "nonce-planted", SaltedKeyCache.none());
    ScramServer.Challenged challenge =
        server(verifier).challenge(ScramMechanism.SHA_256, started.message(), "x");
    ScramClient.Proved proved = started.prove(challenge.message());
    Object login = ScramLogin.of(credential, "admin", "nonce-planted", SaltedKeyCache.none());

    for (Object holder :
        new Object[] {
          credential,
          verifier,
          started,
          challenge,
          proved,
          login,
          challenge.judge(proved.message()),
          server(verifier),
          new ScramKeys(new byte[0], new byte[0]),
          new ScramLogin.Send(new org.bson.BsonDocument()),
          new SaltedKeyCache.Origin(ScramMechanism.SHA_1, "u", "salt-planted", 1, "print-planted")
        }) {
      assertThat(holder.toString())
          .contains("<hidden>")
          .doesNotContain("planted")
          .doesNotContain("@");
    }
    assertThat(credential.toString()).contains("user");
  }

  private static ScramClient.Started sha256(SaltedKeyCache cache) {
    return ScramClient.start(
        new ScramCredential(ScramMechanism.SHA_256, "user", "pencil"), SHA_256_NONCE, cache);
  }

  private static String challenge(ScramServer server, ScramMechanism mechanism, String user)
      throws ScramException {
    return text(server.challenge(mechanism, bytes("n,,n=" + user + ",r=abc"), "def").message());
  }

  private static ScramServer.Outcome login(
      ScramServer server, ScramMechanism mechanism, String user, String password)
      throws ScramException {
    ScramClient.Started client =
        ScramClient.start(
            new ScramCredential(mechanism, user, password), "abc", SaltedKeyCache.none());
    ScramServer.Challenged challenge = server.challenge(mechanism, client.message(), "def");
    assertThat(challenge.username()).isEqualTo(user);
    ScramClient.Proved proved = client.prove(challenge.message());
    ScramServer.Outcome outcome = challenge.judge(proved.message());
    if (outcome instanceof ScramServer.Accepted accepted) {
      proved.verify(accepted.message());
    }
    return outcome;
  }

  private static ScramServer server(ScramVerifier verifier) {
    return new ScramServer((mechanism, user) -> user.equals("user") ? verifier : null, SALT_KEY);
  }

  private static ScramServer.Accepted accepted(ScramServer.Outcome outcome) {
    assertThat(outcome).isInstanceOf(ScramServer.Accepted.class);
    return (ScramServer.Accepted) outcome;
  }

  private static byte[] base64(String text) {
    return Base64.getDecoder().decode(text);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
