package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.ScriptedServer;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.gateway.tunnel.Protocols;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SessionEvent;
import io.tidegate.testkit.SettableClock;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a session leaves at its target when it ends. Proven against a script only: the sandbox has
 * neither transactions nor logical sessions.
 */
class LeftAtTargetTest {
  private static final BsonDocument REFUSED =
      BsonDocument.parse("{ok: 0.0, code: 59, codeName: 'CommandNotFound', errmsg: 'no such'}");

  @TempDir Path data;

  private GatewayFixture world(InstantSource clock, Duration clearUp) throws Exception {
    Timings usual = Timings.defaults();
    return new GatewayFixture(
        data,
        SandboxMongo.builder(),
        clock,
        config ->
            config.withTimings(
                new Timings(
                    usual.handshake(),
                    usual.connect(),
                    usual.presenceGrace(),
                    usual.tombstone(),
                    usual.tick(),
                    usual.poll(),
                    usual.health(),
                    usual.writeGrace(),
                    clearUp,
                    usual.parting())));
  }

  private GatewayFixture world() throws Exception {
    return world(InstantSource.system(), Timings.defaults().clearUp());
  }

  private static Lease install(GatewayFixture world, ScriptedServer target, TestTunnel tunnel)
      throws Exception {
    Lease any = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
    Lease lease =
        Leases.leadingTo(
            any,
            "mongodb://" + target.address(),
            world.seal(any.leaseId(), GatewayFixture.PASSWORD));
    assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
    tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
    return lease;
  }

  private static BsonDocument lsid(int number) {
    byte[] uuid = new byte[16];
    uuid[15] = (byte) number;
    return RawClient.lsid(uuid);
  }

  private static BsonDocument in(int lsid, long number, BsonDocument command) {
    return command
        .append("lsid", lsid(lsid))
        .append("txnNumber", new BsonInt64(number))
        .append("autocommit", BsonBoolean.FALSE);
  }

  private static BsonDocument insert() {
    return new BsonDocument("insert", new BsonString("orders"))
        .append("documents", new BsonArray(List.of(new BsonDocument("_id", new BsonInt32(1)))))
        .append("$db", new BsonString("shop"));
  }

  private static BsonDocument commit() {
    return new BsonDocument("commitTransaction", new BsonInt32(1))
        .append("$db", new BsonString("admin"));
  }

