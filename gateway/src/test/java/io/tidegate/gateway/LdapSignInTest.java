package io.tidegate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCredential;
import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClient;
import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import io.tidegate.access.Binding;
import io.tidegate.access.Cidr;
import io.tidegate.access.LdapServer;
import io.tidegate.access.LdapServer.UserToDn;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.gateway.support.DirectTls;
import io.tidegate.gateway.support.FreePorts;
import io.tidegate.gateway.support.GatewayFixture;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.TestAuthority;
import io.tidegate.link.LeaseOutcome;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users whose passwords a directory knows, by PLAIN over TLS. */
class LdapSignInTest {
  private static final Network LOOPBACK = Network.of(Cidr.parse("127.0.0.0/8"));
  private static final String SEARCH_PASSWORD = "planted-search-password-44";
  private static final String ANA = "planted-ana-password";
  private static final String STAR = "planted-star-password";
  private static final String GROUPS =
      "ou=groups,dc=example,dc=org??sub?(&(objectClass=groupOfNames)(member={USER}))";
  private static final UserToDn BY_MAIL =
      new UserToDn.Substitution("(.+)@example[.]org", "uid={0},ou=people,dc=example,dc=org");
  private static final UserToDn BY_SEARCH =
      new UserToDn.Query("(.+)", "ou=people,dc=example,dc=org??one?(uid={0})");

  private static final String LDIF =
      """
      dn: dc=example,dc=org
      objectClass: dcObject
      objectClass: organization
      o: example
      dc: example

      dn: cn=search,dc=example,dc=org
      objectClass: organizationalRole
      objectClass: simpleSecurityObject
      cn: search
      userPassword: planted-search-password-44

      dn: ou=people,dc=example,dc=org
      objectClass: organizationalUnit
      ou: people

      dn: uid=ana,ou=people,dc=example,dc=org
      objectClass: inetOrgPerson
      uid: ana
      cn: Ana
      sn: Ana
      userPassword: planted-ana-password

      dn: uid=ben,ou=people,dc=example,dc=org
      objectClass: inetOrgPerson
      uid: ben
      cn: Ben
      sn: Ben
      userPassword: planted-ben-password

      dn: uid=a*,ou=people,dc=example,dc=org
      objectClass: inetOrgPerson
      uid: a*
      cn: Star
      sn: Star
      userPassword: planted-star-password

      dn: ou=groups,dc=example,dc=org
      objectClass: organizationalUnit
      ou: groups

      dn: cn=dba,ou=groups,dc=example,dc=org
      objectClass: groupOfNames
      cn: dba
      member: uid=ana,ou=people,dc=example,dc=org

      dn: cn=sales,ou=groups,dc=example,dc=org
      objectClass: groupOfNames
      cn: sales
      member: uid=ben,ou=people,dc=example,dc=org
      """;

  @TempDir Path data;
  private GatewayFixture world;
  private TestAuthority authority;
  private InMemoryDirectoryServer directory;
  private SSLContext tls;

  @BeforeEach
  void open() throws Exception {
    world = new GatewayFixture(data);
    tls = DirectTls.trusting(world.control.authority.certificate());
    authority = new TestAuthority("directory root");
    TestAuthority.Issued server = authority.server("127.0.0.1");
    InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=org");
    config.setSchema(null);
    config.setListenerConfigs(
        InMemoryListenerConfig.createLDAPSConfig(
            "ldaps",
            InetAddress.getLoopbackAddress(),
            0,
            DirectTls.context(authority.certificate(), server.keys(), server.chain())
                .getServerSocketFactory(),
            null));
    directory = new InMemoryDirectoryServer(config);
    Path ldif = data.resolve("people.ldif");
    Files.writeString(ldif, LDIF);
    directory.importFromLDIF(true, ldif.toFile());
    directory.startListening();
  }

  @AfterEach
  void close() throws Exception {
    world.close();
    directory.shutDown(true);
  }

  private Lease lease(Function<LdapServer, Binding> binding, UserToDn... steps) throws Exception {
    return lease(directory.getListenPort(), authority.pem(), binding, steps);
  }

