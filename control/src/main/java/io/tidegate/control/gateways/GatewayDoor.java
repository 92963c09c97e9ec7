package io.tidegate.control.gateways;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Ids;
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
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.JoinToken;
import io.tidegate.link.trust.Validity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * The control plane's end of the link: who joins, who renews, who may connect. A gateway is let in
 * for a key that is on record, not for a certificate that merely holds.
 *
 * <pre>
 *   joined ── key shown ──▶ renewed: old and next count ── next shown ──▶ next alone counts
 *     └── joined again under the name, or retired: no earlier key counts from that commit on
 * </pre>
 */
@Service
class GatewayDoor implements ControlEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayDoor.class);
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(7);

  private final GatewayStore store;
  private final GatewayRegistry registry;
  private final GatewayFence fence;
  private final Authority authority;
  private final LeaseDesks desks;
  private final Organizations organizations;
  private final Database database;
  private final Audit audit;
  private final Changes changes;
  private final Ids ids;
  private final InstantSource clock;

  GatewayDoor(
      GatewayStore store,
      GatewayRegistry registry,
      GatewayFence fence,
      Authority authority,
      LeaseDesks desks,
      Organizations organizations,
      Database database,
      Audit audit,
      Changes changes,
      Ids ids,
      InstantSource clock) {
    this.store = store;
    this.registry = registry;
    this.fence = fence;
    this.authority = authority;
    this.desks = desks;
    this.organizations = organizations;
    this.database = database;
    this.audit = audit;
    this.changes = changes;
    this.ids = ids;
    this.clock = clock;
  }

  /** Undoes what was begun for a gateway that cannot have its certificate. */
  private static final class NotIssued extends RuntimeException {
    private NotIssued() {
      super("not issued", null, false, false);
    }
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
      return used();
    }
    if (token.revokedAt() != null) {
      return refused("token-revoked", "The join token was revoked; ask for a new one.");
    }
    if (!now.isBefore(token.expiresAt())) {
      return refused("token-expired", "The join token is older than an hour; ask for a new one.");
    }
    audit.requireWritable();
    try {
      return database.inTransaction(() -> join(token, request, now));
    } catch (NotIssued e) {
      return refused("bad-request", "The gateway's tunnel names cannot be certified.");
    }
  }

  private static EnrolmentOutcome used() {
    return refused("token-used", "The join token was used already; ask for a new one.");
  }

  private EnrolmentOutcome join(
      GatewayStore.TokenRow token, EnrolmentRequest request, Instant now) {
    if (!store.useToken(token.id(), now)) {
      return used();
    }
    // A token for a name that exists lets the same gateway in again, as after a lost disk. Its old
    // key may be in other hands, so it ends here.
    Optional<GatewayStore.Row> known = store.find(token.name());
    String id = known.map(GatewayStore.Row::id).orElseGet(() -> ids.next("gtw"));
    if (known.isEmpty()) {
      store.insert(
          id, token.name(), token.name().equals(Gateways.EMBEDDED), request.version(), now);
    }
    store.hold(id);
    store.revive(id);
    int ended = store.revokeKeys(id, null, "joined again", now);
    X509Certificate certificate =
        certify(id, request.certificateRequest(), request.tunnelNames(), null, now);
    audit.done(
        system(),
        "gateway.join",
        new Target("gateway", id, token.name()),
        "version",
        request.version(),
        "token",
        token.id(),
        "serial",
        certificate.getSerialNumber().toString(16),
        "earlier keys ended",
        Integer.toString(ended),
        "was retired",
        Boolean.toString(known.map(GatewayStore.Row::retiredAt).isPresent()));
    changes.changed(id);
    return new EnrolmentOutcome.Enrolled(certificate, authority.certificates().certificate());
  }

  private X509Certificate certify(
      String id,
      CertificateRequest request,
      List<String> tunnelNames,
      @Nullable String replaces,
      Instant now) {
    X509Certificate certificate;
    try {
      certificate =
          authority
              .certificates()
              .issueGateway(
                  request.publicKey(), id, tunnelNames, Validity.lasting(now, CERTIFICATE_LIFE));
    } catch (IllegalArgumentException e) {
      throw new NotIssued();
    }
    store.certify(id, certificate, replaces, now);
    return certificate;
  }

  private Actor system() {
    return Actor.system(organizations.organizationId().orElse(""));
  }

  private static EnrolmentOutcome refused(String code, String sentence) {
    return new EnrolmentOutcome.Refused(code, sentence);
  }

  @Override
  public EnrolmentOutcome renew(
      X509Certificate present, CertificateRequest request, List<String> tunnelNames) {
    String id = Certificates.gatewayIdOf(present);
    if (id == null) {
      return refused(Standing.UNKNOWN.code(), Standing.UNKNOWN.sentence());
    }
    Instant now = clock.instant();
    String key = GatewayStore.keyOf(present);
    try {
      return database.inTransaction(() -> {
        store.hold(id);
        Standing standing = store.standing(id, key);
        if (standing != Standing.GOOD) {
          return refused(standing.code(), standing.sentence());
        }
        // One that was issued before and never shown has been lost on its way.
        store.revokeKeys(id, key, "never shown", now);
        X509Certificate next = certify(id, request, tunnelNames, key, now);
        audit.done(
            system(),
            "gateway.renew",
            new Target("gateway", id, store.find(id).map(GatewayStore.Row::name).orElse("")),
            "serial",
            next.getSerialNumber().toString(16),
            "expiresAt",
            next.getNotAfter().toInstant().toString());
        return new EnrolmentOutcome.Enrolled(next, authority.certificates().certificate());
      });
    } catch (NotIssued e) {
      return refused("bad-request", "The gateway's tunnel names cannot be certified.");
    }
  }

  @Override
  public Admission connected(GatewayConnection connection) {
    Instant now = clock.instant();
    GatewayHello hello = connection.hello();
    String id = connection.gatewayId();
    String key = GatewayStore.keyOf(connection.certificate());
    return database.inTransaction(() -> {
      store.hold(id);
      Standing standing = store.standing(id, key);
      String name = store.find(id).map(GatewayStore.Row::name).orElse("");
      if (standing != Standing.GOOD) {
        audit.refused(
            system(),
            "gateway.connect",
            new Target("gateway", id, name),
            "rule",
            standing.code(),
            "serial",
            connection.certificate().getSerialNumber().toString(16));
        return new Admission.Refused(standing.code(), standing.sentence());
      }
      store.shown(key, now);
      store.connected(id, hello, now);
      audit.done(
          system(),
          "gateway.connect",
          new Target("gateway", id, name),
          "version",
          hello.version(),
          "tunnel",
          hello.tunnelHost() + ":" + hello.tunnelPort());
      return new Admission.Admitted(
          new Welcome(desks.keys(), authority.certificates().certificate(), now),
          new Conversation(connection, name));
    });
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
      // It may have lost its place since it was let in, when nobody could find it to say so.
      fence.hold(connection);
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
}
