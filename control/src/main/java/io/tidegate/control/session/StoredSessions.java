package io.tidegate.control.session;

import io.tidegate.control.access.Grant;
import io.tidegate.control.access.GrantExpiry;
import io.tidegate.control.access.GrantState;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.gateways.Authority;
import io.tidegate.control.gateways.GatewayChoice;
import io.tidegate.control.gateways.GatewayRegistry;
import io.tidegate.control.identity.Presence;
import io.tidegate.control.lease.LeaseTerms;
import io.tidegate.control.lease.Leases;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Names;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.session.SessionState.EndReason;
import io.tidegate.link.GatewayConnection;
import io.tidegate.link.LeaseOutcome;
import io.tidegate.link.RecordedEntry;
import io.tidegate.link.RecordingQuery;
import io.tidegate.link.RecordingReader;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.trust.Validity;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Sessions: intent first, then the lease, then what the gateway said. */
@Service
class StoredSessions implements Sessions {
  private static final int MOST_PER_GRANT = 20;
  private static final int MOST_COMMANDS = 500;
  private static final int MOST_LATER = 1_000;
  private static final Duration CERTIFICATE_AFTER_END = Duration.ofMinutes(5);
  private static final Duration PAGE_TIME = Duration.ofSeconds(10);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final int MOST_FOLLOWED = 8;
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
  private static final Duration QUIET = Duration.ofSeconds(15);
  private static final Pattern ADDRESS =
      Pattern.compile("(localhost|[0-9.]{7,15}|\\[[0-9a-fA-F:]+]|[A-Za-z0-9.-]{1,253}):[0-9]{1,5}");

  private final SessionStore store;
  private final GrantExpiry grants;
  private final Leases leases;
  private final GatewayRegistry gateways;
  private final GatewayChoice choice;
  private final Resources resources;
  private final Authority authority;
  private final Presence presence;
  private final Database database;
  private final Audit audit;
  private final Changes changes;
  private final ControlSettings settings;
  private final Json json;
  private final Ids ids;
  private final InstantSource clock;

  /** How many live views each person has open: what a gateway reads at once is shared by all. */
  private final Map<String, Integer> followed = new ConcurrentHashMap<>();

  StoredSessions(
      SessionStore store,
      GrantExpiry grants,
      Leases leases,
      GatewayRegistry gateways,
      GatewayChoice choice,
      Resources resources,
      Authority authority,
      Presence presence,
      Database database,
      Audit audit,
      Changes changes,
      ControlSettings settings,
      Json json,
      Ids ids,
      InstantSource clock) {
    this.store = store;
    this.grants = grants;
    this.leases = leases;
    this.gateways = gateways;
    this.choice = choice;
    this.resources = resources;
    this.authority = authority;
    this.presence = presence;
    this.database = database;
    this.audit = audit;
    this.changes = changes;
    this.settings = settings;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
  }

  /** What was written down before the lease left. */
  private record Intent(String sessionId, LeaseTerms terms, GatewayConnection gateway) {}

