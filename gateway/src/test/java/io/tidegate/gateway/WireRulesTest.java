package io.tidegate.gateway;

import static io.tidegate.gateway.support.RawClient.find;
import static io.tidegate.gateway.support.RawClient.getMore;
import static io.tidegate.gateway.support.RawClient.hello;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.gateway.tunnel.Protocols;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.OpQuery;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol rules as a client meets them, byte by byte; numbers are those of the rules. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WireRulesTest {
  private GatewayFixture world;
  private TestTunnel tunnel;
  private Lease lease;

  @BeforeAll
  void open(@TempDir Path data) throws Exception {
    world = new GatewayFixture(data);
    tunnel = world.tunnel();
    lease = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
    assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
    tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
    for (int i = 10; i < 200; i++) {
      world.target.insert("shop", "many", List.of(new BsonDocument("_id", new BsonInt32(i))));
    }
  }

  @AfterAll
  void close() throws Exception {
    world.close();
  }

  private RawClient client() throws Exception {
    return new RawClient(tunnel.connect(Protocols.MONGODB));
  }

  private RawClient clientOf(Lease other, TestTunnel otherTunnel) throws Exception {
    assertThat(world.control.push(other)).isInstanceOf(LeaseOutcome.Installed.class);
    otherTunnel.use(world.control, other.leaseId(), world.gateway.addresses().tunnel());
    return new RawClient(otherTunnel.connect(Protocols.MONGODB));
  }

  private static int code(BsonDocument reply) {
    return reply.getInt32("code", new BsonInt32(0)).getValue();
  }

  private static boolean ok(BsonDocument reply) {
    return reply.getNumber("ok").intValue() == 1;
  }

  @Test
  void aMonitorCostsNoUpstreamConnection() throws Exception {
    long before = world.gateway.metrics().upstreamOpened();
    try (RawClient monitor = client()) {
      BsonDocument reply = monitor.ask(hello());
      monitor.ask(
          new BsonDocument("ping", new BsonInt32(1)).append("$db", new BsonString("admin")));

      assertThat(reply.getBoolean("isWritablePrimary").getValue()).isTrue();
      assertThat(reply.containsKey("topologyVersion")).isFalse();
      assertThat(reply.containsKey("saslSupportedMechs")).isFalse();
      assertThat(world.gateway.metrics().upstreamOpened()).isEqualTo(before);
      assertThat(ok(monitor.ask(find("shop", "orders")))).isTrue();
      assertThat(world.gateway.metrics().upstreamOpened()).isEqualTo(before + 1);
    }
  }

  @Test
  void anOldHelloIsAnsweredInItsOwnFamily() throws Exception {
    try (RawClient old = client()) {
      old.write(
          OpQuery.encode(
              UnpooledByteBufAllocator.DEFAULT,
              7,
              "admin",
              new BsonDocument("isMaster", new BsonInt32(1))));
      assertThat(old.readMessage().getBoolean("ismaster").getValue()).isTrue();

      old.write(
          OpQuery.encode(
              UnpooledByteBufAllocator.DEFAULT,
              8,
              "shop",
              new BsonDocument("count", new BsonString("orders"))));
      assertThat(code(old.readMessage())).isEqualTo(352);
    }
  }

  @Test
  void aSecondClientDocumentIsRefused() throws Exception {
    BsonDocument described =
        hello()
            .append(
                "client",
                new BsonDocument("application", new BsonDocument("name", new BsonString("psql"))));
    try (RawClient client = client()) {
      assertThat(ok(client.ask(described))).isTrue();
      assertThat(code(client.ask(described))).isEqualTo(186);
      assertThat(ok(client.ask(hello()))).isTrue();
    }
    assertThat(
            world
                .control
                .await(
                    SessionEvent.ConnectionOpened.class,
                    event -> event.application().equals("psql"))
                .sessionId())
        .isEqualTo(lease.sessionId());
  }

  @Test
  void halfOfAnAwaitableHelloIsAnError() throws Exception {
    try (RawClient client = client()) {
      assertThat(ok(client.ask(hello().append("maxAwaitTimeMS", new BsonInt64(10))))).isFalse();
    }
  }

  @Test
  void signingInThroughATunnelIsNotNeededAndSaidSo() throws Exception {
    try (RawClient client = client()) {
      BsonDocument reply =
          client.ask(
              new BsonDocument("saslStart", new BsonInt32(1))
                  .append("mechanism", new BsonString("SCRAM-SHA-256"))
                  .append(
                      "payload",
                      new org.bson.BsonBinary(
                          "n,,n=a,r=b".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                  .append("$db", new BsonString("admin")));
      assertThat(code(reply)).isEqualTo(18);
      assertThat(reply.getString("errmsg").getValue()).contains("remove user and password");
      assertThat(ok(client.ask(find("shop", "orders")))).isTrue();
    }
  }

  @Test
  void aLogoutClosesAndForwardsNothing() throws Exception {
    try (RawClient client = client()) {
      assertThat(
              ok(
                  client.ask(
                      new BsonDocument("logout", new BsonInt32(1))
                          .append("$db", new BsonString("admin")))))
          .isTrue();
      assertThat(client.closed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2001, 2002, 2005, 2006, 2007, 2010, 2011, 2012, 1, 0, 99999})
  void anUnsupportedOpcodeClosesAndIsAudited(int opCode) throws Exception {
    int before = refused("unsupported_opcode");
    try (RawClient client = client()) {
      ByteBuf frame = Unpooled.buffer();
      frame.writeIntLE(36).writeIntLE(1).writeIntLE(0).writeIntLE(opCode).writeZero(20);
      client.write(frame);
      assertThat(client.closed()).isTrue();
    }
    awaitRefused("unsupported_opcode", before + 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 15, 16, 48_000_001, Integer.MAX_VALUE})
  void aWrongLengthClosesAndIsAudited(int length) throws Exception {
    int before = refused("malformed-F1");
    try (RawClient client = client()) {
      ByteBuf frame = Unpooled.buffer();
      frame.writeIntLE(length).writeIntLE(1).writeIntLE(0).writeIntLE(2013).writeZero(20);
      client.write(frame);
      assertThat(client.closed()).isTrue();
    }
    awaitRefused("malformed-F1", before + 1);
  }

  @Test
  void anUnknownRequiredFlagIsAnErrorAndTheEnd() throws Exception {
    try (RawClient client = client()) {
      client.send(find("shop", "orders"), 1 << 4);
      assertThat(client.readMessage().getString("errmsg").getValue()).contains("F2");
      assertThat(client.closed()).isTrue();
    }
    awaitRefused("malformed-F2", 1);
  }

  @Test
  void aWrongChecksumIsAnErrorAndARightOneIsNot() throws Exception {
    try (RawClient client = client()) {
      client.send(find("shop", "orders"), OpMsg.CHECKSUM_PRESENT);
      assertThat(ok(client.readMessage())).isTrue();
      ByteBuf frame =
          OpMsg.encode(
              UnpooledByteBufAllocator.DEFAULT,
              5,
              0,
              OpMsg.CHECKSUM_PRESENT,
              find("shop", "orders"));
      frame.setByte(frame.writerIndex() - 1, frame.getByte(frame.writerIndex() - 1) ^ 1);
      client.write(frame);
      assertThat(client.readMessage().getString("errmsg").getValue()).contains("F4");
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void duplicateKeysAreAnErrorAndTheEnd() throws Exception {
    try (RawClient client = client()) {
      ByteBuf frame =
          OpMsg.encode(
              UnpooledByteBufAllocator.DEFAULT,
              5,
              0,
              0,
              find("shop", "orders").append("x1", new BsonInt32(1)).append("x2", new BsonInt32(2)));
      int second = frame.indexOf(0, frame.writerIndex(), (byte) '2');
      while (frame.getByte(second - 1) != 'x') {
        second = frame.indexOf(second + 1, frame.writerIndex(), (byte) '2');
      }
      frame.setByte(second, '1');
      client.write(frame);
      assertThat(client.readMessage().getString("errmsg").getValue()).contains("F6");
      assertThat(client.closed()).isTrue();
    }
  }

  @Test
  void framesInAnyPiecesAreServed() throws Exception {
    try (RawClient client = client()) {
      ByteBuf frame =
          OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 5, 0, 0, find("shop", "orders"));
      while (frame.isReadable()) {
        client.write(new byte[] {frame.readByte()});
      }
      assertThat(ok(client.readMessage())).isTrue();
    }
  }

  @Test
  void requestsSentTogetherAreAnsweredInOrder() throws Exception {
    try (RawClient client = client()) {
      ByteBuf together = Unpooled.buffer();
      for (int id = 1; id <= 20; id++) {
        together.writeBytes(
            OpMsg.encode(
                UnpooledByteBufAllocator.DEFAULT,
                id,
                0,
                0,
                id % 5 == 0 ? find("hr", "salaries") : find("shop", "orders")));
      }
      client.write(together);
      for (int id = 1; id <= 20; id++) {
        OpMsg reply = (OpMsg) client.read();
        assertThat(reply.header().responseTo()).isEqualTo(id);
        assertThat(ok(reply.body().toBsonDocument())).isEqualTo(id % 5 != 0);
      }
    }
  }

  @Test
  void anUnacknowledgedWriteIsForwardedAndAForbiddenOneIsDropped() throws Exception {
    long before = world.target.count("shop", "unacknowledged");
    int drops = refused("outside-lease");
    try (RawClient client = client()) {
      client.send(insert("shop", "unacknowledged"), OpMsg.MORE_TO_COME);
      client.send(insert("hr", "salaries"), OpMsg.MORE_TO_COME);
      // The connection goes on, and nothing but this is answered.
      assertThat(ok(client.ask(find("shop", "unacknowledged")))).isTrue();
    }
    assertThat(world.target.count("shop", "unacknowledged")).isEqualTo(before + 1);
    assertThat(world.target.count("hr", "salaries")).isEqualTo(1);
    awaitRefused("outside-lease", drops + 1);
    assertThat(world.recording(lease.sessionId()))
        .anyMatch(command ->
            command.getDecision() == CommandRecord.Decision.DROPPED
                && command.getDatabase().equals("hr"));
  }

  private static BsonDocument insert(String database, String collection) {
    return new BsonDocument("insert", new BsonString(collection))
        .append("documents", new BsonArray(List.of(new BsonDocument("a", new BsonInt32(1)))))
        .append("writeConcern", new BsonDocument("w", new BsonInt32(0)))
        .append("$db", new BsonString(database));
  }

  @Test
  void aCursorBelongsToItsSession() throws Exception {
    TestTunnel otherTunnel = world.tunnel();
    try (RawClient own = client();
        RawClient alsoOwn = client();
        RawClient other = clientOf(world.lease(otherTunnel), otherTunnel)) {
      long cursor = openCursor(own);

      assertThat(code(other.ask(getMore(cursor, "shop", "many")))).isEqualTo(43);
      BsonDocument killed = other.ask(killCursors(cursor));
      assertThat(killed.getArray("cursorsNotFound")).containsExactly(new BsonInt64(cursor));
      assertThat(killed.getArray("cursorsKilled")).isEmpty();
      // Another connection of the same session may go on with it (C4, S4).
      assertThat(ok(alsoOwn.ask(getMore(cursor, "shop", "many")))).isTrue();
      assertThat(code(own.ask(getMore(cursor + 1, "shop", "many")))).isEqualTo(43);
      assertThat(code(own.ask(getMore(cursor, "shop", "orders")))).isEqualTo(43);

      long second = openCursor(own);
      BsonDocument mixed =
          own.ask(
              killCursors(second)
                  .append(
                      "cursors",
                      new BsonArray(List.of(new BsonInt64(second), new BsonInt64(4711)))));
      assertThat(mixed.getArray("cursorsKilled")).containsExactly(new BsonInt64(second));
      assertThat(mixed.getArray("cursorsNotFound")).containsExactly(new BsonInt64(4711));
    }
  }

  private static BsonDocument killCursors(long cursor) {
    return new BsonDocument("killCursors", new BsonString("many"))
        .append("cursors", new BsonArray(List.of(new BsonInt64(cursor))))
        .append("$db", new BsonString("shop"));
  }

  private static long openCursor(RawClient client) throws Exception {
    BsonDocument reply = client.ask(find("shop", "many").append("batchSize", new BsonInt32(2)));
    long cursor = reply.getDocument("cursor").getInt64("id").getValue();
    assertThat(cursor).isNotZero();
    return cursor;
  }

  @Test
  void aLogicalSessionBelongsToItsSession() throws Exception {
    TestTunnel otherTunnel = world.tunnel();
    byte[] uuid = bytes(UUID.randomUUID());
    try (RawClient own = client();
        RawClient other = clientOf(world.lease(otherTunnel), otherTunnel)) {
      BsonDocument mine = find("shop", "orders").append("lsid", RawClient.lsid(uuid));
      assertThat(ok(own.ask(mine))).isTrue();

      BsonDocument refused = other.ask(mine);
      assertThat(code(refused)).isEqualTo(13);
      assertThat(refused.getString("errmsg").getValue()).contains("foreign-session");
      // Ending it for somebody else does nothing, and hurts nobody.
      assertThat(
              ok(
                  other.ask(
                      new BsonDocument("endSessions", new BsonArray(List.of(RawClient.lsid(uuid))))
                          .append("$db", new BsonString("admin")))))
          .isTrue();
      assertThat(ok(own.ask(mine))).isTrue();
      BsonDocument posing =
          find("shop", "orders")
              .append(
                  "lsid",
                  RawClient.lsid(bytes(UUID.randomUUID()))
                      .append("uid", new org.bson.BsonBinary(new byte[32])));
      assertThat(code(own.ask(posing))).isEqualTo(13);
    }
  }

  private static byte[] bytes(UUID uuid) {
    return java.nio.ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  @Test
  void listsShowOnlyWhatTheLeaseReaches() throws Exception {
    try (RawClient client = client()) {
      BsonDocument databases =
          client.ask(
              new BsonDocument("listDatabases", new BsonInt32(1))
                  .append("$db", new BsonString("admin")));
      assertThat(databases.getArray("databases"))
          .extracting((BsonValue one) -> one.asDocument().getString("name").getValue())
          .containsExactly("shop");
      BsonDocument status =
          client.ask(
              new BsonDocument("connectionStatus", new BsonInt32(1))
                  .append("showPrivileges", BsonBoolean.TRUE)
                  .append("$db", new BsonString("admin")));
      assertThat(status.toJson())
          .contains("engineer@acme")
          .doesNotContain("svc")
          .doesNotContain("hr");
    }
  }

  @Test
  void heartbeatsAreNotRecordedAndCommandsAre() throws Exception {
    TestTunnel otherTunnel = world.tunnel();
    Lease other = world.lease(otherTunnel);
    try (RawClient client = clientOf(other, otherTunnel)) {
      client.ask(hello());
      client.ask(new BsonDocument("ping", new BsonInt32(1)).append("$db", new BsonString("admin")));
      client.ask(find("shop", "orders"));
    }
    world.recorded(other.sessionId(), "find");
    assertThat(world.recording(other.sessionId()))
        .extracting(CommandRecord::getCommand)
        .containsExactly("find");
  }

  @Test
  void aForeignCertificateIsTurnedAway() throws Exception {
    TestTunnel stranger = world.tunnel();
    // Issued for our lease, but for a key that it is not bound to.
    stranger.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
    try (RawClient client = new RawClient(stranger.connect(Protocols.MONGODB))) {
      assertThat(client.closed()).isTrue();
    }
    // And one that names no lease at all.
    tunnel.use(world.control, "lse_unknown", world.gateway.addresses().tunnel());
    try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
      assertThat(client.closed()).isTrue();
    } finally {
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
    }
  }

  @Test
  void moreConnectionsThanTheLeaseAllowsHearWhy() throws Exception {
    TestTunnel otherTunnel = world.tunnel();
    Lease narrow =
        limited(
            world.lease(otherTunnel),
            new Lease.Limits(2, 1 << 20, java.time.Duration.ofMinutes(5)));
    try (RawClient first = clientOf(narrow, otherTunnel);
        RawClient second = new RawClient(otherTunnel.connect(Protocols.MONGODB));
        RawClient third = new RawClient(otherTunnel.connect(Protocols.MONGODB))) {
      assertThat(ok(first.ask(find("shop", "orders")))).isTrue();
      assertThat(ok(second.ask(find("shop", "orders")))).isTrue();
      assertThat(ok(third.ask(hello()))).isTrue();
      BsonDocument refused = third.ask(find("shop", "orders"));
      assertThat(code(refused)).isEqualTo(13);
      assertThat(refused.getString("errmsg").getValue()).contains("too-many-connections");
    }
  }

  private static Lease limited(Lease lease, Lease.Limits limits) {
    return new Lease(
        lease.leaseId(),
        lease.sessionId(),
        lease.grantId(),
        lease.grantee(),
        lease.organization(),
        lease.project(),
        lease.target(),
        lease.account(),
        lease.privileges(),
        lease.allowJavaScript(),
        lease.disclosure(),
        limits,
        lease.binding(),
        lease.network(),
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }

  private int refused(String rule) {
    return (int)
        world.control.all(SessionEvent.Refused.class).stream()
            .filter(event -> event.rule().equals(rule))
            .count();
  }

  private void awaitRefused(String rule, int count) throws Exception {
    world.control.await(
        SessionEvent.Refused.class, event -> event.rule().equals(rule) && refused(rule) >= count);
  }
}