  private Lease lease(int port, String ca, Function<LdapServer, Binding> binding, UserToDn... steps)
      throws Exception {
    // Sealed for the one lease, so its id must be known first.
    Lease any = world.lease(binding.apply(server(port, ca, new byte[1], steps)), LOOPBACK);
    byte[] sealed = world.seal(LdapServer.sealContext(any.leaseId()), SEARCH_PASSWORD);
    return Leases.of(
        any, binding.apply(server(port, ca, sealed, steps)), LOOPBACK, any.advertisedAddress(), 1);
  }

  private static LdapServer server(int port, String ca, byte[] sealed, UserToDn... steps) {
    return new LdapServer(
        "127.0.0.1", port, ca, "cn=search,dc=example,dc=org", sealed, List.of(steps), GROUPS);
  }

  private MongoClient client(Lease lease, String user, String password) {
    return world.client(
        "mongodb://" + lease.advertisedAddress() + "/?tls=true&serverSelectionTimeoutMS=3000",
        settings ->
            settings
                .credential(
                    MongoCredential.createPlainCredential(
                        user, "$external", password.toCharArray()))
                .applyToSslSettings(ssl -> ssl.context(tls)));
  }

  private static long orders(MongoClient client) {
    return client.getDatabase("shop").getCollection("orders").countDocuments();
  }

  private void refused(Lease lease, String user, String password, String why) {
    MongoClient client = client(lease, user, password);
    assertThatThrownBy(() -> orders(client))
        .isInstanceOf(MongoSecurityException.class)
        .hasStackTraceContaining(why);
  }

  @Test
  void servesAUserWhosePasswordTheDirectoryKnows() throws Exception {
    Lease lease = lease(server -> new Binding.LdapUser("ana@example.org", server), BY_MAIL);
    world.install(lease);

    MongoClient client = client(lease, "ana@example.org", ANA);
    assertThat(orders(client)).isEqualTo(2);
    assertThat(client.getDatabase("admin").runCommand(new Document("connectionStatus", 1)).toJson())
        .contains("ana@example.org");
    refused(lease, "ana@example.org", "wrong", "Authentication failed.");
    // Known to the directory, and to no lease.
    refused(lease, "ben@example.org", "planted-ben-password", "Authentication failed.");
    refused(lease, "nobody@example.org", "x", "Authentication failed.");
  }

  @Test
  void servesTheMembersOfAGroupAndNobodyElse() throws Exception {
    Lease dba =
        lease(
            server -> new Binding.LdapGroup("CN=dba, ou=groups, dc=example, dc=org", server),
            BY_SEARCH);
    world.install(dba);

    assertThat(orders(client(dba, "ana", ANA))).isEqualTo(2);
    refused(dba, "ben", "planted-ben-password", "Authentication failed.");
    assertThat(world.recorded(dba.sessionId(), "aggregate").getCollection()).isEqualTo("orders");
  }

  @Test
  void aNameIsNeverAPieceOfAFilter() throws Exception {
    List<Lease> leases = new ArrayList<>();
    for (String name : List.of("a*", "*", "ana)(uid=*", "ana")) {
      Lease lease = lease(server -> new Binding.LdapUser(name, server), BY_SEARCH);
      world.install(lease);
      leases.add(lease);
    }
    // The user of that very name, and not the first that a wildcard finds.
    assertThat(orders(client(leases.get(0), "a*", STAR))).isEqualTo(2);
    refused(leases.get(0), "a*", ANA, "Authentication failed.");
    refused(leases.get(1), "*", ANA, "Authentication failed.");
    refused(leases.get(2), "ana)(uid=*", ANA, "Authentication failed.");
    assertThat(orders(client(leases.get(3), "ana", ANA))).isEqualTo(2);
  }

  @Test
  void saysWhenTheDirectoryIsAwayAndServesWhenItIsBack() throws Exception {
    Lease lease = lease(server -> new Binding.LdapUser("ana", server), BY_SEARCH);
    world.install(lease);
    MongoClient before = client(lease, "ana", ANA);
    assertThat(orders(before)).isEqualTo(2);

    directory.shutDown(true);

    refused(lease, "ana", ANA, "directory-away");
    // Who is in stays in.
    assertThat(orders(before)).isEqualTo(2);
    directory.startListening();
    Lease again = lease(server -> new Binding.LdapUser("ana", server), BY_SEARCH);
    world.install(
        Leases.of(
            lease,
            new Binding.LdapUser("ana", resealed(lease, again)),
            LOOPBACK,
            lease.advertisedAddress(),
            2));
    assertThat(orders(client(lease, "ana", ANA))).isEqualTo(2);
  }

