package io.tidegate.control.gateways;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.link.ControlEndpoint;
import io.tidegate.link.EnrolmentOutcome;
import io.tidegate.link.EnrolmentRequest;
import io.tidegate.link.EventBatch;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.GatewayHealth;
import io.tidegate.link.GatewayHello;
import io.tidegate.link.GatewaySession;
import io.tidegate.link.SessionEvent;
import io.tidegate.link.SignedLease;
import io.tidegate.link.Welcome;
import io.tidegate.link.trust.CertificateRequest;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.Validity;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** Gateways in the database, and the control plane's end of their links. */
@Service
class StoredGateways implements Gateways, GatewayChoice, ControlEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(StoredGateways.class);
  private static final Duration TOKEN_LIFE = Duration.ofHours(1);
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(7);

  private final GatewayStore store;
  private final GatewayRegistry registry;
  private final Authority authority;
  private final LeaseDesks desks;
  private final Organizations organizations;
  private final Database database;
  private final Audit audit;
  private final Changes changes;
  private final Ids ids;
  private final SecureRandom random;
  private final InstantSource clock;

  StoredGateways(
      GatewayStore store,
      GatewayRegistry registry,
      Authority authority,
      LeaseDesks desks,
      Organizations organizations,
      Database database,
      Audit audit,
      Changes changes,
      Ids ids,
      SecureRandom random,
      InstantSource clock) {
    this.store = store;
    this.registry = registry;
    this.authority = authority;
    this.desks = desks;
    this.organizations = organizations;
    this.database = database;
    this.audit = audit;
    this.changes = changes;
    this.ids = ids;
    this.random = random;
    this.clock = clock;
  }

  @Override
  public Page<Gateway> list(Actor actor, Page.Ask ask) {
    if (!actor.administersAnything()) {
      throw Refused.notAllowed("Only owners and administrators see the gateways.");
    }
    return Page.cut(
        store.list(ask.after(), ask.limit() + 1).stream().map(this::shown).toList(),
        ask,
        Gateway::name);
  }

  private Gateway shown(GatewayStore.Row row) {
    Gateway.Status status;
    if (registry.connection(row.id()).isPresent()) {
      status = Gateway.Status.ONLINE;
    } else {
      status = row.lastSeenAt() == null ? Gateway.Status.REGISTERED : Gateway.Status.OFFLINE;
    }
    String host = row.tunnelHost();
    return new Gateway(
        row.id(),
        row.name(),
        status,
        row.version(),
        host == null ? null : host + ":" + row.tunnelPort(),
        row.embedded(),
        row.lastSeenAt(),
        store.liveSessions(row.id()),
        row.createdAt());
  }

  @Override
  public Invitation createJoinToken(Actor actor, String name) {
    Names.slug("name", name);
    return audit.act(
        actor,
        "gateway.token",
        new Target("gateway", name, name),
        () -> {
          if (!actor.runsInstallation()) {
            throw Refused.notAllowed("Only owners of the first organization add gateways.");
          }
          JoinToken token = JoinToken.issue(random, authority.certificates());
          Instant now = clock.instant();
          Instant expiresAt = now.plus(TOKEN_LIFE);
          store.insertToken(token.id(), token.secretSha256(), name, actor.userId(), now, expiresAt);
          audit.done(
              actor,
              "gateway.token",
              new Target("gateway", name, name),
              "token",
              token.id(),
              "expiresAt",
              expiresAt.toString());
          return new Invitation(name, new Secret(token.encoded()), expiresAt);
        });
  }

  @Override
  public EnrolmentOutcome enrol(EnrolmentRequest request) {
    Instant now = clock.instant();
    Optional<GatewayStore.TokenRow> found = store.token(request.tokenId());
    if (found.isEmpty()
        || !JoinToken.secretMatches(
            request.tokenSecret(), HexFormat.of().parseHex(found.get().secretHash()))) {
      return refused("token-unknown", "The join token is not known here; ask for a new one.");
    }
    GatewayStore.TokenRow token = found.get();
    if (token.usedAt() != null) {
      return refused("token-used", "The join token was used already; ask for a new one.");
    }
    if (!now.isBefore(token.expiresAt())) {
      return refused("token-expired", "The join token is older than an hour; ask for a new one.");
    }
    audit.requireWritable();
    return database.inTransaction(() -> {
      if (!store.useToken(token.id(), now)) {
        return refused("token-used", "The join token was used already; ask for a new one.");
      }
      // A token for a name that exists lets the same gateway in again, as after a lost disk.
      Optional<GatewayStore.Row> known = store.find(token.name());
      String id = known.map(GatewayStore.Row::id).orElseGet(() -> ids.next("gtw"));
      if (known.isEmpty()) {
        store.insert(
            id, token.name(), token.name().equals(Gateways.EMBEDDED), request.version(), now);
      }
      audit.done(
          system(),
          "gateway.join",
          new Target("gateway", id, token.name()),
          "version",
          request.version(),
          "token",
          token.id());
      changes.changed(id);
      return issue(id, request.certificateRequest(), request.tunnelNames());
    });
  }

  private Actor system() {
    return Actor.system(organizations.organizationId().orElse(""));
  }

  private static EnrolmentOutcome refused(String code, String sentence) {
    return new EnrolmentOutcome.Refused(code, sentence);
  }

  private EnrolmentOutcome issue(
      String gatewayId, CertificateRequest request, List<String> tunnelNames) {
    try {
      return new EnrolmentOutcome.Enrolled(
          authority
              .certificates()
              .issueGateway(
                  request.publicKey(),
                  gatewayId,
                  tunnelNames,
                  Validity.lasting(clock.instant(), CERTIFICATE_LIFE)),
          authority.certificates().certificate());
    } catch (IllegalArgumentException e) {
      return refused("bad-request", "The gateway's tunnel names cannot be certified.");
    }
  }

  @Override
  public EnrolmentOutcome renew(
      String gatewayId, CertificateRequest certificateRequest, List<String> tunnelNames) {
    if (store.find(gatewayId).isEmpty()) {
      return refused("gateway-retired", "This gateway is not known any more; join it again.");
    }
    return issue(gatewayId, certificateRequest, tunnelNames);
  }

  @Override
  public Admission connected(GatewayConnection connection) {
    Optional<GatewayStore.Row> row = store.find(connection.gatewayId());
    if (row.isEmpty()) {
      return new Admission.Refused(
          "gateway-retired", "This gateway is not known any more; join it again.");
    }
    Instant now = clock.instant();
    GatewayHello hello = connection.hello();
    database.inTransaction(() -> {
      store.connected(connection.gatewayId(), hello, now);
      audit.done(
          system(),
          "gateway.connect",
          new Target("gateway", connection.gatewayId(), row.get().name()),
          "version",
          hello.version(),
          "tunnel",
          hello.tunnelHost() + ":" + hello.tunnelPort());
    });
    return new Admission.Admitted(
        new Welcome(desks.keys(), authority.certificates().certificate(), now),
        new Conversation(connection, row.get().name()));
  }

  /** What one connected gateway says. */
  private final class Conversation implements GatewaySession {
    private final GatewayConnection connection;
    private final String name;
    private boolean present;

    private Conversation(GatewayConnection connection, String name) {
      this.connection = connection;
      this.name = name;
    }

    @Override
    public List<SignedLease> desiredLeases() {
      // Sessions go to it from now on: their pushes arrive after the list made here.
      registry.put(connection);
      present = true;
      changes.changed(connection.gatewayId());
      List<SignedLease> desired = desks.desired(connection);
      desks.attendance(connection.gatewayId(), true);
      return desired;
    }

    @Override
    public void events(EventBatch batch) {
      String id = connection.gatewayId();
      database.inTransaction(() -> {
        List<SessionEvent> fresh = batch.after(store.takenThrough(id, batch.epoch()));
        if (!fresh.isEmpty()) {
          desks.events(id, name, fresh);
          store.taken(id, batch.epoch(), batch.lastSequence());
        }
      });
    }

    @Override
    public void health(GatewayHealth health) {
      database.inTransaction(() -> store.seen(connection.gatewayId(), true, clock.instant()));
    }

    @Override
    public void disconnected(String why) {
      if (present && registry.remove(connection)) {
        try {
          database.inTransaction(() -> {
            store.seen(connection.gatewayId(), false, clock.instant());
            audit.done(
                system(),
                "gateway.disconnect",
                new Target("gateway", connection.gatewayId(), name));
          });
        } catch (RuntimeException e) {
          // At a stop the database may be closed first; it shows offline by absence anyway.
          LOG.debug("A gateway's leaving was not written down", e);
        }
        changes.changed(connection.gatewayId());
        desks.attendance(connection.gatewayId(), false);
      }
    }
  }

  @Override
  public Optional<GatewayConnection> choose(@Nullable String gatewayName) {
    if (gatewayName != null) {
      return store.find(gatewayName).flatMap(row -> registry.connection(row.id()));
    }
    return registry.connected().stream()
        .min(
            Comparator.comparing(
                    (GatewayConnection c) -> !c.hello().name().equals(Gateways.EMBEDDED))
                .thenComparing(GatewayConnection::gatewayId));
  }
}
