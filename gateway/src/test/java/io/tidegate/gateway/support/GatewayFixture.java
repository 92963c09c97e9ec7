package io.tidegate.gateway.support;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.access.Binding;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Disclosure;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.access.Privilege;
import io.tidegate.gateway.Gateway;
import io.tidegate.gateway.config.GatewayConfig;
import io.tidegate.ledger.LedgerOptions;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.LinkOptions;
import io.tidegate.link.LinkServer;
import io.tidegate.link.LinkTransport;
import io.tidegate.link.RecordedEntry;
import io.tidegate.link.RecordingQuery;
import io.tidegate.link.RecordingReader;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.link.v1.RecordedCommands;
import io.tidegate.testkit.sandbox.RoleGrant;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;

/** A sandbox, a control plane and a gateway, wired as in the product. */
public final class GatewayFixture implements AutoCloseable {
  public static final String PASSWORD = "planted-target-password-5f1c";
  private static final AtomicInteger NAMES = new AtomicInteger();

  public final SandboxMongo target;
  public final FakeControl control;
  public final Gateway gateway;
  public final GatewayCredentials credentials;
  private final LinkServer link;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final AtomicInteger ids = new AtomicInteger();
  private int clusterPort;

  public GatewayFixture(Path data) throws Exception {
    this(data, SandboxMongo.builder(), InstantSource.system(), config -> config);
  }

  public GatewayFixture(
      Path data,
      SandboxMongo.Builder sandbox,
      InstantSource clock,
      UnaryOperator<GatewayConfig> configure)
      throws Exception {
    this(data, sandbox, clock, configure, LedgerOptions.recordings());
  }

  public GatewayFixture(
      Path data,
      SandboxMongo.Builder sandbox,
      InstantSource clock,
      UnaryOperator<GatewayConfig> configure,
      LedgerOptions recordings)
      throws Exception {
    target = sandbox.start();
    target.createUser(
        "svc", PASSWORD, "admin", List.of(new RoleGrant("readWriteAnyDatabase", "admin")));
    target.insert(
        "shop",
        "orders",
        List.of(
            new BsonDocument("_id", new BsonInt32(1)).append("item", new BsonString("chair")),
            new BsonDocument("_id", new BsonInt32(2)).append("item", new BsonString("table"))));
    target.insert("hr", "salaries", List.of(new BsonDocument("_id", new BsonInt32(1))));
    control = new FakeControl();
    String name = "gateway-test-" + NAMES.incrementAndGet();
    SecureRandom random = new SecureRandom();
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    credentials =
        new GatewayCredentials(
            keys.getPrivate(),
            control.authority.issueGateway(
                keys.getPublic(), "gtw_test", List.of("127.0.0.1"), FakeControl.validity()),
            control.authority.certificate());
    KeyPair controlKeys = CertificateAuthority.newKeyPair(random);
    io.tidegate.link.ControlCredentials controlCredentials =
        new io.tidegate.link.ControlCredentials(
            controlKeys.getPrivate(),
            control.authority.issueControl(
                controlKeys.getPublic(), List.of(), FakeControl.validity()),
            control.authority.certificate());
    link =
        LinkServer.inProcess(
            control,
            () -> controlCredentials,
            name,
            LinkOptions.defaults(InstantSource.system(), new SecureRandom()));
    gateway =
        Gateway.start(
            configure.apply(
                GatewayConfig.defaults(data).withDirect(new InetSocketAddress("127.0.0.1", 0))),
            credentials,
            new LinkTransport.InProcess(name),
            clock,
            random,
            renewed -> {},
            recordings);
  }

  /** A lease to read everything in {@code shop}, for an hour. */
  public Lease lease(TestTunnel tunnel) throws Exception {
    return lease(tunnel, BuiltInRoles.of("read", "shop"));
  }

