package io.tidegate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hello by the tables of section 2 of the protocol rules. */
class HelloTest {
  private static final HelloReply.Local LOCAL =
      HelloReply.Local.of("127.0.0.1:4711", Instant.ofEpochMilli(5), 12);

  private static final String PRIMARY =
      """
      {helloOk: true, topologyVersion: {processId: {$oid: '0123456789abcdef01234567'}, counter: 6},
       hosts: ['db1:27017', 'db2:27017'], passives: ['db3:27017'], arbiters: ['db4:27017'],
       setName: 'rs0', setVersion: 4, isWritablePrimary: true, secondary: false,
       primary: 'db1:27017', me: 'db1:27017', electionId: {$oid: '7fffffff0000000000000009'},
       tags: {dc: 'east'}, lastWrite: {opTime: {t: 9}}, maxBsonObjectSize: 16777216,
       maxMessageSizeBytes: 48000000, maxWriteBatchSize: 100000,
       localTime: {$date: {$numberLong: '1'}}, logicalSessionTimeoutMinutes: 30, connectionId: 333,
       minWireVersion: 0, maxWireVersion: 99, readOnly: false, compression: ['zlib'],
       saslSupportedMechs: ['SCRAM-SHA-1'], serviceId: {$oid: '0123456789abcdef01234567'},
       $clusterTime: {x: 1}, operationTime: {$timestamp: {t: 1, i: 1}}, ok: 1}
      """;

  @Test
  void aPrimaryIsShownAsItIsAtOneAddress() {
    BsonDocument reply = HelloReply.document(request("{hello: 1}"), target(PRIMARY), LOCAL);

    BsonDocument expected =
        BsonDocument.parse(
            """
            {hosts: ['127.0.0.1:4711'], setName: 'rs0', setVersion: 4, isWritablePrimary: true,
             secondary: false, primary: '127.0.0.1:4711', tags: {dc: 'east'}, me: '127.0.0.1:4711',
             electionId: {$oid: '7fffffff0000000000000009'}, lastWrite: {opTime: {t: 9}},
             maxBsonObjectSize: 16777216, maxMessageSizeBytes: 48000000, maxWriteBatchSize: 100000,
             localTime: {$date: {$numberLong: '5'}}, logicalSessionTimeoutMinutes: 30,
             connectionId: 12, minWireVersion: 0, maxWireVersion: 25, readOnly: false, ok: 1.0}
            """);
    assertThat(reply).isEqualTo(expected);
    assertThat(reply.toJson()).doesNotContain("27017");
  }

  @Test
  void anElectionShowsASecondaryWithoutPrimary() {
    TargetDescription target =
        target(
            PRIMARY
                .replace("isWritablePrimary: true", "isWritablePrimary: false")
                .replace("secondary: false", "secondary: true")
                .replace("primary: 'db1:27017',", ""));
    assertThat(target.primaryKnown()).isFalse();

    BsonDocument reply = HelloReply.document(request("{hello: 1}"), target, LOCAL);

    assertThat(reply.getBoolean("isWritablePrimary").getValue()).isFalse();
    assertThat(reply.getBoolean("secondary").getValue()).isTrue();
    assertThat(reply).doesNotContainKeys("primary", "setVersion", "electionId");
    assertThat(reply.getString("setName").getValue()).isEqualTo("rs0");
    assertThat(reply.getString("me").getValue()).isEqualTo("127.0.0.1:4711");
  }

