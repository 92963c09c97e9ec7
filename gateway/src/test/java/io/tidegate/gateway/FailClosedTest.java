package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.support.FragileDisk;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.gateway.tunnel.Protocols;
import io.tidegate.ledger.LedgerOptions;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing runs unrecorded: a full disk stops the traffic, and room starts it again. */
class FailClosedTest {
  @TempDir Path data;

  @Test
  void aFullDiskStopsTheTrafficUntilThereIsRoomAgain() throws Exception {
    FragileDisk disk = new FragileDisk();
    try (GatewayFixture world =
        new GatewayFixture(
            data,
            SandboxMongo.builder(),
            InstantSource.system(),
            config -> config,
            LedgerOptions.recordings().withStorage(disk))) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
      assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        assertThat(ok(client.ask(insert(1)))).isTrue();
        world.recorded(lease.sessionId(), "insert");
        disk.full = true;

        BsonDocument refused = askUntil(client, false);
        assertThat(refused.getInt32("code").getValue()).isEqualTo(13);
        assertThat(refused.getString("errmsg").getValue()).contains("cannot-record");
        long applied = world.target.count("shop", "log");
        client.ask(insert(100));
        assertThat(world.target.count("shop", "log")).isEqualTo(applied);
        // Who only watches is not in the way.
        assertThat(ok(client.ask(RawClient.hello()))).isTrue();

        disk.full = false;
        askUntil(client, true);
        long inserted = world.target.count("shop", "log");
        List<CommandRecord> recorded = awaitForwarded(world, lease.sessionId(), inserted);
        // Every write that reached the target is in the recording.
        assertThat(recorded).hasSize((int) inserted);
      }
    }
  }

  private static List<CommandRecord> awaitForwarded(
      GatewayFixture world, String sessionId, long count) throws Exception {
    List<CommandRecord> forwarded = List.of();
    long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (forwarded.size() < count && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(20);
      forwarded =
          world.recording(sessionId).stream()
              .filter(command -> command.getDecision() == CommandRecord.Decision.FORWARDED)
              .toList();
    }
    return forwarded;
  }

  private static BsonDocument askUntil(RawClient client, boolean wanted) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    int id = 1_000;
    while (System.nanoTime() < until) {
      BsonDocument reply = client.ask(insert(id++));
      if (ok(reply) == wanted) {
        return reply;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    throw new AssertionError("it did not come to that within 10 s");
  }

  private static boolean ok(BsonDocument reply) {
    return reply.getNumber("ok").intValue() == 1;
  }

  private static BsonDocument insert(int id) {
    return new BsonDocument("insert", new BsonString("log"))
        .append("documents", new BsonArray(List.of(new BsonDocument("n", new BsonInt32(id)))))
        .append("$db", new BsonString("shop"));
  }
}