  @Override
  public Started start(Actor actor, String grantId, Draft draft) {
    PublicKey key = ClientKeys.read(draft.publicKeyPem());
    if (!ADDRESS.matcher(draft.advertisedAddress()).matches()) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "advertisedAddress must be the host:port of your own listener.");
    }
    String localAuth = localAuth(draft.localAuth());
    String clientName = Names.text("clientName", draft.clientName());
    Intent intent =
        audit.act(
            actor,
            "session.start",
            Target.of("grant", grantId),
            () -> intend(actor, grantId, key, localAuth, clientName, draft.advertisedAddress()));
    LeaseOutcome outcome =
        leases.push(intent.gateway(), intent.terms().leaseId(), settings.leaseTimeout());
    Session session = settle(actor, intent, outcome);
    X509Certificate certificate =
        authority
            .certificates()
            .issueClient(
                key,
                intent.terms().leaseId(),
                Validity.until(clock.instant(), session.expiresAt().plus(CERTIFICATE_AFTER_END)));
    return new Started(
        session,
        Pem.certificate(certificate) + authority.certificates().certificatePem(),
        authority.certificates().certificatePem(),
        intent.gateway().hello().tunnelHost(),
        intent.gateway().hello().tunnelPort(),
        Certificates.gatewayServerName(intent.gateway().gatewayId()),
        session.expiresAt());
  }

  private @Nullable String localAuth(@Nullable LocalAuth auth) {
    if (auth == null) {
      return null;
    }
    try {
      Base64.Decoder base64 = Base64.getDecoder();
      boolean whole =
          base64.decode(auth.storedKey()).length == 32
              && base64.decode(auth.serverKey()).length == 32
              && base64.decode(auth.salt()).length >= 8
              && auth.iterations() >= 4096
              && auth.iterations() <= 1_000_000;
      if (!whole) {
        throw badLocalAuth();
      }
    } catch (IllegalArgumentException e) {
      throw badLocalAuth();
    }
    return json.write(
        Map.of(
            "salt",
            auth.salt(),
            "iterations",
            Integer.toString(auth.iterations()),
            "storedKey",
            auth.storedKey(),
            "serverKey",
            auth.serverKey()));
  }

  private static Refused badLocalAuth() {
    return new Refused(
        ErrorCode.BAD_INPUT,
        "localAuth must be a SCRAM-SHA-256 verifier of 4096 to 1000000 iterations, in base64.");
  }

  private Intent intend(
      Actor actor,
      String grantId,
      PublicKey key,
      @Nullable String localAuth,
      String clientName,
      String advertisedAddress) {
    Instant now = clock.instant();
    Grant grant =
        grants
            .find(grantId)
            .filter(g -> actor.is(g.grantee().id()))
            .orElseThrow(() -> Refused.notFound("grant", grantId));
    requireLive(grant, now);
    if (store.liveUnder(grantId) >= MOST_PER_GRANT) {
      throw new Refused(
          ErrorCode.SESSION_LIMIT, "The grant has " + MOST_PER_GRANT + " live sessions already.");
    }
    Resource resource =
        resources.resource(
            Actor.system(actor.organizationId()), grant.projectId(), grant.resourceId());
    GatewayConnection gateway =
        choice
            .choose(resource.gatewayName())
            .orElseThrow(() ->
                new Refused(
                    ErrorCode.GATEWAY_OFFLINE,
                    resource.gatewayName() == null
                        ? "No gateway is connected."
                        : "The gateway "
                            + resource.gatewayName()
                            + " of this resource is not connected."));
    String sessionId = ids.next("ses");
    LeaseTerms terms =
        new LeaseTerms(
            ids.next("lse"),
            sessionId,
            gateway.gatewayId(),
            HexFormat.of().formatHex(Certificates.spkiSha256(key)),
            localAuth,
            grant.expiresAt());
    store.insert(
        new Session(
            sessionId,
            grantId,
            actor.ref(),
            grant.projectId(),
            grant.projectName(),
            grant.resourceId(),
            grant.resourceName(),
            grant.accountId(),
            grant.accountName(),
            gateway.gatewayId(),
            gateway.hello().name(),
            new SessionState.Starting(),
            clientName,
            null,
            Session.Counters.NONE,
            now,
            grant.expiresAt(),
            null,
            1),
        advertisedAddress);
    leases.want(terms, now);
    audit.done(
        actor,
        "session.start",
        new Target("session", sessionId, title(grant)),
        "grant",
        grantId,
        "gateway",
        gateway.hello().name(),
        "client",
        clientName);
    changes.changed(sessionId);
    return new Intent(sessionId, terms, gateway);
  }

  private static String title(Grant grant) {
    return grant.projectName() + "/" + grant.resourceName() + "/" + grant.accountName();
  }

  private static void requireLive(Grant grant, Instant now) {
    if (grant.state() instanceof GrantState.Ended ended) {
      throw new Refused(
          ErrorCode.GRANT_ENDED, "The grant has ended: " + ended.reason().sentence() + ".");
    }
    if (!grant.livesAt(now)) {
      throw new Refused(ErrorCode.GRANT_ENDED, "The grant expired at " + grant.expiresAt() + ".");
    }
  }

  /** Writes down what the gateway answered. */
  private Session settle(Actor actor, Intent intent, LeaseOutcome outcome) {
    String sessionId = intent.sessionId();
    String leaseId = intent.terms().leaseId();
    Target target = Target.of("session", sessionId);
    Instant now = clock.instant();
    return switch (outcome) {
      case LeaseOutcome.Installed _ -> {
        boolean active =
            database.inTransaction(() -> {
              boolean moved = store.activate(sessionId, now) && leases.held(leaseId, now);
              changes.changed(sessionId);
              return moved;
            });
        if (!active) {
          changes.changed(Reconciler.DUE);
          throw new Refused(
              ErrorCode.GRANT_ENDED, "The grant ended while the session was being started.");
        }
        yield store.find(sessionId).orElseThrow();
      }
      case LeaseOutcome.Rejected rejected -> {
        SessionState.Failed failed = new SessionState.Starting().fail(rejected.sentence(), now);
        database.inTransaction(() -> {
          store.fail(sessionId, failed);
          leases.gone(leaseId, now);
          audit.refused(
              actor,
              "session.start",
              target,
              "rule",
              ErrorCode.GATEWAY_REFUSED.code(),
              "code",
              rejected.code(),
              "why",
              rejected.sentence());
          changes.changed(sessionId);
        });
        throw new Refused(ErrorCode.GATEWAY_REFUSED, sentence(rejected.sentence()));
      }
      case LeaseOutcome.Unanswered unanswered -> {
        // It may have arrived all the same: closing takes it back for certain.
        SessionState.Closing closing =
            new SessionState.Starting()
                .end(EndReason.NEVER_STARTED, Actor.SYSTEM, unanswered.sentence(), now);
        database.inTransaction(() -> {
          if (store.close(sessionId, closing)) {
            leases.revoking(leaseId, now);
          }
          audit.refused(
              actor,
              "session.start",
              target,
              "rule",
              ErrorCode.GATEWAY_TIMEOUT.code(),
              "why",
              unanswered.sentence());
          changes.changed(sessionId);
        });
        changes.changed(Reconciler.DUE);
        throw new Refused(ErrorCode.GATEWAY_TIMEOUT, sentence(unanswered.sentence()));
      }
    };
  }

  private static String sentence(String text) {
    String whole = text.isEmpty() ? "The gateway gave no reason" : text;
    String first = whole.substring(0, 1).toUpperCase(Locale.ROOT) + whole.substring(1);
    return first.endsWith(".") ? first : first + ".";
  }

  @Override
  public Page<Session> list(Actor actor, @Nullable Boolean live, Page.Ask ask) {
    String person = actor.administersAnything() ? null : actor.userId();
    int wanted = ask.limit() + 1;
    List<Session> found = new ArrayList<>();
    String before = ask.after().isEmpty() ? "zzzz" : ask.after();
    while (true) {
      List<Session> rows = store.list(person, live, before, wanted);
      rows.stream()
          .filter(session -> sees(actor, session))
          .limit(wanted - (long) found.size())
          .forEach(found::add);
      if (rows.size() < wanted || found.size() >= wanted) {
        return Page.cut(found, ask, Session::id);
      }
      before = rows.getLast().id();
    }
  }

  private static boolean sees(Actor actor, Session session) {
    return actor.is(session.person().id()) || actor.administers(session.projectId());
  }

  @Override
  public Session session(Actor actor, String sessionId) {
    return store
        .find(sessionId)
        .filter(session -> sees(actor, session))
        .orElseThrow(() -> Refused.notFound("session", sessionId));
  }

  @Override
  public boolean mayEnd(Actor actor, Session session) {
    return session.state().status().isLive() && sees(actor, session);
  }

  @Override
  public Session end(Actor actor, String sessionId, String reason) {
    String note = Names.text("reason", reason);
    Session ended =
        audit.endingAct(
            actor,
            "session.end",
            Target.of("session", sessionId),
            () -> {
              Session session = session(actor, sessionId);
              EndReason why =
                  actor.is(session.person().id()) ? EndReason.CLOSED : EndReason.ENDED_BY_ADMIN;
              Instant now = clock.instant();
              SessionState.Closing closing =
                  switch (session.state()) {
                    case SessionState.Starting starting ->
                        starting.end(why, actor.username(), note, now);
                    case SessionState.Active active -> active.end(why, actor.username(), note, now);
                    // Ending twice is what a hurried person does; the first time counts.
                    case SessionState.Closing closed -> closed;
                    case SessionState.Over _, SessionState.Failed _ ->
                        throw new Refused(
                            ErrorCode.STATE_CONFLICT, "The session has ended already.");
                  };
              if (store.close(sessionId, closing)) {
                store.leaseOf(sessionId).ifPresent(lease -> leases.revoking(lease, now));
                audit.done(
                    actor,
                    "session.end",
                    new Target(
                        "session",
                        sessionId,
                        session.projectName()
                            + "/"
                            + session.resourceName()
                            + "/"
                            + session.accountName()),
                    "reason",
                    why.name(),
                    "note",
                    note);
                changes.changed(sessionId);
              }
              return session(actor, sessionId);
            });
    changes.changed(Reconciler.DUE);
    return ended;
  }

  @Override
  public CommandPage commands(Actor actor, String sessionId, long after, int limit) {
    Session session = session(actor, sessionId);
    if (limit < 1 || limit > MOST_COMMANDS) {
      throw new Refused(ErrorCode.BAD_INPUT, "limit must be between 1 and " + MOST_COMMANDS + ".");
    }
    GatewayConnection gateway =
        gateways
            .connection(session.gatewayId())
            .orElseThrow(() ->
                new Refused(
                    ErrorCode.RECORDING_UNAVAILABLE,
                    "The gateway " + session.gatewayName() + " is not connected."));
    Recordings recordings = new Recordings();
    List<RecordedEntry> entries = read(gateway, sessionId, index(after), limit + 1);
    boolean more = entries.size() > limit;
    List<RecordedEntry> page = more ? entries.subList(0, limit) : entries;
    List<RecordedCommand> commands = recordings.read(page);
    long last = page.isEmpty() ? after : page.getLast().index() + 1;
    if (more && recordings.waits()) {
      // Outcomes that stand on a later page belong to the intents of this one.
      commands =
          replaced(
              commands,
              recordings.read(read(gateway, sessionId, page.getLast().index(), MOST_LATER)));
    }
    return new CommandPage(commands, last, more);
  }

  /** Cursors are one more than the ledger's index, so that 0 is before everything. */
  private static long index(long after) {
    if (after < 0) {
      throw new Refused(ErrorCode.BAD_INPUT, "after must be 0 or the 'last' of a page.");
    }
    return after - 1;
  }

  private static List<RecordedCommand> replaced(
      List<RecordedCommand> commands, List<RecordedCommand> later) {
    return commands.stream()
        .map(command ->
            later.stream()
                .filter(l -> l.sequence() == command.sequence())
                .findFirst()
                .orElse(command))
        .toList();
  }

  private static List<RecordedEntry> read(
      GatewayConnection gateway, String sessionId, long afterIndex, int limit) {
    List<RecordedEntry> entries = new ArrayList<>();
    try (RecordingReader reader = gateway.read(RecordingQuery.page(sessionId, afterIndex, limit))) {
      long end = System.nanoTime() + PAGE_TIME.toNanos();
      while (true) {
        Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
        switch (reader.next(left)) {
          case RecordingReader.Part.Entries part -> entries.addAll(part.entries());
          case RecordingReader.Part.Done _ -> {
            return entries;
          }
          case RecordingReader.Part.Nothing _ -> {
            if (System.nanoTime() >= end) {
              throw new Refused(
                  ErrorCode.RECORDING_UNAVAILABLE, "The gateway did not send it in time.");
            }
          }
          case RecordingReader.Part.Failed failed ->
              throw new Refused(ErrorCode.RECORDING_UNAVAILABLE, sentence(failed.sentence()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused(ErrorCode.RECORDING_UNAVAILABLE, "Reading was interrupted.");
    }
  }

  @Override
  public void follow(
      Actor actor, String sessionId, long after, Duration atMost, Consumer<Update> sink) {
    Session session = session(actor, sessionId);
    if (followed.merge(actor.userId(), 1, Integer::sum) > MOST_FOLLOWED) {
      unfollowed(actor);
      throw new Refused(
          ErrorCode.TOO_MANY_VIEWS, "You follow " + MOST_FOLLOWED + " sessions already.");
    }
    try {
      follow(actor, session, after, atMost, sink);
    } finally {
      unfollowed(actor);
    }
  }

  private void unfollowed(Actor actor) {
    followed.computeIfPresent(actor.userId(), (_, count) -> count > 1 ? count - 1 : null);
  }

  private void follow(
      Actor who, Session first, long after, Duration atMost, Consumer<Update> sink) {
    Actor actor = who;
    Session session = first;
    String sessionId = first.id();
    long looked = System.nanoTime();
    long end = System.nanoTime() + atMost.toNanos();
    long spoke = System.nanoTime();
    long last = after;
    Recordings recordings = new Recordings();
    RecordingReader reader = null;
    boolean finished = false;
    try (Changes.Watch watch = changes.watch(sessionId)) {
      // Read again under the watch: what changed before it began would never be told.
      session = session(actor, sessionId);
      sink.accept(new Update.Changed(session));
      while (System.nanoTime() < end) {
        if (System.nanoTime() - looked > LOOK_AGAIN.toNanos()) {
          // The view must not outlive the right to it.
          Optional<Actor> present = presence.now(actor);
          if (present.isEmpty() || !sees(present.get(), session)) {
            return;
          }
          actor = present.get();
          looked = System.nanoTime();
        }
        if (reader == null && !finished) {
          Optional<GatewayConnection> gateway = gateways.connection(session.gatewayId());
          if (gateway.isPresent()) {
            reader = gateway.get().read(RecordingQuery.tail(sessionId, index(last)));
          }
        }
        boolean drained = reader == null;
        if (reader != null) {
          switch (reader.next(TICK)) {
            case RecordingReader.Part.Entries part -> {
              last = part.entries().isEmpty() ? last : part.entries().getLast().index() + 1;
              sink.accept(new Update.Commands(recordings.read(part.entries()), last));
              spoke = System.nanoTime();
            }
            case RecordingReader.Part.Nothing _ -> drained = true;
            case RecordingReader.Part.Done _ -> {
              reader.close();
              reader = null;
              finished = true;
              drained = true;
            }
            case RecordingReader.Part.Failed _ -> {
              reader.close();
              reader = null;
              drained = true;
            }
          }
        }
        if (watch.await(drained && reader == null ? TICK : Duration.ZERO) != null) {
          session = session(actor, sessionId);
          sink.accept(new Update.Changed(session));
          spoke = System.nanoTime();
        }
        if (drained && !session.state().status().isLive()) {
          return;
        }
        if (System.nanoTime() - spoke > QUIET.toNanos()) {
          sink.accept(new Update.Quiet());
          spoke = System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (reader != null) {
        reader.close();
      }
    }
  }
}
