package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.TestTunnel;
import io.tidegate.gateway.tunnel.Protocols;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SessionEvent;
import io.tidegate.testkit.SettableClock;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tide goes out: revocation, expiry, and what is left at the target. */
class CutTest {
  private static final int CONNECTIONS = 500;

  @TempDir Path data;

  private static Lease limited(Lease lease, int connections) {
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
        new Lease.Limits(connections, 1 << 30, Duration.ofHours(9)),
        lease.binding(),
        lease.network(),
        lease.advertisedAddress(),
        lease.requestUrl(),
        lease.notBefore(),
        lease.expiresAt(),
        lease.revision());
  }

  @Test
  void aDismissedGatewayEndsAllThatItHolds() throws Exception {
    try (GatewayFixture world = new GatewayFixture(data)) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel);
      assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        // A link that is merely lost leaves it alone.
        world.control.forgetGateway();
        world.control.reconnect();
        assertThat(client.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue())
            .isEqualTo(1);

        world.control.gateway().dismiss("gateway-retired", "This gateway was retired.");

        assertThat(client.closed()).isTrue();
      }
    }
  }

  @Test
  void cutsFiveHundredConnectionsAtOnceAndLeavesTheNeighbourAlone() throws Exception {
    try (GatewayFixture world = new GatewayFixture(data);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ExecutorService handshakes = Executors.newFixedThreadPool(8)) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = limited(world.lease(tunnel), CONNECTIONS);
      assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      TestTunnel neighbourTunnel = world.tunnel();
      Lease neighbourLease = world.lease(neighbourTunnel);
      assertThat(world.control.push(neighbourLease)).isInstanceOf(LeaseOutcome.Installed.class);
      neighbourTunnel.use(
          world.control, neighbourLease.leaseId(), world.gateway.addresses().tunnel());
      List<RawClient> clients = new ArrayList<>();
      try (RawClient neighbour = new RawClient(neighbourTunnel.connect(Protocols.MONGODB))) {
        neighbour.ask(RawClient.find("shop", "orders"));
        List<Future<RawClient>> opening = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
          opening.add(
              handshakes.submit(() -> {
                RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB));
                client.ask(RawClient.find("shop", "orders"));
                return client;
              }));
        }
        for (Future<RawClient> one : opening) {
          clients.add(one.get(60, TimeUnit.SECONDS));
        }
        List<Future<Long>> closing = new ArrayList<>();
        for (RawClient client : clients) {
          closing.add(
              threads.submit(() -> {
                assertThat(client.closed()).isTrue();
                return System.nanoTime();
              }));
        }
        TimeUnit.MILLISECONDS.sleep(100);
        long revoked = System.nanoTime();
        world.control.revoke(lease.leaseId(), "over");
        List<Long> millis = new ArrayList<>();
        for (Future<Long> one : closing) {
          millis.add((one.get(10, TimeUnit.SECONDS) - revoked) / 1_000_000);
        }
        millis.sort(null);
        System.out.printf(
            "cut %d connections: median %d ms, p99 %d ms, last %d ms%n",
            CONNECTIONS,
            millis.get(CONNECTIONS / 2),
            millis.get(CONNECTIONS * 99 / 100),
            millis.getLast());
        assertThat(millis.getLast()).isLessThan(5_000);
        assertThat(neighbour.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue())
            .isEqualTo(1);
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void aRequestUnderWayIsToldWhyAndStoppedAtTheTarget() throws Exception {
    try (GatewayFixture world = new GatewayFixture(data)) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel, BuiltInRoles.of("readWrite", "shop"));
      assertThat(world.control.push(lease)).isInstanceOf(LeaseOutcome.Installed.class);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB));
          RawClient idle = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        idle.ask(RawClient.find("shop", "orders"));
        world.target.blockCommands(Set.of("find"), Duration.ofSeconds(30));
        client.send(RawClient.find("shop", "orders"), 0);
        await(() -> !world.target.runningOperations().isEmpty());

        world.control.revoke(lease.leaseId(), "the owner took it back");

        BsonDocument told = client.readMessage();
        assertThat(told.getInt32("code").getValue()).isEqualTo(13);
        assertThat(told.getString("errmsg").getValue()).contains("the owner took it back");
        assertThat(client.closed()).isTrue();
        assertThat(idle.closed()).isTrue();
        await(() -> world.target.runningOperations().isEmpty());
      }
      world.target.clearFailPoints();
      assertThat(world.recorded(lease.sessionId(), "find").hasReply()).isTrue();
      // For a while the session still answers, with the reason.
      try (RawClient late = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        assertThat(late.ask(RawClient.hello()).getNumber("ok").intValue()).isEqualTo(1);
        assertThat(late.ask(RawClient.find("shop", "orders")).getString("errmsg").getValue())
            .contains("the owner took it back");
        assertThat(late.ask(RawClient.find("shop", "orders")).getInt32("code").getValue())
            .as("however often it asks")
            .isEqualTo(13);
      }
    }
  }

  @Test
  void openCursorsAreClosedAtTheTarget() throws Exception {
    try (GatewayFixture world = new GatewayFixture(data)) {
      for (int i = 10; i < 30; i++) {
        world.target.insert(
            "shop", "many", List.of(new BsonDocument("_id", new org.bson.BsonInt32(i))));
      }
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel);
      world.control.push(lease);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        client.ask(RawClient.find("shop", "many").append("batchSize", new org.bson.BsonInt32(2)));
        assertThat(world.target.openCursors()).isEqualTo(1);

        world.control.revoke(lease.leaseId(), "over");

        await(() -> world.target.openCursors() == 0);
      }
    }
  }

  @Test
  void expiresByItsOwnClockWithTheControlPlaneAway() throws Exception {
    SettableClock clock = new SettableClock(Instant.now());
    try (GatewayFixture world =
        new GatewayFixture(data, SandboxMongo.builder(), clock, config -> config)) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = limited(world.lease(tunnel), 10);
      world.control.push(lease);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (SSLSocket presence = tunnel.connect(Protocols.PRESENCE);
          RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
        BufferedReader notices =
            new BufferedReader(
                new InputStreamReader(presence.getInputStream(), StandardCharsets.UTF_8));
        assertThat(notices.readLine())
            .isEqualTo("{\"type\": \"ending\", \"at\": \"" + lease.expiresAt() + "\"}");
        client.ask(RawClient.find("shop", "orders"));
        world.disconnect();

        clock.set(lease.expiresAt().minusMillis(1));
        TimeUnit.MILLISECONDS.sleep(100);
        assertThat(client.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue())
            .isEqualTo(1);
        clock.set(lease.expiresAt());

        assertThat(client.closed()).isTrue();
        String last = notices.readLine();
        while (last.contains("ending")) {
          last = notices.readLine();
        }
        assertThat(last).contains("\"ended\"").contains("\"expired\"");
        assertThat(notices.readLine()).isNull();
      }
    }
  }

  @Test
  void aSessionWhoseHolderHasLeftEnds() throws Exception {
    SettableClock clock = new SettableClock(Instant.now());
    try (GatewayFixture world =
        new GatewayFixture(data, SandboxMongo.builder(), clock, config -> config)) {
      TestTunnel tunnel = world.tunnel();
      Lease lease = world.lease(tunnel);
      world.control.push(lease);
      tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
      try (SSLSocket presence = tunnel.connect(Protocols.PRESENCE)) {
        assertThat(presence.getInputStream().read()).isPositive();
      }
      world.control.await(
          SessionEvent.Started.class, event -> event.sessionId().equals(lease.sessionId()));
      await(() -> {
        clock.advance(Duration.ofSeconds(1));
        return !world.control.all(SessionEvent.Ended.class).isEmpty();
      });
      assertThat(world.control.all(SessionEvent.Ended.class).getFirst().code()).isEqualTo("left");
    }
  }

  @Test
  void aGatewayThatStopsEndsItsSessionsWithinFiveSeconds() throws Exception {
    GatewayFixture world = new GatewayFixture(data);
    TestTunnel tunnel = world.tunnel();
    Lease lease = world.lease(tunnel);
    world.control.push(lease);
    tunnel.use(world.control, lease.leaseId(), world.gateway.addresses().tunnel());
    try (RawClient client = new RawClient(tunnel.connect(Protocols.MONGODB))) {
      client.ask(RawClient.find("shop", "orders"));
      long start = System.nanoTime();
      world.gateway.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      assertThat(client.closed()).isTrue();
    } finally {
      world.close();
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