  private LdapServer resealed(Lease lease, Lease again) throws Exception {
    LdapServer server = ((Binding.LdapUser) again.binding()).server();
    return new LdapServer(
        server.host(),
        server.port(),
        server.caPem(),
        server.bindUsername(),
        world.seal(LdapServer.sealContext(lease.leaseId()), SEARCH_PASSWORD),
        server.userToDn(),
        server.groupQuery());
  }

  @Test
  void trustsNoDirectoryOfAnotherAuthority() throws Exception {
    Lease lease =
        lease(
            directory.getListenPort(),
            new TestAuthority("directory root").pem(),
            server -> new Binding.LdapUser("ana", server),
            BY_SEARCH);
    world.install(lease);
    refused(lease, "ana", ANA, "directory-away");
  }

  @Test
  void aLeaseWithADirectoryThatNobodyCouldAskIsNotHeld() throws Exception {
    Lease lease =
        lease(
            server -> new Binding.LdapUser("ana", server),
            new UserToDn.Substitution("(unclosed", "uid={0}"));
    assertThat(world.control.push(lease))
        .isInstanceOfSatisfying(
            LeaseOutcome.Rejected.class, no -> assertThat(no.sentence()).contains("expression"));
  }

  @Test
  void servesUsersAndGroupsOfOpenLdap() throws Exception {
    Path slapd = Path.of("/usr/sbin/slapd");
    Assumptions.assumeTrue(Files.isExecutable(slapd), "slapd is not installed here");
    TestAuthority.Issued server = authority.rsaServer("127.0.0.1");
    Path home = data.resolve("slapd");
    Files.createDirectories(home.resolve("db"));
    Files.writeString(home.resolve("ca.pem"), authority.pem());
    Files.writeString(home.resolve("cert.pem"), server.certificatePem());
    Files.writeString(home.resolve("key.pem"), server.keyPem());
    Files.writeString(home.resolve("people.ldif"), LDIF);
    Path config = home.resolve("slapd.conf");
    Files.writeString(
        config,
        """
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        pidfile %1$s/slapd.pid
        modulepath /usr/lib/ldap
        moduleload back_mdb
        TLSCACertificateFile %1$s/ca.pem
        TLSCertificateFile %1$s/cert.pem
        TLSCertificateKeyFile %1$s/key.pem
        database mdb
        maxsize 10485760
        suffix "dc=example,dc=org"
        directory %1$s/db
        """
            .formatted(home));
    Path log = home.resolve("slapd.log");
    Process load =
        new ProcessBuilder(
                "/usr/sbin/slapadd", "-f", config.toString(), "-l", home + "/people.ldif")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(load.waitFor()).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
    int port = FreePorts.one();
    Process process =
        new ProcessBuilder(
                slapd.toString(),
                "-d",
                "stats",
                "-f",
                config.toString(),
                "-h",
                "ldaps://127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      awaitListening(port, log);
      Lease group =
          lease(
              port,
              authority.pem(),
              by -> new Binding.LdapGroup("cn=dba,ou=groups,dc=example,dc=org", by),
              BY_SEARCH);
      world.install(group);
      assertThat(orders(client(group, "ana", ANA))).isEqualTo(2);
      refused(group, "ben", "planted-ben-password", "Authentication failed.");
      refused(group, "ana", "wrong", "Authentication failed.");
      Lease ben = lease(port, authority.pem(), by -> new Binding.LdapUser("ben", by), BY_SEARCH);
      world.install(ben);
      assertThat(orders(client(ben, "ben", "planted-ben-password"))).isEqualTo(2);
    } finally {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private static void awaitListening(int port, Path log) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (java.net.ConnectException e) {
        if (System.nanoTime() > until) {
          throw new AssertionError("slapd does not listen: " + Files.readString(log), e);
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }
}