  @Test
  void setVersionAndElectionIdComeTogetherOrNotAtAll() {
    BsonDocument reply =
        HelloReply.document(
            request("{hello: 1}"), target(PRIMARY.replace("setVersion: 4,", "")), LOCAL);

    assertThat(reply).doesNotContainKeys("setVersion", "electionId");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{msg: 'isdbgrid', isWritablePrimary: true}", "{isWritablePrimary: true}"})
  void routersAndStandalonesHaveNothingOfAReplicaSet(String json) {
    TargetDescription target = target(json);

    BsonDocument reply = HelloReply.document(request("{hello: 1}"), target, LOCAL);

    assertThat(reply.getBoolean("isWritablePrimary").getValue()).isTrue();
    assertThat(reply)
        .doesNotContainKeys(
            "hosts",
            "me",
            "primary",
            "setName",
            "setVersion",
            "electionId",
            "secondary",
            "tags",
            "lastWrite",
            "logicalSessionTimeoutMinutes");
    assertThat(reply.containsKey("msg")).isEqualTo(json.contains("isdbgrid"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{isreplicaset: true, ismaster: false, secondary: false}",
        "{setName: 'rs0', ismaster: false, secondary: false}"
      })
  void aNodeThatIsNoneToWorkWithHasNoDescription(String json) {
    assertThat(TargetDescription.ofReply(BsonDocument.parse(json))).isNull();
  }

  @Test
  void theLegacyNameIsAnsweredInItsWords() {
    BsonDocument legacy =
        HelloReply.document(request("{isMaster: 1, helloOk: true}"), target(PRIMARY), LOCAL);
    BsonDocument modern = HelloReply.document(request("{HELLO: 1}"), target(PRIMARY), LOCAL);

    assertThat(legacy.getBoolean("ismaster").getValue()).isTrue();
    assertThat(legacy.getBoolean("helloOk").getValue()).isTrue();
    assertThat(legacy).doesNotContainKey("isWritablePrimary");
    assertThat(modern).doesNotContainKeys("ismaster", "helloOk").containsKey("isWritablePrimary");
  }

  @Test
  void authenticationIsSpokenOfOnlyWhenAskedAndOurs() {
    HelloReply.Local local =
        new HelloReply.Local(
            "127.0.0.1:4711",
            Instant.EPOCH,
            1,
            List.of("SCRAM-SHA-256"),
            new BsonDocument("conversationId", new BsonInt32(1)));
    HelloRequest asked =
        request(
            "{hello: 1, saslSupportedMechs: 'admin.anyone', speculativeAuthenticate: {saslStart:"
                + " 1}}");

    BsonDocument both = HelloReply.document(asked, target(PRIMARY), local);
    assertThat(both.getArray("saslSupportedMechs"))
        .containsExactly(new BsonString("SCRAM-SHA-256"));
    assertThat(both).containsKey("speculativeAuthenticate");
    assertThat(HelloReply.document(asked, target(PRIMARY), LOCAL))
        .doesNotContainKeys("saslSupportedMechs", "speculativeAuthenticate");
    assertThat(HelloReply.document(request("{hello: 1}"), target(PRIMARY), local))
        .doesNotContainKeys("saslSupportedMechs", "speculativeAuthenticate");
  }

  @Test
  void aRequestIsRead() {
    HelloRequest request =
        request(
            "{isMaster: 1, helloOk: true, loadBalanced: true, client: {application: {name: 'x'}},"
                + " compression: ['snappy', 5], topologyVersion: {counter: 1}, maxAwaitTimeMS:"
                + " 10000, backpressure: true, unknown: 1}");

    assertThat(request.legacyName()).isTrue();
    assertThat(request.helloOk()).isTrue();
    assertThat(request.loadBalanced()).isTrue();
    assertThat(request.awaitable()).isTrue();
    assertThat(request.maxAwaitTimeMillis()).isEqualTo(10_000);
    assertThat(request.client()).isEqualTo(BsonDocument.parse("{application: {name: 'x'}}"));
    assertThat(request.compression()).containsExactly("snappy");
    assertThat(request.internalClient()).isFalse();
    assertThat(request("{hello: 1, internalClient: {}}").internalClient()).isTrue();
    // An awaitable hello is answered with the same words as any other.
    assertThat(HelloReply.document(request, target(PRIMARY), LOCAL))
        .doesNotContainKey("topologyVersion");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{hello: 1, topologyVersion: {counter: 1}}",
        "{hello: 1, maxAwaitTimeMS: 5}",
        "{hello: 1, topologyVersion: {counter: 1}, maxAwaitTimeMS: -1}",
        "{hello: 1, topologyVersion: 1, maxAwaitTimeMS: 1}",
        "{hello: 1, client: 'x'}",
        "{hello: 1, saslSupportedMechs: 1}",
        "{hello: 1, speculativeAuthenticate: 'x'}"
      })
  void aWrongRequestIsRefusedWithACode(String json) {
    assertThat(hello(json))
        .isInstanceOfSatisfying(
            HelloRefusal.class,
            refusal -> assertThat(refusal.document().getInt32("code").getValue()).isPositive());
  }

  @Test
  void onlyHelloIsHello() {
    assertThat(Hello.isHello(command("{hello: 1}"))).isTrue();
    assertThat(Hello.isHello(command("{isMaster: 1}"))).isTrue();
    assertThat(Hello.isHello(command("{ISMASTER: 1}"))).isTrue();
    assertThat(Hello.isHello(command("{hellos: 1}"))).isFalse();
    assertThat(Hello.isHello(command("{find: 'hello'}"))).isFalse();
  }

  @Test
  void theSecondClientIsRefusedAsByAServer() {
    assertThat(HelloRefusal.clientAgain().code()).isEqualTo(186);
  }

  @Test
  void whatAClientProvesInAHelloIsNotPrinted() {
    assertThat(
            request("{hello: 1, speculativeAuthenticate: {saslStart: 1, payload: 'planted'}}")
                .toString())
        .contains("<hidden>")
        .doesNotContain("planted");
  }

  @ParameterizedTest
  @EnumSource(TargetDescription.Kind.class)
  void aSetNameBelongsToAReplicaSetAndToNothingElse(TargetDescription.Kind kind) {
    String wrong = kind == TargetDescription.Kind.REPLICA_SET ? null : "rs0";

    assertThatThrownBy(() ->
            new TargetDescription(
                kind, wrong, true, true, null, null, 0, 25, 1, 1, 1, 30, null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static TargetDescription target(String json) {
    TargetDescription target = TargetDescription.ofReply(BsonDocument.parse(json));
    if (target == null) {
      throw new AssertionError("no description");
    }
    return target;
  }

  private static HelloRequest request(String json) {
    return (HelloRequest) hello(json);
  }

  private static Hello hello(String json) {
    return Hello.of(command(json));
  }

  private static Command command(String json) {
    return Command.of(BsonDocument.parse(json).append("$db", new BsonString("admin")));
  }
}
