package io.tidegate.control.gateways;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.JoinToken;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Gateways and join tokens in the database. */
@Service
class StoredGateways implements Gateways, GatewayChoice {
  private static final Duration TOKEN_LIFE = Duration.ofHours(1);

  private final GatewayStore store;
  private final GatewayRegistry registry;
  private final Authority authority;
  private final Audit audit;
  private final Changes changes;
  private final SecureRandom random;
  private final InstantSource clock;

  StoredGateways(
      GatewayStore store,
      GatewayRegistry registry,
      Authority authority,
      Audit audit,
      Changes changes,
      SecureRandom random,
      InstantSource clock) {
    this.store = store;
    this.registry = registry;
    this.authority = authority;
    this.audit = audit;
    this.changes = changes;
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
    if (row.retiredAt() != null) {
      status = Gateway.Status.RETIRED;
    } else if (registry.connection(row.id()).isPresent()) {
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
        row.createdAt(),
        store.certifiedUntil(row.id()),
        row.retiredAt(),
        row.retiredBy());
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
          if (name.equals(EMBEDDED) && !actor.is(Actor.SYSTEM)) {
            throw new Refused(
                ErrorCode.BAD_INPUT,
                "name cannot be '" + EMBEDDED + "': that is the gateway in this server.",
                "Choose another name.");
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
          return new Invitation(token.id(), name, new Secret(token.encoded()), expiresAt);
        });
  }

  @Override
  public Gateway retire(Actor actor, String reference, String reason) {
    return audit.endingAct(
        actor,
        "gateway.retire",
        new Target("gateway", reference, reference),
        () -> {
          if (!actor.runsInstallation()) {
            throw Refused.notAllowed("Only owners of the first organization retire gateways.");
          }
          GatewayStore.Row row =
              store.find(reference).orElseThrow(() -> Refused.notFound("gateway", reference));
          if (row.embedded()) {
            throw new Refused(
                ErrorCode.STATE_CONFLICT,
                "The gateway in this server is part of it and cannot be retired.",
                "Point resources at other gateways, and no session goes through it.");
          }
          String why = Names.text("reason", reason);
          Instant now = clock.instant();
          if (store.retire(row.id(), actor.username(), now)) {
            store.revokeKeys(row.id(), null, "retired", now);
            int tokens = store.revokeTokensOf(row.name(), now);
            audit.done(
                actor,
                "gateway.retire",
                new Target("gateway", row.id(), row.name()),
                "reason",
                why,
                "sessions",
                Integer.toString(store.liveSessions(row.id())),
                "tokens",
                Integer.toString(tokens));
            changes.changed(row.id());
          }
          return store.find(row.id()).map(this::shown).orElseThrow();
        });
  }

  @Override
  public boolean recognizes(X509Certificate certificate) {
    String id = Certificates.gatewayIdOf(certificate);
    return id != null
        && clock.instant().isBefore(certificate.getNotAfter().toInstant())
        && store.standing(id, GatewayStore.keyOf(certificate)) == Standing.GOOD;
  }

  @Override
  public List<OpenInvitation> openJoinTokens(Actor actor) {
    if (!actor.runsInstallation()) {
      throw Refused.notAllowed("Only owners of the first organization see join tokens.");
    }
    return store.openTokens(clock.instant());
  }

  @Override
  public void revokeJoinToken(Actor actor, String id) {
    audit.<Boolean>endingAct(
        actor,
        "gateway.token-revoke",
        new Target("join-token", id, ""),
        () -> {
          if (!actor.runsInstallation()) {
            throw Refused.notAllowed("Only owners of the first organization revoke join tokens.");
          }
          GatewayStore.TokenRow token =
              store.token(id).orElseThrow(() -> Refused.notFound("join token", id));
          if (token.usedAt() != null) {
            throw new Refused(
                ErrorCode.STATE_CONFLICT,
                "The join token was used already.",
                "Retire the gateway '" + token.name() + "' if it must not stay.");
          }
          boolean revoked = store.revokeToken(id, clock.instant());
          if (revoked) {
            audit.done(actor, "gateway.token-revoke", new Target("join-token", id, token.name()));
          }
          return revoked;
        });
  }

  @Override
  public Optional<GatewayConnection> choose(@Nullable String gatewayName) {
    if (gatewayName != null) {
      return store
          .find(gatewayName)
          .filter(row -> row.retiredAt() == null)
          .flatMap(row -> registry.connection(row.id()));
    }
    return registry.connected().stream()
        .filter(connection ->
            store.find(connection.gatewayId()).filter(row -> row.retiredAt() == null).isPresent())
        .min(
            Comparator.comparing(
                    (GatewayConnection c) -> !c.hello().name().equals(Gateways.EMBEDDED))
                .thenComparing(GatewayConnection::gatewayId));
  }
}
