package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Limits;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.ScriptedServer;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.gateway.tunnel.Protocols;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.testkit.sandbox.SandboxMongo;
import io.tidegate.wire.OpMsg;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much memory clients can make a gateway hold: measured at the allocator of its buffers. */
class HeldMemoryTest {
  private static final int MIB = 1 << 20;

  @TempDir Path data;

  private static long direct() {
    return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
  }

  private static BsonDocument insert(int bytes) {
    return new BsonDocument("insert", new BsonString("orders"))
        .append(
            "documents",
            new BsonArray(List.of(new BsonDocument("text", new BsonString("x".repeat(bytes))))))
        .append("$db", new BsonString("shop"));
  }

  @Test
  void requestsThatNeverBecomeWholeHoldNoMoreThanTheGatewayAllows() throws Exception {
    Limits usual = Limits.defaults();
    Limits limits =
        new Limits(
            usual.halfOpenConnections(),
            usual.frameLength(),
            usual.recordedBody(),
            usual.recordRing(),
            usual.recordBytes(),
            16 * MIB);
    List<RawClient> clients = new ArrayList<>();
    try (GatewayFixture world =
        new GatewayFixture(
            data,
            SandboxMongo.builder(),
            InstantSource.system(),
            config -> config.withLimits(limits))) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
      assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      ByteBuf frame = OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 1, 0, 0, insert(6 * MIB));
      byte[] almostAll = new byte[frame.readableBytes() - 1];
      frame.getBytes(0, almostAll);
      frame.release();
      long before = direct();
      try {
        for (int i = 0; i < 12; i++) {
          RawClient hostile = new RawClient(tunnel.connect(Protocols.MONGODB));
          clients.add(hostile);
          hostile.write(almostAll);
        }
        RawClient honest = new RawClient(tunnel.connect(Protocols.MONGODB));
        clients.add(honest);
        assertThat(honest.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue())
            .isEqualTo(1);
        assertThat(honest.ask(insert(6 * MIB)).getString("errmsg").getValue())
            .contains("too-much-in-flight");
        assertThat(honest.ask(insert(1_000)).getNumber("ok").intValue()).isEqualTo(1);
        long held = direct() - before;
        System.out.printf("12 requests of 6 MiB, each but one byte: %d MiB held%n", held / MIB);
        assertThat(held).isLessThan(40L * MIB);

        for (RawClient hostile : clients.subList(0, 12)) {
          hostile.close();
        }
        await(() -> honest.ask(insert(6 * MIB)).getNumber("ok").intValue() == 1);
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void largeRepliesAreNotHeldForClientsThatDoNotRead() throws Exception {
    BsonDocument large =
        new BsonDocument(
                "cursor",
                new BsonDocument(
                        "firstBatch",
                        new BsonArray(
                            List.of(new BsonDocument("text", new BsonString("x".repeat(8 * MIB))))))
                    .append("id", new BsonInt64(0))
                    .append("ns", new BsonString("shop.orders")))
            .append("ok", new BsonDouble(1))
            .append("mark", new BsonInt32(4711));
    List<RawClient> clients = new ArrayList<>();
    try (ScriptedServer target =
            new ScriptedServer(
                request -> request.command().equals("find") ? large : ScriptedServer.ok());
        GatewayFixture world = new GatewayFixture(data)) {
      TestTunnel tunnel = world.tunnel();
      Lease any = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
      Lease lease =
          Leases.leadingTo(
              any,
              "mongodb://" + target.address(),
              world.seal(any.leaseId(), GatewayFixture.PASSWORD));
      assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      long before = direct();
      try {
        for (int i = 0; i < 8; i++) {
          RawClient slow = new RawClient(tunnel.connect(Protocols.MONGODB));
          clients.add(slow);
          slow.send(RawClient.find("shop", "orders"), 0);
        }
        await(() -> target.received("find").size() == 8);
        // Time for what would pile up.
        TimeUnit.MILLISECONDS.sleep(500);
        long held = direct() - before;
        System.out.printf("8 replies of 8 MiB that nobody reads: %d MiB held%n", held / MIB);
        assertThat(held).isLessThan(32L * MIB);

        for (RawClient client : clients) {
          assertThat(client.readMessage()).isEqualTo(large);
        }
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
      }
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long until = System.nanoTime() + 10_000_000_000L;
    while (!condition.holds()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("it did not come to that within 10 s");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
