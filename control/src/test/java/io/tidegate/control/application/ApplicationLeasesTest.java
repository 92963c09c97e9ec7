package io.tidegate.control.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.Action;
import io.tidegate.access.Binding;
import io.tidegate.access.Lease;
import io.tidegate.access.Network;
import io.tidegate.access.Resource.Collection;
import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUser.UserRole;
import io.tidegate.control.application.DatabaseUsers.Change;
import io.tidegate.control.application.DatabaseUsers.Draft;
import io.tidegate.control.application.DatabaseUsers.Reach;
import io.tidegate.control.application.DatabaseUsers.State;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.network.AccessList;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.trust.Pem;
import io.tidegate.testkit.SettableClock;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What gateways hold for database users, and that nothing outlives what it was made of. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class ApplicationLeasesTest {
  private static final Secret PASSWORD = new Secret("pl4nted-Passw0rd-of-an-app");

  private final Backend backend;
  private final Plane plane;
  private final FakeGateway gateway;

  ApplicationLeasesTest(Backend backend) {
    this.backend = backend;
    plane = Plane.shared(backend);
    gateway = plane.gateway();
  }

  @AfterEach
  void behave() {
    gateway.answersYes();
    gateway.reportsEnds(true);
  }

  /** A project of the test's own with clusters that serve applications. */
  private record World(Plane plane, Project project, List<Resource> clusters) {
    static World of(Plane plane, String... clusters) {
      String name = "app-" + Long.toString(System.nanoTime(), 36);
      Project project = plane.bean(Projects.class).create(plane.system(), name, "Applications");
      Resources resources = plane.bean(Resources.class);
      List<Resource> made = new java.util.ArrayList<>();
      for (String cluster : clusters) {
        Resource resource =
            resources.create(
                plane.system(),
                project.id(),
                new Resources.ResourceDraft(
                    cluster,
                    "",
                    "mongodb://" + cluster + ".example:27017",
                    "admin",
                    new Resource.TlsOptions(false, false, null),
                    null));
        resources.createAccount(
            plane.system(),
            resource.id(),
            new Resources.AccountDraft(
                "gateway",
                "",
                new Secret("gateway-user"),
                new Secret(Plane.PLANTED),
                List.of(
                    new io.tidegate.control.cluster.Account.RoleBinding(
                        "readWriteAnyDatabase", "admin")),
                false));
        made.add(
            resources.serveApplications(
                plane.system(), resource.id(), resource.version(), "gateway"));
      }
      return new World(plane, project, made);
    }

    DatabaseUsers users() {
      return plane.bean(DatabaseUsers.class);
    }

    DatabaseUser scram(String name, Instant deleteAfter, String... scopes) {
      return users()
          .create(
              plane.system(),
              project.id(),
              new Draft(
                  name,
                  Kind.SCRAM,
                  PASSWORD,
                  List.of(new UserRole("read", "shop", null)),
                  List.of(scopes),
                  List.of(),
                  "",
                  deleteAfter));
    }

    void change(DatabaseUser user, Change change) {
      users().update(plane.system(), project.id(), user.authDatabase(), user.username(), change);
    }

    void allow(String range, Instant deleteAfter) {
      plane
          .bean(AccessList.class)
          .add(
              plane.system(),
              project.id(),
              List.of(new AccessList.Draft(range, null, deleteAfter)));
    }

    Optional<Lease> lease(FakeGateway gateway, DatabaseUser user, String cluster) {
      return gateway.leases().values().stream()
          .filter(lease -> lease.grantId().equals(user.id()))
          .filter(lease -> lease.target().resourceName().equals(cluster))
          .findFirst();
    }

    Lease held(FakeGateway gateway, DatabaseUser user, String cluster) {
      Plane.until(
          user.username() + " reaches " + cluster, () -> lease(gateway, user, cluster).isPresent());
      return lease(gateway, user, cluster).orElseThrow();
    }

    Reach reach(DatabaseUser user, String cluster) {
      return users().reach(plane.system(), user).stream()
          .filter(reach -> reach.cluster().equals(cluster))
          .findFirst()
          .orElseThrow();
    }
  }

  private static Change roles(UserRole... roles) {
    return new Change(null, List.of(roles), null, null, null, null);
  }

  private static boolean admits(Lease lease, String address, Instant now) throws Exception {
    return lease.network().admits(new Network.Origin(InetAddress.ofLiteral(address), null), now);
  }

  @Test
  void aUserBecomesOneLeaseForEachClusterInItsScope() throws Exception {
    World world = World.of(plane, "one", "two");
    world.allow("10.0.0.0/8", null);
    DatabaseUser everywhere = world.scram("everywhere", null);
    DatabaseUser somewhere = world.scram("somewhere", null, "two");
    Lease lease = world.held(gateway, everywhere, "one");
    Lease second = world.held(gateway, everywhere, "two");
    world.held(gateway, somewhere, "two");
    plane.bean(ApplicationReconciler.class).reconcile();
    assertThat(world.lease(gateway, somewhere, "one")).isEmpty();
    assertThat(lease.sessionId()).isNotEqualTo(second.sessionId());

    assertThat(lease.binding()).isInstanceOf(Binding.ScramUser.class);
    Binding.ScramUser binding = (Binding.ScramUser) lease.binding();
    assertThat(binding.authDatabase()).isEqualTo("admin");
    assertThat(binding.username()).isEqualTo("everywhere");
    for (ScramMechanism mechanism : ScramMechanism.values()) {
      ScramVerifier verifier = binding.verifier(mechanism);
      assertThat(
              ScramVerifier.derive(
                  mechanism,
                  "everywhere",
                  PASSWORD.reveal(),
                  verifier.salt(),
                  verifier.iterations()))
          .isEqualTo(verifier);
    }
    assertThat(lease.account().username()).isEqualTo("gateway-user");
    assertThat(gateway.open(lease)).isEqualTo(Plane.PLANTED);
    assertThat(lease.limits()).isEqualTo(Lease.Limits.APPLICATION);
    assertThat(lease.carries(Action.FIND, new Collection("shop", "orders"))).isTrue();
    assertThat(lease.carries(Action.INSERT, new Collection("shop", "orders"))).isFalse();
    assertThat(admits(lease, "10.1.2.3", plane.clock.instant())).isTrue();
    assertThat(admits(lease, "192.0.2.1", plane.clock.instant())).isFalse();
    int port = world.clusters().get(0).directPort();
    assertThat(lease.advertisedAddress()).isEqualTo("127.0.0.1:" + port);
    assertThat(world.clusters().get(1).directPort()).isNotEqualTo(port);
    Plane.until("it is in force", () -> world.reach(everywhere, "one").state() == State.IN_FORCE);
  }

  @Test
  void aChangeIsAnotherRevisionOfTheSameLease() {
    World world = World.of(plane, "one");
    DatabaseUser user = world.scram("app", null);
    DatabaseUser neighbour = world.scram("neighbour", null);
    Lease first = world.held(gateway, user, "one");
    Lease untouched = world.held(gateway, neighbour, "one");
    world.change(user, roles(new UserRole("readWrite", "shop", "orders")));
    Plane.until(
        "the new role arrives",
        () ->
            world
                .held(gateway, user, "one")
                .carries(Action.INSERT, new Collection("shop", "orders")));
    Lease second = world.held(gateway, user, "one");
    assertThat(second.leaseId()).isEqualTo(first.leaseId());
    assertThat(second.sessionId()).isEqualTo(first.sessionId());
    assertThat(second.revision()).isGreaterThan(first.revision());
    assertThat(second.carries(Action.FIND, new Collection("shop", "notes"))).isFalse();

    world.change(user, new Change(new Secret("another password"), null, null, null, null, null));
    Plane.until(
        "the new verifiers arrive",
        () -> world.held(gateway, user, "one").revision() > second.revision());
    ScramVerifier verifier =
        ((Binding.ScramUser) world.held(gateway, user, "one").binding()).sha256();
    assertThat(
            ScramVerifier.derive(
                ScramMechanism.SHA_256,
                "app",
                "another password",
                verifier.salt(),
                verifier.iterations()))
        .isEqualTo(verifier);
    assertThat(world.held(gateway, neighbour, "one").revision()).isEqualTo(untouched.revision());
  }

  @Test
  void theAccessListIsInEveryLeaseOfTheProjectAndOfNoOther() throws Exception {
    World world = World.of(plane, "one");
    World other = World.of(plane, "one");
    DatabaseUser user = world.scram("app", null);
    DatabaseUser stranger = other.scram("app", null);
    assertThat(admits(world.held(gateway, user, "one"), "10.0.0.1", plane.clock.instant()))
        .isFalse();
    long before = other.held(gateway, stranger, "one").revision();
    Instant end = plane.clock.instant().plus(Duration.ofHours(1));
    world.allow("10.0.0.0/8", end);
    Plane.until(
        "the entry arrives", () -> !world.held(gateway, user, "one").network().ranges().isEmpty());
    Lease lease = world.held(gateway, user, "one");
    assertThat(admits(lease, "10.0.0.1", plane.clock.instant())).isTrue();
    // The gateway's own clock ends it, whether or not anybody tells it.
    assertThat(admits(lease, "10.0.0.1", end)).isFalse();
    Plane.until(
        "the status is active",
        () ->
            plane
                .bean(AccessList.class)
                .inForce(plane.system(), world.project().id(), "10.0.0.0/8"));
    plane.bean(AccessList.class).remove(plane.system(), world.project().id(), "10.0.0.0/8");
    Plane.until(
        "the entry goes", () -> world.held(gateway, user, "one").network().ranges().isEmpty());
    assertThat(other.held(gateway, stranger, "one").revision()).isEqualTo(before);
  }

  @Test
  void deletingAUserEndsItsLeasesAndNoOthers() {
    World world = World.of(plane, "one");
    DatabaseUser user = world.scram("app", null);
    DatabaseUser neighbour = world.scram("neighbour", null);
    Lease lease = world.held(gateway, user, "one");
    world.held(gateway, neighbour, "one");
    world.users().delete(plane.system(), world.project().id(), "admin", "app");
    Plane.until("its lease goes", () -> world.lease(gateway, user, "one").isEmpty());
    assertThat(gateway.revocations())
        .anySatisfy(revocation -> {
          assertThat(revocation.leaseId()).isEqualTo(lease.leaseId());
          assertThat(revocation.code()).isEqualTo("revoked");
        });
    assertThat(world.lease(gateway, neighbour, "one")).isPresent();
    // One of the same name is somebody else.
    DatabaseUser again = world.scram("app", null);
    assertThat(world.held(gateway, again, "one").leaseId()).isNotEqualTo(lease.leaseId());
  }

  @Test
  void temporaryUsersEndAtTheirInstant() {
    World world = World.of(plane, "one");
    Instant end = plane.clock.instant().plus(Duration.ofHours(3));
    DatabaseUser user = world.scram("for-a-while", end);
    DatabaseUser stays = world.scram("stays", null);
    assertThat(world.held(gateway, user, "one").expiresAt()).isEqualTo(end);
    world.held(gateway, stays, "one");
    plane.clock.advance(Duration.ofHours(3).minusMillis(1));
    plane.bean(ApplicationReconciler.class).reconcile();
    assertThat(world.lease(gateway, user, "one")).isPresent();
    plane.clock.advance(Duration.ofMillis(1));
    plane.bean(ApplicationReconciler.class).reconcile();
    Plane.until("its lease goes", () -> world.lease(gateway, user, "one").isEmpty());
    assertThat(world.users().list(plane.system(), world.project().id()))
        .extracting(DatabaseUser::username)
        .containsExactly("stays");
    assertThat(world.lease(gateway, stays, "one")).isPresent();
    assertThat(plane.auditActions()).contains("database-user.expire");
  }

  @Test
  void usersThatStayAreRenewedDayByDay() {
    World world = World.of(plane, "one");
    DatabaseUser user = world.scram("app", null);
    Lease first = world.held(gateway, user, "one");
    plane.clock.advance(Duration.ofHours(25));
    plane.bean(ApplicationReconciler.class).reconcile();
    Plane.until(
        "it is renewed", () -> world.held(gateway, user, "one").revision() > first.revision());
    assertThat(world.held(gateway, user, "one").expiresAt())
        .isEqualTo(first.expiresAt().plus(Duration.ofHours(25)));
  }

  @Test
  void whatServesTheClusterDecides() {
    World world = World.of(plane, "one");
    Resources resources = plane.bean(Resources.class);
    DatabaseUser user = world.scram("app", null);
    Lease first = world.held(gateway, user, "one");
    var account = resources.account(plane.system(), world.clusters().getFirst().id(), "gateway");
    resources.updateAccount(
        plane.system(),
        account.id(),
        account.version(),
        new Resources.AccountDraft(
            "gateway", "", null, new Secret("its next password"), account.roles(), false));
    Plane.until(
        "the new credential arrives",
        () -> world.held(gateway, user, "one").revision() > first.revision());
    assertThat(gateway.open(world.held(gateway, user, "one"))).isEqualTo("its next password");

    Resource cluster = resources.resource(plane.system(), world.project().id(), "one");
    int port = cluster.directPort();
    cluster = resources.serveApplications(plane.system(), cluster.id(), cluster.version(), null);
    Plane.until("nobody is let in", () -> world.lease(gateway, user, "one").isEmpty());
    Reach reach = world.reach(user, "one");
    assertThat(reach.state()).isEqualTo(State.NOT_SERVED);
    assertThat(reach.sentence()).contains("account");
    cluster =
        resources.serveApplications(plane.system(), cluster.id(), cluster.version(), "gateway");
    assertThat(cluster.directPort()).isEqualTo(port);
    world.held(gateway, user, "one");
    account = resources.account(plane.system(), cluster.id(), "gateway");
    resources.deleteAccount(plane.system(), account.id(), account.version());
    Plane.until("nobody is let in again", () -> world.lease(gateway, user, "one").isEmpty());
  }

  @Test
  void whatAGatewayCannotDoIsShownAndTriedAgain() {
    World world = World.of(plane, "one");
    gateway.answers(lease ->
        lease.project().equals(world.project().name())
            ? new LeaseOutcome.Rejected(
                lease.leaseId(), "lease-unsupported", "the gateway is too old for this")
            : new LeaseOutcome.Installed(lease.leaseId()));
    DatabaseUser user = world.scram("app", null);
    Plane.until("its trouble is known", () -> world.reach(user, "one").state() == State.IN_TROUBLE);
    assertThat(world.reach(user, "one").sentence()).isEqualTo("the gateway is too old for this");
    assertThat(plane.bean(AccessList.class).list(plane.system(), world.project().id())).isEmpty();
    gateway.answersYes();
    plane.clock.advance(Duration.ofMinutes(2));
    plane.bean(ApplicationReconciler.class).reconcile();
    world.held(gateway, user, "one");
  }

  @Test
  void aSessionThatEndsAtTheGatewayIsBegunAnew() {
    World world = World.of(plane, "one");
    DatabaseUser user = world.scram("app", null);
    Lease first = world.held(gateway, user, "one");
    gateway.leases().remove(first.sessionId());
    gateway.report(
        new SessionEvent.Ended(
            plane.clock.instant(),
            first.sessionId(),
            first.leaseId(),
            "account-rejected",
            "the target refused the account",
            1,
            0,
            1,
            1,
            -1));
    assertThat(world.held(gateway, user, "one").leaseId()).isNotEqualTo(first.leaseId());
  }

  @Test
  void usesAndRefusalsAreSeen() {
    World world = World.of(plane, "one");
    DatabaseUser user = world.scram("app", null);
    Lease lease = world.held(gateway, user, "one");
    Instant now = plane.clock.instant();
    gateway.report(
        new SessionEvent.ConnectionOpened(
            now, lease.sessionId(), "c1", "10.0.0.9:4711", "shop", "java", ""));
    gateway.report(new SessionEvent.Counters(now, lease.sessionId(), 3, 10, 1, 100, 100));
    gateway.report(
        new SessionEvent.Refused(
            now, lease.sessionId(), "c1", "insert", "shop.orders", "not-granted", "no"));
    Plane.until("it is counted", () -> world.reach(user, "one").connections() == 3);
    assertThat(world.reach(user, "one").last().client()).isEqualTo("10.0.0.9:4711");
    Plane.until(
        "the refusal is audited",
        () -> plane.as("security").get("/audit?limit=20").body().contains(user.id()));
  }

  @Test
  void certificatesOfDeletedUsersAreRevoked() throws Exception {
    World world = World.of(plane, "one");
    UserCertificates certificates = plane.bean(UserCertificates.class);
    DatabaseUser old = x509(world, "app");
    assertThat(world.reach(old, "one").state()).isEqualTo(State.NOT_SERVED);
    String project = world.project().id();
    X509Certificate first = issue(certificates, project, "app");
    Lease lease = world.held(gateway, old, "one");
    Binding.X509User binding = (Binding.X509User) lease.binding();
    assertThat(binding.subject()).isEqualTo("CN=app");
    assertThat(binding.revocationListPem()).isNull();
    first.verify(Pem.readCertificates(binding.authoritiesPem()).getFirst().getPublicKey());

    world.users().delete(plane.system(), project, "$external", "app");
    DatabaseUser again = x509(world, "app");
    X509Certificate second = issue(certificates, project, "app");
    String pem =
        ((Binding.X509User) world.held(gateway, again, "one").binding()).revocationListPem();
    X509CRL list =
        (X509CRL)
            CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    list.verify(Pem.readCertificates(binding.authoritiesPem()).getFirst().getPublicKey());
    assertThat(list.isRevoked(first)).isTrue();
    assertThat(list.isRevoked(second)).isFalse();

    World other = World.of(plane, "one");
    DatabaseUser stranger = x509(other, "app");
    issue(certificates, other.project().id(), "app");
    assertThat(((Binding.X509User) other.held(gateway, stranger, "one").binding()).authoritiesPem())
        .isNotEqualTo(binding.authoritiesPem());
  }

  private DatabaseUser x509(World world, String name) {
    return world
        .users()
        .create(
            plane.system(),
            world.project().id(),
            new Draft(
                name,
                Kind.X509_MANAGED,
                null,
                List.of(new UserRole("read", "shop", null)),
                List.of(),
                List.of(),
                "",
                null));
  }

  private X509Certificate issue(UserCertificates certificates, String project, String name)
      throws Exception {
    return Pem.readCertificates(certificates.issue(plane.system(), project, name, 3).reveal())
        .getFirst();
  }

  @Test
  void kindsThatGatewaysDoNotServeSaySo() {
    World world = World.of(plane, "one");
    DatabaseUser user =
        world
            .users()
            .create(
                plane.system(),
                world.project().id(),
                new Draft(
                    "idp/everybody",
                    Kind.OIDC_GROUP,
                    null,
                    List.of(new UserRole("read", "shop", null)),
                    List.of(),
                    List.of(),
                    "",
                    null));
    plane.bean(ApplicationReconciler.class).reconcile();
    assertThat(world.reach(user, "one").state()).isEqualTo(State.NOT_SERVED);
    assertThat(world.reach(user, "one").sentence()).contains("identity provider");
    assertThat(world.lease(gateway, user, "one")).isEmpty();
  }

  @Test
  void aStopAtAnyInstantHealsItself() throws Exception {
    SettableClock clock = Plane.clock();
    Path data = Files.createTempDirectory("tidegate-crash");
    Map<String, Object> database = Plane.database(backend);
    DatabaseUser kept;
    DatabaseUser deleted;
    DatabaseUser temporary;
    String project;
    Lease keptLease;
    Lease deletedLease;
    try (Plane before = Plane.start(backend, clock, data, database)) {
      FakeGateway held = before.gateway();
      World world = World.of(before, "one");
      project = world.project().id();
      kept = world.scram("kept", null);
      deleted = world.scram("deleted", null);
      temporary = world.scram("temporary", clock.instant().plus(Duration.ofMinutes(5)));
      keptLease = world.held(held, kept, "one");
      deletedLease = world.held(held, deleted, "one");
      world.held(held, temporary, "one");
      held.close();
      Plane.until(
          "the gateway is away",
          () -> before.as("security").get("/gateways").text("items.0.status").equals("OFFLINE"));
      // Written down, and nobody told: as if the process had died in between.
      world.users().delete(before.system(), project, "admin", "deleted");
      world.scram("late", null);
    }
    clock.advance(Duration.ofMinutes(10));
    try (Plane after = Plane.start(backend, clock, data, database)) {
      FakeGateway back = after.gateway();
      World world =
          new World(after, after.bean(Projects.class).project(after.system(), project), List.of());
      assertThat(world.held(back, kept, "one").leaseId()).isEqualTo(keptLease.leaseId());
      DatabaseUser late = world.users().user(after.system(), project, "admin", "late");
      world.held(back, late, "one");
      after.bean(ApplicationReconciler.class).reconcile();
      assertThat(back.leases()).doesNotContainKey(deletedLease.sessionId());
      assertThat(world.lease(back, temporary, "one")).isEmpty();
      assertThat(world.users().list(after.system(), project))
          .extracting(DatabaseUser::username)
          .containsExactly("kept", "late");
    }
  }
}
