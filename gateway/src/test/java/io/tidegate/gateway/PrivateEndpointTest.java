package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoSecurityException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoClient;
import io.tidegate.access.Binding;
import io.tidegate.access.Cidr;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.access.Network.Cloud;
import io.tidegate.access.Network.Endpoint;
import io.tidegate.access.Network.EndpointId;
import io.tidegate.gateway.config.ClusterPorts;
import io.tidegate.gateway.support.DirectTls;
import io.tidegate.gateway.support.FreePorts;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.support.Scram;
import io.tidegate.link.SessionEvent;
import io.tidegate.testkit.sandbox.SandboxMongo;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients behind load balancers, which say where they come from in PROXY headers of version 2. */
class PrivateEndpointTest {
  private static final String PASSWORD = "planted-endpoint-password-9d";
  private static final String VPC = "vpce-08d2bf15fac5001c9";
  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };

  /** Whoever dials from 127.0.0.1 is the load balancer; the tests' other clients are 127.0.0.2. */
  private static final Cidr PROXY = Cidr.parse("127.0.0.1");

  @TempDir Path data;
  private GatewayFixture world;
  private SSLContext tls;

  @BeforeEach
  void open() throws Exception {
    world =
        new GatewayFixture(
            data,
            SandboxMongo.builder(),
            InstantSource.system(),
            config -> config.withClusterPorts(ClusterPorts.defaults().withProxies(List.of(PROXY))));
    tls = DirectTls.trusting(world.control.authority.certificate());
  }

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  private static Network endpoints(Endpoint... endpoints) {
    return new Network(false, List.of(), List.of(endpoints));
  }

  private static Endpoint endpoint(Cloud cloud, String id) {
    return new Endpoint(new EndpointId(cloud, id), null);
  }

  private Lease install(Network network) throws Exception {
    Lease lease =
        world.lease(
            new Binding.ScramUser(
                "admin",
                "app",
                ScramVerifier.derive(ScramMechanism.SHA_256, "app", PASSWORD, new byte[28], 15_000),
                null),
            network);
    world.install(lease);
    return lease;
  }

  private static int port(Lease lease) {
    String address = lease.advertisedAddress();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  // Headers.

  private static byte[] header(int command, byte[] source, byte[]... fields) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(source);
    body.writeBytes(new byte[source.length]);
    body.writeBytes(new byte[] {0x30, 0x39, 0x69, (byte) 0x89});
    for (byte[] field : fields) {
      body.writeBytes(field);
    }
    return ByteBuffer.allocate(16 + body.size())
        .put(SIGNATURE)
        .put((byte) (0x20 | command))
        .put((byte) (source.length == 4 ? 0x11 : 0x21))
        .putShort((short) body.size())
        .put(body.toByteArray())
        .array();
  }

  private static byte[] from(String address, byte[]... fields) throws Exception {
    return header(1, InetAddress.ofLiteral(address).getAddress(), fields);
  }

  private static byte[] field(int type, byte[] value) {
    return ByteBuffer.allocate(3 + value.length)
        .put((byte) type)
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  private static byte[] aws(String id) {
    return field(0xEA, ("\u0001" + id).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] azure(long link) {
    return field(
        0xEE,
        ByteBuffer.allocate(5)
            .put((byte) 1)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) link)
            .array());
  }

  private static byte[] gcp(long connection) {
    return field(0xE0, ByteBuffer.allocate(8).putLong(connection).array());
  }

  private Socket dial(Lease lease, String source) throws Exception {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
    socket.connect(new InetSocketAddress("127.0.0.1", port(lease)));
    socket.setSoTimeout(10_000);
    return socket;
  }

  private RawClient secured(Socket socket) throws Exception {
    SSLSocket secure =
        (SSLSocket) tls.getSocketFactory().createSocket(socket, "127.0.0.1", 1, true);
    secure.startHandshake();
    return new RawClient(secure);
  }

  private boolean served(Lease lease, byte[] header) throws Exception {
    try (Socket socket = dial(lease, "127.0.0.1")) {
      socket.getOutputStream().write(header);
      try (RawClient client = secured(socket)) {
        BsonDocument reply = Scram.signIn(client, "admin", "app", PASSWORD);
        return reply.getNumber("ok").intValue() == 1;
      }
    }
  }

  /** Whether the connection ends without a word, TLS not even begun. */
  private boolean turnedAway(Lease lease, String source, byte[] header) throws Exception {
    try (RawClient client = new RawClient(dial(lease, source))) {
      client.write(header);
      return client.closed();
    }
  }

  @Test
  void admitsRegisteredEndpointsOfThreeCloudsAndNoOthers() throws Exception {
    Lease lease =
        install(
            endpoints(
                endpoint(Cloud.AWS, VPC),
                endpoint(Cloud.AZURE, "4026531840"),
                endpoint(Cloud.GCP, "18446744073709551000")));

    assertThat(served(lease, from("10.1.2.3", aws(VPC)))).isTrue();
    assertThat(served(lease, from("10.1.2.3", azure(4026531840L)))).isTrue();
    assertThat(served(lease, from("fd00::5", gcp(Long.parseUnsignedLong("18446744073709551000")))))
        .isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3", aws("vpce-0123")))).isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3", azure(1)))).isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3", gcp(1)))).isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3"))).isTrue();
    assertThat(world.control.await(SessionEvent.Started.class, started -> true).clientAddress())
        .isEqualTo("10.1.2.3:12345 by aws:" + VPC);
  }

  @Test
  void judgesWhoComesByAnEndpointByTheEndpointAlone() throws Exception {
    Lease lease = install(Network.of(Cidr.parse("10.1.2.0/24")));

    assertThat(served(lease, from("10.1.2.3"))).isTrue();
    // In somebody's private network an address may be like anybody's.
    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3", aws(VPC)))).isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", from("10.9.9.9"))).isTrue();
  }

  @Test
  void believesNobodyElseAndNeedsItFromLoadBalancers() throws Exception {
    Lease lease =
        install(
            new Network(
                false,
                List.of(new Network.Range(Cidr.parse("127.0.0.2"), null)),
                List.of(endpoint(Cloud.AWS, VPC))));

    // From an admitted address that is no load balancer's: served without, cut off with a header.
    try (RawClient client = secured(dial(lease, "127.0.0.2"))) {
      assertThat(Scram.signIn(client, "admin", "app", PASSWORD).getNumber("ok").intValue()).isOne();
    }
    try (Socket socket = dial(lease, "127.0.0.2")) {
      socket.getOutputStream().write(from("10.1.2.3", aws(VPC)));
      assertThatThrownBy(() -> secured(socket)).isInstanceOf(java.io.IOException.class);
    }
    // From the load balancer's address and without a header: who comes is not known.
    try (Socket socket = dial(lease, "127.0.0.1")) {
      assertThatThrownBy(() -> secured(socket)).isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void cutsOffWhoSendsAHeaderThatIsNone() throws Exception {
    Lease lease = install(endpoints(endpoint(Cloud.AWS, VPC)));
    byte[] good = from("10.1.2.3", aws(VPC));

    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3", aws(VPC), azure(7)))).isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3", aws("vpce-XYZ")))).isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", from("10.1.2.3", field(0xE0, new byte[3])))).isTrue();
    assertThat(
            turnedAway(
                lease,
                "127.0.0.1",
                "PROXY TCP4 10.1.2.3 10.0.0.1 1 2\r\n".getBytes(StandardCharsets.US_ASCII)))
        .isTrue();
    byte[] lying = good.clone();
    lying[lying.length - VPC.length() - 2] = 0x7F;
    assertThat(turnedAway(lease, "127.0.0.1", lying)).isTrue();
    assertThat(turnedAway(lease, "127.0.0.1", header(1, new byte[4], new byte[5_000]))).isTrue();
    assertThat(served(lease, good)).isTrue();
  }

  @Test
  void readsAHeaderThatComesByteByByte() throws Exception {
    Lease lease = install(endpoints(endpoint(Cloud.AWS, VPC)));
    try (Socket socket = dial(lease, "127.0.0.1")) {
      socket.setTcpNoDelay(true);
      for (byte each : from("10.1.2.3", aws(VPC))) {
        socket.getOutputStream().write(each);
      }
      try (RawClient client = secured(socket)) {
        assertThat(Scram.signIn(client, "admin", "app", PASSWORD).getNumber("ok").intValue())
            .isOne();
      }
    }
  }

  @Test
  void cutsConnectionsWhoseEndpointIsRemovedAndKeepsOthers() throws Exception {
    Lease lease = install(endpoints(endpoint(Cloud.AWS, VPC), endpoint(Cloud.AZURE, "7")));
    try (Socket removed = dial(lease, "127.0.0.1");
        Socket kept = dial(lease, "127.0.0.1")) {
      removed.getOutputStream().write(from("10.1.2.3", aws(VPC)));
      kept.getOutputStream().write(from("10.1.2.3", azure(7)));
      RawClient cut = secured(removed);
      RawClient open = secured(kept);
      Scram.signIn(cut, "admin", "app", PASSWORD);
      Scram.signIn(open, "admin", "app", PASSWORD);

      world.install(Leases.next(lease, lease.binding(), endpoints(endpoint(Cloud.AZURE, "7"))));

      assertThat(cut.closed()).isTrue();
      assertThat(open.ask(RawClient.find("shop", "orders")).getNumber("ok").intValue()).isOne();
    }
  }

  @Test
  void tellsDriversTheAddressOfTheirEndpoint() throws Exception {
    world.close();
    world =
        new GatewayFixture(
            data.resolve("set"),
            SandboxMongo.builder().replicaSet("rs0"),
            InstantSource.system(),
            config -> config.withClusterPorts(ClusterPorts.defaults().withProxies(List.of(PROXY))));
    tls = DirectTls.trusting(world.control.authority.certificate());
    Lease lease =
        install(
            endpoints(
                new Endpoint(new EndpointId(Cloud.AWS, VPC), "pl-0.example:1024"),
                endpoint(Cloud.AZURE, "7")));
    for (byte[] by : List.of(aws(VPC), azure(7))) {
      try (Socket socket = dial(lease, "127.0.0.1")) {
        socket.getOutputStream().write(from("10.1.2.3", by));
        try (RawClient client = secured(socket)) {
          Scram.signIn(client, "admin", "app", PASSWORD);
          assertThat(client.ask(RawClient.hello()).getString("me").getValue())
              .isEqualTo(
                  by == null || by[0] == (byte) 0xEE
                      ? lease.advertisedAddress()
                      : "pl-0.example:1024");
        }
      }
    }
  }

  @Test
  void servesADriverBehindHaProxy() throws Exception {
    Path haproxy = Path.of("/usr/sbin/haproxy");
    Assumptions.assumeTrue(Files.isExecutable(haproxy), "haproxy is not installed here");
    Lease lease = install(Network.of(Cidr.parse("127.0.0.7")));
    int front = FreePorts.one();
    Path config = data.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        defaults
          mode tcp
          timeout connect 5s
          timeout client 30s
          timeout server 30s
        listen gate
          bind 127.0.0.1:%d
          server gateway 127.0.0.1:%d send-proxy-v2
        """
            .formatted(front, port(lease)));
    Process process =
        new ProcessBuilder(haproxy.toString(), "-db", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("haproxy.log").toFile())
            .start();
    try {
      awaitListening(front);
      String options = "/?tls=true&directConnection=true&serverSelectionTimeoutMS=3000";
      String uri = "mongodb://app:" + PASSWORD + "@127.0.0.1:" + front + options;
      MongoClient elsewhere =
          world.client(uri, settings -> settings.applyToSslSettings(ssl -> ssl.context(tls)));
      assertThatThrownBy(() -> elsewhere.getDatabase("shop").getCollection("orders").find().first())
          .isInstanceOfAny(MongoTimeoutException.class, MongoSecurityException.class);

      world.install(Leases.next(lease, lease.binding(), Network.of(Cidr.parse("127.0.0.1"))));

      MongoClient client =
          world.client(uri, settings -> settings.applyToSslSettings(ssl -> ssl.context(tls)));
      assertThat(client.getDatabase("shop").getCollection("orders").countDocuments()).isEqualTo(2);
    } finally {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private static void awaitListening(int port) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (java.net.ConnectException e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }
}
