package io.tidegate.wire.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.wire.Command;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The login in MongoDB's commands, our client against our server and each against a liar. */
class ScramLoginTest {
  private ScramGate gate = gate();

  private static ScramGate gate() {
    return new ScramGate(
        new ScramServer(
            (mechanism, user) ->
                user.equals("ses_1")
                    ? ScramVerifier.derive(mechanism, user, "right", new byte[16], 4096)
                    : null,
            new byte[16]),
        () -> "serverNonce");
  }

  @BeforeEach
  void anew() {
    gate = gate();
  }

  @ParameterizedTest
  @EnumSource(ScramMechanism.class)
  void theRightPasswordLogsInInTwoSteps(ScramMechanism mechanism) {
    ScramLogin login = login(mechanism, "right");

    List<ScramGate.Result> results = new ArrayList<>();
    ScramLogin.Step step = run(login, login.first(), results);

    assertThat(step).isEqualTo(new ScramLogin.LoggedIn());
    assertThat(results).hasSize(2);
    assertThat(results.getLast())
        .isInstanceOfSatisfying(
            ScramGate.Accepted.class,
            accepted -> {
              assertThat(accepted.username()).isEqualTo("ses_1");
              assertThat(accepted.authDatabase()).isEqualTo("admin");
            });
  }

  @Test
  void anOldClientEndsWithAnEmptyExchange() {
    ScramLogin login = login(ScramMechanism.SHA_256, "right");
    BsonDocument first = login.first();
    first.remove("options");

    List<ScramGate.Result> results = new ArrayList<>();
    assertThat(run(login, first, results)).isEqualTo(new ScramLogin.LoggedIn());

    assertThat(results).hasSize(3);
    assertThat(results.get(1)).isInstanceOf(ScramGate.Continue.class);
    assertThat(results.get(2)).isInstanceOf(ScramGate.Accepted.class);
  }

  @Test
  void aWrongPasswordIsRefusedAndTheNextTryMayBeRight() {
    ScramLogin wrong = login(ScramMechanism.SHA_256, "wrong");
    List<ScramGate.Result> results = new ArrayList<>();

    assertThat(run(wrong, wrong.first(), results))
        .isEqualTo(new ScramLogin.Failed(18, "Authentication failed."));

    ScramLogin right = login(ScramMechanism.SHA_256, "right");
    assertThat(run(right, right.first(), results)).isEqualTo(new ScramLogin.LoggedIn());
  }

  @Test
  void aLoginCanBeginInsideAHello() {
    ScramLogin login = login(ScramMechanism.SHA_256, "right");

    BsonDocument inHello = gate.speculative(login.speculative());

    if (inHello == null) {
      throw new AssertionError("nothing for the hello");
    }
    assertThat(inHello.containsKey("ok")).isFalse();
    List<ScramGate.Result> results = new ArrayList<>();
    assertThat(login.next(inHello))
        .isInstanceOfSatisfying(
            ScramLogin.Send.class,
            send ->
                assertThat(run(login, send.command(), results))
                    .isEqualTo(new ScramLogin.LoggedIn()));
  }

  @Test
  void aHelloWithAnotherMechanismIsAnsweredWithNothing() {
    assertThat(
            gate.speculative(
                BsonDocument.parse(
                    "{authenticate: 1, mechanism: 'MONGODB-X509', db: '$external'}")))
        .isNull();
    assertThat(gate.speculative(BsonDocument.parse("{saslStart: 1, mechanism: 'PLAIN', db: 'a'}")))
        .isNull();
    assertThat(gate.speculative(new BsonDocument())).isNull();
  }

  @Test
  void theGateRefusesWhatComesOutOfOrder() {
    for (String json :
        List.of(
            "{saslContinue: 1, conversationId: 1, payload: {$binary: {base64: '', subType: '00'}},"
                + " $db: 'admin'}",
            "{saslStart: 1, mechanism: 'PLAIN', payload: {$binary: {base64: '', subType: '00'}},"
                + " $db: 'admin'}",
            "{saslStart: 1, mechanism: 'SCRAM-SHA-256', $db: 'admin'}",
            "{saslStart: 1, mechanism: 5, payload: {$binary: {base64: '', subType: '00'}}, $db:"
                + " 'admin'}")) {
      assertThat(gate.handle(Command.of(BsonDocument.parse(json))))
          .as(json)
          .isInstanceOfSatisfying(
              ScramGate.Refused.class,
              refused -> assertThat(refused.reply().getInt32("code").getValue()).isEqualTo(18));
    }
  }

  @Test
  void aSecondFinishDoesNotLogInAgain() {
    ScramLogin login = login(ScramMechanism.SHA_256, "right");
    ScramGate.Result challenge = gate.handle(Command.of(login.first()));
    ScramLogin.Send proof = (ScramLogin.Send) login.next(challenge.reply());

    assertThat(gate.handle(Command.of(proof.command()))).isInstanceOf(ScramGate.Accepted.class);
    assertThat(gate.handle(Command.of(proof.command()))).isInstanceOf(ScramGate.Refused.class);
  }

  @Test
  void anotherDatabaseOrConversationIsRefused() {
    for (BsonDocument change :
        List.of(
            new BsonDocument("$db", new BsonString("other")),
            new BsonDocument("conversationId", new BsonInt32(2)))) {
      gate = gate();
      ScramLogin login = login(ScramMechanism.SHA_256, "right");
      ScramLogin.Send proof =
          (ScramLogin.Send) login.next(gate.handle(Command.of(login.first())).reply());
      BsonDocument command = proof.command().clone();
      command.putAll(change);

      assertThat(gate.handle(Command.of(command))).isInstanceOf(ScramGate.Refused.class);
    }
  }

  @Test
  void theClientIsNotFooledByAServerThatJustSaysYes() {
    ScramLogin login = login(ScramMechanism.SHA_256, "right");
    BsonDocument yes =
        BsonDocument.parse("{conversationId: 1, done: true, ok: 1}")
            .append("payload", new BsonBinary(new byte[0]));

    assertThat(login.next(yes)).isInstanceOf(ScramLogin.Failed.class);
    assertThat(login.next(gate.handle(Command.of(login.first())).reply()))
        .isEqualTo(new ScramLogin.Failed(0, "the login is over"));
  }

  @Test
  void theClientIsNotFooledByADoneWithoutTheServersProof() {
    ScramLogin login = login(ScramMechanism.SHA_256, "right");
    assertThat(login.next(gate.handle(Command.of(login.first())).reply()))
        .isInstanceOf(ScramLogin.Send.class);

    assertThat(
            login.next(
                BsonDocument.parse("{conversationId: 1, ok: 1}")
                    .append("done", BsonBoolean.TRUE)
                    .append(
                        "payload",
                        new BsonBinary(
                            "v=AAAA".getBytes(java.nio.charset.StandardCharsets.UTF_8)))))
        .isInstanceOf(ScramLogin.Failed.class);
  }

  private static ScramLogin login(ScramMechanism mechanism, String password) {
    return ScramLogin.of(
        new ScramCredential(mechanism, "ses_1", password),
        "admin",
        "clientNonce",
        SaltedKeyCache.none());
  }

  private ScramLogin.Step run(
      ScramLogin login, BsonDocument first, List<ScramGate.Result> results) {
    BsonDocument command = first;
    while (true) {
      ScramGate.Result result = gate.handle(Command.of(command));
      results.add(result);
      switch (login.next(result.reply())) {
        case ScramLogin.Send send -> command = send.command();
        case ScramLogin.LoggedIn in -> {
          return in;
        }
        case ScramLogin.Failed failed -> {
          return failed;
        }
      }
    }
  }
}