  public Lease lease(TestTunnel tunnel, List<Privilege> privileges) throws Exception {
    int number = ids.incrementAndGet();
    String leaseId = "lse_" + number;
    Instant now = Instant.now();
    return new Lease(
        leaseId,
        "ses_" + number + "_0123456789",
        "grt_" + number,
        new Lease.Grantee("usr_1", "engineer"),
        "acme",
        "shop",
        new Lease.Target(
            "res_orders",
            "orders-db",
            "mongodb://" + target.address(),
            "admin",
            new Lease.Tls(false, true, null)),
        new Lease.LeaseAccount("acc_1", "readonly", "svc", seal(leaseId, PASSWORD)),
        privileges,
        false,
        Disclosure.EVERYTHING,
        Lease.Limits.DEFAULT,
        new Binding.Tunnel(Certificates.spkiSha256(tunnel.keys.getPublic()), null),
        Network.ANYWHERE,
        tunnel.address(),
        "http://127.0.0.1:8420/requests/new",
        now.minusSeconds(60),
        now.plus(Duration.ofHours(1)),
        1);
  }

  /** A lease for a direct client to read everything in {@code shop}, at a port of its own. */
  public Lease lease(Binding binding, Network network) throws Exception {
    if (clusterPort == 0) {
      clusterPort = FreePorts.one();
    }
    return Leases.of(lease(tunnel()), binding, network, "127.0.0.1:" + clusterPort, 1);
  }

  /** Pushes the lease and expects it to be taken. */
  public void install(Lease lease) throws Exception {
    LeaseOutcome outcome = control.push(lease);
    if (!(outcome instanceof LeaseOutcome.Installed)) {
      throw new AssertionError("the gateway did not take the lease: " + outcome);
    }
  }

  public byte[] seal(String leaseId, String password) throws Exception {
    return control
        .gateway()
        .hello()
        .sealingKey()
        .seal(password.getBytes(StandardCharsets.UTF_8), leaseId)
        .bytes();
  }

  /** Pushes the lease, expects it to be taken, and gives its holder a tunnel. */
  public MongoClient connect(TestTunnel tunnel, Lease lease) throws Exception {
    install(lease);
    tunnel.use(control, lease.leaseId(), gateway.addresses().tunnel());
    return client(tunnel.uri());
  }

  public MongoClient client(String uri) {
    return client(uri, settings -> {});
  }

  public MongoClient client(String uri, Consumer<MongoClientSettings.Builder> configure) {
    MongoClientSettings.Builder settings =
        MongoClientSettings.builder()
            .applyConnectionString(new ConnectionString(uri))
            .applicationName("test");
    configure.accept(settings);
    MongoClient client = MongoClients.create(settings.build());
    open.add(client);
    return client;
  }

  public TestTunnel tunnel() throws Exception {
    TestTunnel tunnel = new TestTunnel();
    open.add(tunnel);
    return tunnel;
  }

  /** The session's commands as recorded, intents and outcomes put together. */
  public List<CommandRecord> recording(String sessionId) throws Exception {
    Map<Long, CommandRecord> commands = new LinkedHashMap<>();
    try (RecordingReader reader = control.gateway().read(RecordingQuery.page(sessionId, -1, 0))) {
      while (true) {
        switch (reader.next(Duration.ofSeconds(5))) {
          case RecordingReader.Part.Entries entries -> {
            for (RecordedEntry entry : entries.entries()) {
              for (CommandRecord command :
                  RecordedCommands.parseFrom(entry.payload()).getCommandsList()) {
                commands.merge(
                    command.getSequence(),
                    command,
                    (intent, outcome) -> intent.toBuilder().mergeFrom(outcome).build());
              }
            }
          }
          case RecordingReader.Part.Done done -> {
            return List.copyOf(commands.values());
          }
          case RecordingReader.Part.Failed failed -> throw new AssertionError(failed.sentence());
          case RecordingReader.Part.Nothing nothing ->
              throw new AssertionError("the recording did not come");
        }
      }
    }
  }

  /** The first recorded command that has this name and is complete, waited for. */
  public CommandRecord recorded(String sessionId, String command) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    List<CommandRecord> seen = List.of();
    while (System.nanoTime() < until) {
      seen = recording(sessionId);
      for (CommandRecord one : seen) {
        if (one.getCommand().equals(command) && one.hasReply()) {
          return one;
        }
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new AssertionError("no " + command + " among " + seen);
  }

  /** The control plane goes away and does not come back. */
  public void disconnect() {
    link.close();
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    gateway.close();
    link.close();
    target.close();
  }
}