  @Test
  void logicalSessionsAreKilledAtTheTargetAndThoseOfOthersAreNot() throws Exception {
    try (ScriptedServer target = new ScriptedServer(request -> ScriptedServer.ok());
        GatewayFixture world = world()) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = install(world, target, tunnel);
      TestTunnel neighbourTunnel = world.tunnel();
      install(world, target, neighbourTunnel);
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB));
          RawClient neighbour = new RawClient(neighbourTunnel.connect(Protocols.MONGODB))) {
        client.ask(in(1, 7, insert()).append("startTransaction", BsonBoolean.TRUE));
        client.ask(RawClient.find("shop", "orders").append("lsid", lsid(2)));
        neighbour.ask(in(3, 1, insert()).append("startTransaction", BsonBoolean.TRUE));

        world.control.revoke(lease.leaseId(), "over");

        await(() -> !target.received("killSessions").isEmpty());
        List<BsonValue> killed =
            target.received("killSessions").getFirst().getArray("killSessions");
        assertThat(killed).containsExactlyInAnyOrder(lsid(1), lsid(2));
        assertThat(neighbour.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue())
            .isEqualTo(1);
      }
      assertThat(target.received("abortTransaction")).isEmpty();
    }
  }

  @Test
  void transactionsAreAbortedOneByOneWhereLogicalSessionsCannotBeKilled() throws Exception {
    try (ScriptedServer target =
            new ScriptedServer(request ->
                request.command().equals("killSessions") ? REFUSED : ScriptedServer.ok());
        GatewayFixture world = world()) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = install(world, target, tunnel);
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        client.ask(in(1, 7, insert()).append("startTransaction", BsonBoolean.TRUE));
        client.ask(in(2, 4, insert()).append("startTransaction", BsonBoolean.TRUE));
        client.ask(in(2, 4, commit()));

        world.control.revoke(lease.leaseId(), "over");

        await(() -> !target.received("abortTransaction").isEmpty());
      }
      await(() -> target.openConnections() <= 1);
      assertThat(target.received("abortTransaction"))
          .as("the open one, and not the committed one")
          .hasSize(1);
      BsonDocument abort = target.received("abortTransaction").getFirst();
      assertThat(abort.getDocument("lsid")).isEqualTo(lsid(1));
      assertThat(abort.getInt64("txnNumber").getValue()).isEqualTo(7);
      assertThat(abort.getBoolean("autocommit").getValue()).isFalse();
      assertThat(abort.getString("$db").getValue()).isEqualTo("admin");
    }
  }

  @Test
  void aTargetThatDoesNotAnswerIsGivenUp() throws Exception {
    try (ScriptedServer target =
            new ScriptedServer(
                request -> request.command().equals("currentOp") ? null : ScriptedServer.ok());
        GatewayFixture world = world(InstantSource.system(), Duration.ofMillis(200))) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = install(world, target, tunnel);
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        client.ask(RawClient.find("shop", "orders").append("lsid", lsid(1)));
        world.control.revoke(lease.leaseId(), "over");
        await(() -> !target.received("currentOp").isEmpty());
      }
      // Only the watcher's is left.
      await(() -> target.openConnections() <= 1);
      assertThat(target.received("killSessions")).isEmpty();
    }
  }

  @Test
  void nobodyClearsUpBehindASessionThatNeverCameToItsTarget() throws Exception {
    try (ScriptedServer target = new ScriptedServer(request -> ScriptedServer.ok());
        GatewayFixture world = world()) {
      TestTunnel unused = world.tunnel();
      Lease idle = install(world, target, unused);
      TestTunnel tunnel = world.tunnel();
      Lease lease = install(world, target, tunnel);
      world.control.revoke(idle.leaseId(), "over");
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        client.ask(RawClient.find("shop", "orders"));
        world.control.revoke(lease.leaseId(), "over");
        await(() -> target.received("currentOp").size() == 1);
      }
      world.gateway.close();
      assertThat(target.received("currentOp")).hasSize(1);
    }
  }

  @Test
  void aGatewayThatStopsClearsUpBehindItsSessions() throws Exception {
    try (ScriptedServer target =
            new ScriptedServer(request -> {
              if (request.command().equals("currentOp")) {
                TimeUnit.MILLISECONDS.sleep(400);
              }
              return ScriptedServer.ok();
            });
        GatewayFixture world = world()) {
      TestTunnel tunnel = world.tunnel();
      install(world, target, tunnel);
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        client.ask(RawClient.find("shop", "orders").append("lsid", lsid(1)));

        world.gateway.close();

        assertThat(target.received("killSessions")).hasSize(1);
      }
    }
  }

  @Test
  void aTargetThatDoesNotAnswerKeepsNoGatewayFromStopping() throws Exception {
    try (ScriptedServer target =
            new ScriptedServer(
                request -> request.command().equals("currentOp") ? null : ScriptedServer.ok());
        GatewayFixture world = world()) {
      TestTunnel tunnel = world.tunnel();
      install(world, target, tunnel);
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        client.ask(RawClient.find("shop", "orders"));
        long start = System.nanoTime();
        world.gateway.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isBetween(Timings.defaults().parting(), Duration.ofSeconds(5));
      }
    }
  }

  @Test
  void aWriteUnderWayAtExpiryIsDoneAndAnsweredAndOnlyThenIsItsSessionCleared() throws Exception {
    SettableClock clock = new SettableClock(Instant.now());
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (ScriptedServer target =
            new ScriptedServer(request -> {
              if (request.command().equals("insert")) {
                arrived.countDown();
                done.await();
                return ScriptedServer.ok().append("n", new BsonInt32(1));
              }
              return ScriptedServer.ok();
            });
        GatewayFixture world = world(clock, Timings.defaults().clearUp())) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = install(world, target, tunnel);
      try (RawClient writer = new RawClient(tunnel.connect(Protocols.MONGODB));
          RawClient idle = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        idle.ask(RawClient.find("shop", "orders"));
        writer.send(insert(), 0);
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        clock.set(lease.expiresAt());

        assertThat(idle.closed()).isTrue();
        try (RawClient late = new RawClient(tunnel.connect(Protocols.MONGODB))) {
          assertThat(late.ask(RawClient.find("shop", "orders")).getInt32("code").getValue())
              .isEqualTo(13);
        }
        assertThat(target.received("currentOp")).as("whoever clears up would kill it").isEmpty();
        assertThat(world.control.all(SessionEvent.Ended.class)).isEmpty();

        done.countDown();

        assertThat(writer.readMessage().getInt32("n").getValue()).isEqualTo(1);
        assertThat(writer.closed()).isTrue();
        SessionEvent.Ended ended =
            world.control.await(
                SessionEvent.Ended.class, event -> event.sessionId().equals(lease.sessionId()));
        assertThat(ended.code()).isEqualTo("expired");
        assertThat(ended.at()).isEqualTo(lease.expiresAt());
        await(() -> !target.received("currentOp").isEmpty());
      }
    } finally {
      done.countDown();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("it did not come to that within 10 s");
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
