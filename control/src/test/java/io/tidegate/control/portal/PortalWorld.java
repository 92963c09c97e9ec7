package io.tidegate.control.portal;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.access.AccessRequest;
import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.access.AccountSetup;
import io.tidegate.control.access.Catalogue;
import io.tidegate.control.access.Grant;
import io.tidegate.control.access.GrantState;
import io.tidegate.control.access.Grants;
import io.tidegate.control.access.RequestState;
import io.tidegate.control.audit.AuditEvent;
import io.tidegate.control.audit.AuditTrail;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.gateways.Gateway;
import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.identity.DeviceLogins;
import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Tenancy;
import io.tidegate.control.session.RecordedCommand;
import io.tidegate.control.session.RecordedCommand.Decision;
import io.tidegate.control.session.Session;
import io.tidegate.control.session.SessionState;
import io.tidegate.control.session.Sessions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A small organization in memory, behind the services that the portal asks. */
final class PortalWorld {
  static final String SHOP = "0a0000000000000000000001";
  static final String FINANCE = "0a0000000000000000000002";
  static final String ORG = "0a0000000000000000000000";

  final InstantSource clock;
  final Instant born;
  final Map<String, Actor> actors = new LinkedHashMap<>();
  final List<Resource> resourceRows = new ArrayList<>();
  final List<Account> accountRows = new ArrayList<>();
  final List<AccessFlow> flowRows = new ArrayList<>();
  final List<AccessRequest> requestRows = new ArrayList<>();
  final List<Grant> grantRows = new ArrayList<>();
  final List<Session> sessionRows = new ArrayList<>();
  final Map<String, List<RecordedCommand>> recordings = new LinkedHashMap<>();
  final List<AuditEvent> eventRows = new ArrayList<>();
  final List<Gateway> gatewayRows = new ArrayList<>();
  final List<Gateways.OpenInvitation> invitations = new ArrayList<>();
  final List<String> calls = new ArrayList<>();
  List<AuditTrail.Finding> findings = List.of();

  final AccessRequests requests = new FakeRequests();
  final Grants grants = new FakeGrants();
  final Sessions sessions = new FakeSessions();
  final Catalogue catalogue = new FakeCatalogue();
  final Resources resources = new FakeResources();
  final AccessFlows flows = new FakeFlows();
  final AccountSetup setup = new FakeAccountSetup();
  final Projects projects = new FakeProjects();
  final Gateways gateways = new FakeGateways();
  final AuditTrail trail = new FakeTrail();
  final People people = new FakePeople();
  final DeviceLogins devices = new FakeDevices();

  PortalWorld(InstantSource clock) {
    this.clock = clock;
    this.born = clock.instant();
    person("engineer", "Ines Engel", Role.GROUP_READ_ONLY, SHOP);
    person("dario", "Dario Duarte", Role.GROUP_READ_ONLY, SHOP);
    person("owner", "Olga Owens", Role.GROUP_OWNER, SHOP);
    person("security", "Samir Seck", Role.ORG_OWNER, null);
    person("support", "Vera Vance", Role.VENDOR, null);
    person("newcomer", "Noa Neumann", Role.GROUP_READ_ONLY, SHOP);
  }

  private static final Tenancy ONE_ORGANIZATION =
      new Tenancy() {
        @Override
        public boolean contains(String organizationId, String projectId) {
          return organizationId.equals(ORG);
        }

        @Override
        public boolean isHome(String organizationId) {
          return organizationId.equals(ORG);
        }
      };

  private void person(String username, String name, Role role, @Nullable String project) {
    actors.put(
        username,
        new Actor(
            "usr_" + username,
            username,
            name,
            ORG,
            List.of(new Actor.Assignment(role, ORG, project)),
            "portal 127.0.0.1",
            ONE_ORGANIZATION));
  }

  Actor actor(String username) {
    Actor actor = actors.get(username);
    if (actor == null) {
      throw new IllegalArgumentException(username);
    }
    return actor;
  }

  private PersonRef ref(String username) {
    return actor(username).ref();
  }

  /** Fills it with a working day. */
  PortalWorld lived() {
    Resource orders =
        resource(
            "orders-db",
            SHOP,
            "shop",
            "Orders, payments and customers, production",
            "mongodb://orders-1.db.internal:27017,orders-2.db.internal:27017/?replicaSet=rs0");
    Resource catalog =
        resource(
            "catalog-staging",
            SHOP,
            "shop",
            "Products, staging",
            "mongodb://catalog.stage.internal:27017");
    Resource billing =
        resource("billing", FINANCE, "finance", "Invoices", "mongodb+srv://billing.db.internal");
    account(
        orders,
        "readonly",
        "Looking things up",
        "read",
        "shop",
        AccessFlow.Approval.AUTO,
        8,
        false);
    account(
        orders,
        "readwrite",
        "Repairs by hand",
        "readWrite",
        "shop",
        AccessFlow.Approval.APPROVER,
        1,
        true);
    account(catalog, "readwrite", "", "readWrite", "catalog", AccessFlow.Approval.AUTO, 8, false);
    account(billing, "readonly", "", "read", "billing", AccessFlow.Approval.APPROVER, 4, true);

    Grant open = grant("01", orders, 0, "engineer", ago(17), Duration.ofHours(1), "");
    Grant low =
        grant(
            "02",
            catalog,
            2,
            "engineer",
            ago(56),
            Duration.ofHours(1),
            "INC-2291, reindex the catalogue");
    Grant dario =
        grant(
            "03",
            orders,
            1,
            "dario",
            ago(22),
            Duration.ofHours(1),
            "Refund stuck for order 88213, INC-2290");
    pending("10", orders, 1, "dario", ago(4), "Refund stuck for order 88214, INC-2294.");
    pending(
        "11", orders, 1, "engineer", ago(2), "Correct two shipping addresses by hand, INC-2296.");
    past("20", orders, 1, "engineer", ago(60 * 26), "Refund stuck, INC-2204", true);
    past("21", orders, 1, "dario", ago(60 * 49), "Delete test orders", false);
    past("22", catalog, 2, "engineer", ago(60 * 72), "", true);

    session("01", open, "engineer", ago(16), null, 214, "mongosh 2.5.8");
    session("03", dario, "dario", ago(20), null, 41, "Compass 1.46");
    session(
        "04",
        low,
        "engineer",
        ago(60 * 5),
        new SessionState.Over(SessionState.EndReason.CLOSED, "engineer", "", ago(60 * 5 - 22)),
        67,
        "PyMongo 4.15");
    session(
        "05",
        dario,
        "dario",
        ago(60 * 27),
        new SessionState.Over(
            SessionState.EndReason.ENDED_BY_ADMIN,
            "security",
            "Looks like a bulk export; call me.",
            ago(60 * 27 - 9)),
        318,
        "nodejs 6.20");
    session(
        "06",
        low,
        "engineer",
        ago(60 * 30),
        new SessionState.Over(SessionState.EndReason.EXPIRED, "tidegate", "", ago(60 * 29)),
        12,
        "mongosh 2.5.8");
    session(
        "07",
        open,
        "engineer",
        ago(60 * 50),
        new SessionState.Failed("the stored password was refused by the target", ago(60 * 50)),
        0,
        "tidegate-cli");

    gatewayRows.add(
        new Gateway(
            "gtw_1",
            "embedded",
            Gateway.Status.ONLINE,
            "0.1.0",
            "127.0.0.1:8421",
            true,
            clock.instant(),
            2,
            ago(60 * 90),
            clock.instant().plusSeconds(3600 * 90),
            null,
            null));
    gatewayRows.add(
        new Gateway(
            "gtw_2",
            "frankfurt-1",
            Gateway.Status.OFFLINE,
            "0.1.0",
            "10.4.0.7:8421",
            false,
            ago(37),
            0,
            ago(60 * 90),
            clock.instant().plusSeconds(3600 * 50),
            null,
            null));
    gatewayRows.add(
        new Gateway(
            "gtw_3",
            "lisbon-1",
            Gateway.Status.REGISTERED,
            null,
            null,
            false,
            null,
            0,
            ago(8),
            null,
            null,
            null));
    gatewayRows.add(
        new Gateway(
            "gtw_4",
            "oslo-1",
            Gateway.Status.RETIRED,
            "0.1.0",
            "10.9.0.7:8421",
            false,
            ago(60 * 30),
            0,
            ago(60 * 90),
            null,
            ago(60 * 29),
            "security"));
    invitations.add(
        new Gateways.OpenInvitation(
            "0123456789abcdef0123456789abcdef",
            "madrid-2",
            "security",
            ago(4),
            clock.instant().plusSeconds(3300)));

    event(
        "engineer",
        "request.create",
        "request",
        "req_11",
        "readwrite on orders-db",
        AuditEvent.Outcome.DONE,
        Map.of("reason", "INC-2296"),
        ago(2));
    event(
        "engineer",
        "request.approve",
        "request",
        "req_11",
        "readwrite on orders-db",
        AuditEvent.Outcome.REFUSED,
        Map.of("rule", "own-request"),
        ago(1));
    event(
        "engineer",
        "session.start",
        "session",
        "ses_01",
        "orders-db",
        AuditEvent.Outcome.DONE,
        Map.of("gateway", "embedded", "client", "mongosh 2.5.8"),
        ago(16));
    event(
        "tidegate",
        "command.refuse",
        "session",
        "ses_01",
        "orders-db",
        AuditEvent.Outcome.REFUSED,
        Map.of(
            "rule",
            "outside-lease",
            "command",
            "aggregate",
            "touches",
            "hr.salaries",
            "why",
            "tidegate: rule outside-lease denies aggregate on shop.orders: the lease does not cover"
                + " find on hr.salaries; request access that does at http://here/resources/res_1",
            "times",
            "1",
            "longest",
            "PT1H"),
        ago(9));
    event(
        "owner",
        "request.approve",
        "request",
        "req_03",
        "readwrite on orders-db",
        AuditEvent.Outcome.DONE,
        Map.of("reason", "go ahead"),
        ago(22));
    event(
        "security",
        "gateway.invite",
        "gateway",
        "gtw_3",
        "lisbon-1",
        AuditEvent.Outcome.DONE,
        Map.of(),
        ago(8));
    event(
        "owner",
        "login",
        "person",
        "usr_owner",
        "owner",
        AuditEvent.Outcome.DONE,
        Map.of(),
        ago(50));
    return this;
  }

  private Instant ago(long minutes) {
    return born.minus(Duration.ofMinutes(minutes));
  }

  Resource resource(
      String name, String project, String projectName, String description, String uri) {
    Resource resource =
        new Resource(
            "res_" + name,
            project,
            projectName,
            name,
            description,
            uri,
            "admin",
            new Resource.TlsOptions(true, true, null),
            null,
            null,
            null,
            1,
            born,
            born);
    resourceRows.add(resource);
    return resource;
  }

  private void account(
      Resource resource,
      String name,
      String description,
      String role,
      String db,
      AccessFlow.Approval approval,
      int hours,
      boolean reason) {
    Account account =
        new Account(
            "acc_" + accountRows.size(),
            resource.id(),
            name,
            description,
            List.of(new Account.RoleBinding(role, db)),
            false,
            1,
            born,
            born);
    accountRows.add(account);
    flowRows.add(
        new AccessFlow(
            "flw_" + account.id(),
            account.id(),
            approval,
            List.of(),
            List.of(),
            Duration.ofHours(1),
            Duration.ofHours(hours),
            reason,
            1,
            born,
            born));
  }

  private Grant grant(
      String id,
      Resource resource,
      int account,
      String who,
      Instant at,
      Duration length,
      String reason) {
    Grant grant =
        new Grant(
            "grt_" + id,
            "req_" + id,
            ref(who),
            resource.projectId(),
            resource.projectName(),
            resource.id(),
            resource.name(),
            "acc_" + account,
            accountRows.get(account).name(),
            new GrantState.Active(),
            at,
            at.plus(length),
            reason,
            1);
    grantRows.add(grant);
    requestRows.add(
        request(
            "req_" + id,
            resource,
            account,
            who,
            at.minusSeconds(140),
            reason,
            new RequestState.Active(grant.id()),
            flowRows.get(account).approval() == AccessFlow.Approval.AUTO
                ? null
                : new AccessRequest.Decision(ref("owner"), true, "go ahead", at),
            List.of()));
    return grant;
  }

  private void pending(
      String id, Resource resource, int account, String who, Instant at, String reason) {
    requestRows.add(
        request(
            "req_" + id,
            resource,
            account,
            who,
            at,
            reason,
            new RequestState.PendingApproval(at.plus(Duration.ofHours(3))),
            null,
            List.of(ref("owner"))));
  }

  private void past(
      String id,
      Resource resource,
      int account,
      String who,
      Instant at,
      String reason,
      boolean approved) {
    Instant decided = at.plus(Duration.ofMinutes(3));
    if (approved) {
      grantRows.add(
          new Grant(
              "grt_" + id,
              "req_" + id,
              ref(who),
              resource.projectId(),
              resource.projectName(),
              resource.id(),
              resource.name(),
              "acc_" + account,
              accountRows.get(account).name(),
              new GrantState.Ended(
                  GrantState.EndReason.EXPIRED, "tidegate", "", decided.plus(Duration.ofHours(1))),
              decided,
              decided.plus(Duration.ofHours(1)),
              reason,
              2));
    }
    requestRows.add(
        request(
            "req_" + id,
            resource,
            account,
            who,
            at,
            reason,
            approved
                ? new RequestState.Ended("grt_" + id, decided.plus(Duration.ofHours(1)))
                : new RequestState.Rejected(ref("owner"), "use the refund tool", decided),
            flowRows.get(account).approval() == AccessFlow.Approval.AUTO
                ? null
                : new AccessRequest.Decision(
                    ref("owner"), approved, approved ? "" : "use the refund tool", decided),
            List.of()));
  }

  AccessRequest request(
      String id,
      Resource resource,
      int account,
      String who,
      Instant at,
      String reason,
      RequestState state,
      AccessRequest.@Nullable Decision decision,
      List<PersonRef> approvers) {
    return new AccessRequest(
        id,
        resource.projectId(),
        resource.projectName(),
        resource.id(),
        resource.name(),
        "acc_" + account,
        accountRows.get(account).name(),
        ref(who),
        flowRows.get(account).approval(),
        flowRows.get(account).id(),
        1,
        Duration.ofHours(1),
        reason,
        state,
        decision,
        approvers,
        1,
        at,
        at);
  }

  private void session(
      String id,
      Grant grant,
      String who,
      Instant at,
      @Nullable SessionState state,
      int commands,
      String driver) {
    boolean live = state == null;
    List<RecordedCommand> recorded =
        commands(
            at,
            commands,
            switch (state) {
              case SessionState.Over over -> over.at();
              case null, default -> born;
            });
    long refused = recorded.stream().filter(c -> !c.decision().allowed()).count();
    SessionState is = state == null ? new SessionState.Active(at) : state;
    Instant ended =
        switch (is) {
          case SessionState.Over over -> over.at();
          case SessionState.Failed failed -> failed.at();
          case SessionState.Starting _, SessionState.Active _, SessionState.Closing _ -> null;
        };
    sessionRows.add(
        new Session(
            "ses_" + id,
            grant.id(),
            ref(who),
            grant.projectId(),
            grant.projectName(),
            grant.resourceId(),
            grant.resourceName(),
            grant.accountId(),
            grant.accountName(),
            "gtw_1",
            "embedded",
            is,
            "tidegate-cli",
            driver,
            new Session.Counters(
                live ? 3 : 0,
                5,
                commands,
                refused,
                41_300L + commands * 310L,
                1_880_400L + commands * 9000L),
            at,
            live ? grant.expiresAt() : at.plus(Duration.ofHours(1)),
            ended,
            1));
    recordings.put("ses_" + id, recorded);
  }

  private static List<RecordedCommand> commands(Instant from, int n, Instant to) {
    Random random = new Random(42 + n);
    List<RecordedCommand> out = new ArrayList<>();
    long span = Duration.between(from, to).toMillis();
    for (int i = 1; i <= n; i++) {
      Instant at = from.plusMillis(span * i / (n + 1) + random.nextInt(900));
      out.add(
          switch (i % 17) {
            case 3 ->
                command(
                    i,
                    at,
                    "aggregate",
                    "orders",
                    "{\"aggregate\":\"orders\",\"pipeline\":[{\"$match\":{\"status\":\"paid\",\"createdAt\":{\"$gte\":{\"$date\":\"2026-11-01T00:00:00Z\"}}}},{\"$group\":{\"_id\":\"$country\",\"total\":{\"$sum\":\"$total\"}}},{\"$sort\":{\"total\":-1}}],\"cursor\":{},\"$db\":\"shop\"}",
                    Decision.FORWARDED,
                    null,
                    "ok, 312 documents",
                    44_000);
            case 5 ->
                command(
                    i,
                    at,
                    "getMore",
                    "customers",
                    "{\"getMore\":{\"$numberLong\":\"5520391170381121\"},\"collection\":\"customers\",\"$db\":\"shop\"}",
                    Decision.FORWARDED,
                    null,
                    "ok, 20 documents",
                    3_000);
            case 7 ->
                command(
                    i,
                    at,
                    "insert",
                    "orders",
                    "{\"insert\":\"orders\",\"documents\":[{\"_id\":{\"$oid\":\"68f0c2a1b7e04a1f2c9d3e55\"},\"total\":{\"$numberDecimal\":\"184.20\"},\"note\":\"<script>alert(1)</script>\"}],\"ordered\":true,\"$db\":\"shop\"}",
                    Decision.REFUSED,
                    "outside-lease",
                    null,
                    90);
            case 9 ->
                command(
                    i,
                    at,
                    "ping",
                    null,
                    "{\"ping\":1,\"$db\":\"admin\"}",
                    Decision.ANSWERED,
                    null,
                    "ok",
                    40);
            case 11 ->
                command(
                    i,
                    at,
                    "aggregate",
                    "orders",
                    "{\"aggregate\":\"orders\",\"pipeline\":[{\"$lookup\":{\"from\":{\"db\":\"hr\",\"coll\":\"salaries\"},\"as\":\"s\",\"pipeline\":[]}}],\"cursor\":{},\"$db\":\"shop\"}",
                    Decision.REFUSED,
                    "outside-lease",
                    null,
                    110);
            case 13 ->
                command(
                    i,
                    at,
                    "count",
                    "orders",
                    "{\"count\":\"orders\",\"query\":{\"status\":\"open\"},\"$db\":\"shop\"}",
                    Decision.FORWARDED,
                    null,
                    "ok, n=1204",
                    12_000);
            case 15 ->
                command(
                    i,
                    at,
                    "find",
                    "payments",
                    "{\"find\":\"payments\",\"filter\":{\"card\":{\"$regularExpression\":{\"pattern\":\"^4\",\"options\":\"\"}}},\"hint\":\"card_1\",\"$db\":\"shop\"}",
                    Decision.FORWARDED,
                    null,
                    "error 2 BadValue",
                    1_300);
            default ->
                command(
                    i,
                    at,
                    "find",
                    "customers",
                    "{\"find\":\"customers\",\"filter\":{\"country\":\"PT\",\"active\":true},\"sort\":{\"createdAt\":-1},\"limit\":20,\"lsid\":{\"id\":{\"$binary\":{\"base64\":\"aGVsbG8gdGlkZWdhdGUhIQ==\",\"subType\":\"04\"}}},\"$db\":\"shop\"}",
                    Decision.FORWARDED,
                    null,
                    "ok, 20 documents",
                    6_000);
          });
    }
    out.sort(Comparator.comparingLong(RecordedCommand::sequence));
    return out;
  }

  static RecordedCommand command(
      long n,
      Instant at,
      String name,
      @Nullable String collection,
      String body,
      Decision decision,
      @Nullable String rule,
      @Nullable String summary,
      long micros) {
    return new RecordedCommand(
        n,
        at,
        "conn-1",
        name,
        collection == null ? "admin" : "shop",
        collection,
        decision,
        rule,
        rule == null ? null : "The lease does not cover it: request access that does.",
        body,
        false,
        body.length(),
        summary == null
            ? null
            : new RecordedCommand.Outcome(
                !summary.startsWith("error"), 0, summary, micros, 18_840));
  }

  private void event(
      String who,
      String action,
      String type,
      String id,
      String name,
      AuditEvent.Outcome outcome,
      Map<String, String> detail,
      Instant at) {
    eventRows.add(
        new AuditEvent(
            eventRows.size() + 1,
            at,
            "usr_" + who,
            who,
            "portal 127.0.0.1",
            action,
            type,
            id,
            name,
            outcome,
            detail));
  }

  private static <T> Page<T> page(List<T> rows) {
    return new Page<>(rows, null);
  }

  private final class FakeRequests implements AccessRequests {
    @Override
    public Filed file(Actor actor, AccessRequests.Draft draft) {
      calls.add("file " + draft.resource() + " " + draft.account() + " " + draft.duration());
      if (draft.account().equals("readwrite") && draft.reason().isBlank()) {
        throw new Refused(ErrorCode.REASON_REQUIRED, "readwrite asks for a reason.");
      }
      return new Filed(requestRows.getFirst(), true);
    }

    @Override
    public AccessRequest dryRun(Actor actor, AccessRequests.Draft draft) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Page<AccessRequest> list(
        Actor actor, View view, Set<RequestState.Status> statuses, Page.Ask ask) {
      return page(
          requestRows.stream()
              .filter(r -> statuses.isEmpty() || statuses.contains(r.status()))
              .filter(r ->
                  switch (view) {
                    case MINE -> actor.is(r.requester().id());
                    case TO_APPROVE -> mayDecide(actor, r);
                    case ALL -> actor.is(r.requester().id()) || actor.administers(r.projectId());
                  })
              .sorted(Comparator.comparing(AccessRequest::createdAt).reversed())
              .toList());
    }

    @Override
    public AccessRequest request(Actor actor, String requestId) {
      return requestRows.stream()
          .filter(r -> r.id().equals(requestId))
          .filter(r -> actor.is(r.requester().id()) || actor.administers(r.projectId()))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("request", requestId));
    }

    @Override
    public AccessRequest await(Actor actor, String requestId, Duration atMost) {
      return request(actor, requestId);
    }

    @Override
    public AccessRequest approve(Actor actor, String requestId, String reason) {
      AccessRequest asked = request(actor, requestId);
      if (actor.is(asked.requester().id())) {
        throw new Refused(ErrorCode.OWN_REQUEST, "You asked for this yourself.");
      }
      calls.add("approve " + requestId);
      return asked;
    }

    @Override
    public AccessRequest deny(Actor actor, String requestId, String reason) {
      calls.add("deny " + requestId + " " + reason);
      return request(actor, requestId);
    }

    @Override
    public AccessRequest cancel(Actor actor, String requestId, String reason) {
      calls.add("cancel " + requestId);
      return request(actor, requestId);
    }

    @Override
    public boolean mayDecide(Actor actor, AccessRequest request) {
      return request.status() == RequestState.Status.PENDING_APPROVAL
          && !actor.is(request.requester().id())
          && actor.administers(request.projectId());
    }

    @Override
    public int waitingFor(Actor actor) {
      return list(actor, View.TO_APPROVE, Set.of(), Page.Ask.first()).items().size();
    }
  }

  private final class FakeGrants implements Grants {
    @Override
    public Page<Grant> list(Actor actor, boolean mine, boolean live, Page.Ask ask) {
      return page(
          grantRows.stream()
              .filter(
                  g -> actor.is(g.grantee().id()) || (!mine && actor.administers(g.projectId())))
              .filter(g -> !live || g.livesAt(clock.instant()))
              .toList());
    }

    @Override
    public Grant grant(Actor actor, String grantId) {
      return list(actor, false, false, Page.Ask.first()).items().stream()
          .filter(g -> g.id().equals(grantId))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("grant", grantId));
    }

    @Override
    public Grant revoke(Actor actor, String grantId, String reason) {
      calls.add("revoke " + grantId + " " + reason);
      return grant(actor, grantId);
    }

    @Override
    public boolean mayRevoke(Actor actor, Grant grant) {
      return actor.is(grant.grantee().id()) || actor.administers(grant.projectId());
    }
  }

  private final class FakeSessions implements Sessions {
    @Override
    public Sessions.Started start(Actor actor, String grantId, Sessions.Draft draft) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Page<Session> list(Actor actor, @Nullable Boolean live, Page.Ask ask) {
      return page(
          sessionRows.stream()
              .filter(s -> actor.is(s.person().id()) || actor.administers(s.projectId()))
              .filter(s -> live == null || live == s.state().status().isLive())
              .limit(ask.limit())
              .toList());
    }

    @Override
    public Session session(Actor actor, String sessionId) {
      return list(actor, null, new Page.Ask(Page.Ask.MOST, null)).items().stream()
          .filter(s -> s.id().equals(sessionId))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("session", sessionId));
    }

    @Override
    public Session end(Actor actor, String sessionId, String reason) {
      calls.add("end " + sessionId + " " + reason);
      return session(actor, sessionId);
    }

    @Override
    public boolean mayEnd(Actor actor, Session session) {
      return true;
    }

    @Override
    public CommandPage commands(Actor actor, String sessionId, long after, int limit) {
      session(actor, sessionId);
      List<RecordedCommand> all = recordings.getOrDefault(sessionId, List.of());
      List<RecordedCommand> some =
          all.stream().filter(c -> c.sequence() > after).limit(limit).toList();
      long last = some.isEmpty() ? after : some.getLast().sequence();
      return new CommandPage(some, last, last < all.size());
    }

    @Override
    public void follow(
        Actor actor, String sessionId, long after, Duration atMost, Consumer<Update> sink) {
      sink.accept(new Update.Changed(session(actor, sessionId)));
      sink.accept(
          new Update.Commands(
              List.of(
                  command(
                      after,
                      clock.instant(),
                      "find",
                      "orders",
                      "{\"find\":\"orders\",\"filter\":{}}",
                      Decision.FORWARDED,
                      null,
                      "ok, 1 documents",
                      900),
                  command(
                      after + 1,
                      clock.instant(),
                      "insert",
                      "<b>orders</b>",
                      "{\"insert\":\"orders\"}",
                      Decision.REFUSED,
                      "outside-lease",
                      null,
                      10)),
              after + 1));
      sink.accept(new Update.Quiet());
    }
  }

  private final class FakeCatalogue implements Catalogue {
    @Override
    public Page<Offer> list(Actor actor, @Nullable String projectReference, Page.Ask ask) {
      return page(
          resourceRows.stream().filter(r -> actor.sees(r.projectId())).map(this::offer).toList());
    }

    @Override
    public Offer offer(Actor actor, @Nullable String projectReference, String reference) {
      return list(actor, null, Page.Ask.first()).items().stream()
          .filter(o -> o.resource().id().equals(reference) || o.resource().name().equals(reference))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("resource", reference));
    }

    private Offer offer(Resource resource) {
      return new Offer(
          resource,
          accountRows.stream()
              .filter(a -> a.resourceId().equals(resource.id()))
              .map(a -> {
                AccessFlow flow =
                    flowRows.stream()
                        .filter(f -> f.accountId().equals(a.id()))
                        .findFirst()
                        .orElseThrow();
                return new AccountOffer(a, flow, List.of(ref("owner")), true, null, null);
              })
              .toList());
    }
  }

  private final class FakeResources implements Resources {
    @Override
    public Page<Resource> list(Actor actor, @Nullable String project, Page.Ask ask) {
      return page(resourceRows.stream().filter(r -> actor.sees(r.projectId())).toList());
    }

    @Override
    public Resource resource(Actor actor, @Nullable String project, String reference) {
      return list(actor, null, Page.Ask.first()).items().stream()
          .filter(r -> r.id().equals(reference))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("resource", reference));
    }

    @Override
    public Resource create(Actor actor, String project, ResourceDraft draft) {
      if (draft.connectionString().contains("@")) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "connectionString must not have a user or password: they belong to an account.");
      }
      calls.add("create " + draft.name());
      return resourceRows.getFirst();
    }

    @Override
    public Resource update(Actor actor, String id, long version, ResourceDraft draft) {
      calls.add("update " + id + " " + version);
      return resource(actor, null, id);
    }

    @Override
    public void delete(Actor actor, String id, long version) {
      calls.add("delete " + id);
    }

    @Override
    public Resource serveApplications(
        Actor actor, String id, long version, @Nullable String account) {
      calls.add("serveApplications " + id + " " + account);
      return resource(actor, null, id);
    }

    @Override
    public List<Account> accounts(Actor actor, String resourceId) {
      return accountRows.stream().filter(a -> a.resourceId().equals(resourceId)).toList();
    }

    @Override
    public Account account(Actor actor, String resourceId, String reference) {
      return accounts(actor, resourceId).stream()
          .filter(a -> a.id().equals(reference))
          .findFirst()
          .orElseThrow(() -> Refused.notFound("account", reference));
    }

    @Override
    public Account createAccount(Actor actor, String resourceId, AccountDraft draft) {
      calls.add("createAccount " + draft.name());
      return accountRows.getFirst();
    }

    @Override
    public Account updateAccount(Actor actor, String id, long version, AccountDraft draft) {
      return accountRows.getFirst();
    }

    @Override
    public void deleteAccount(Actor actor, String id, long version) {
      calls.add("deleteAccount " + id);
    }
  }

  private final class FakeFlows implements AccessFlows {
    @Override
    public AccessFlow flow(Actor actor, String id) {
      return flowRows.stream().filter(f -> f.id().equals(id)).findFirst().orElseThrow();
    }

    @Override
    public Optional<AccessFlow> ofAccount(Actor actor, String id) {
      return flowRows.stream().filter(f -> f.accountId().equals(id)).findFirst();
    }

    @Override
    public AccessFlow create(Actor actor, String id, AccessFlows.Draft draft) {
      calls.add("flow " + draft.approval() + " " + draft.maxDuration());
      return flowRows.getFirst();
    }

    @Override
    public AccessFlow update(Actor actor, String id, long version, AccessFlows.Draft draft) {
      return flowRows.getFirst();
    }

    @Override
    public void delete(Actor actor, String id, long version) {}
  }

  private final class FakeProjects implements Projects {
    private final List<Project> all =
        List.of(
            new Project(SHOP, ORG, "shop", "Shop", 1, born),
            new Project(FINANCE, ORG, "finance", "Finance", 1, born));

    @Override
    public Page<Project> list(Actor actor, Page.Ask ask) {
      return page(all.stream().filter(p -> actor.sees(p.id())).toList());
    }

    @Override
    public Project project(Actor actor, String reference) {
      return all.stream().filter(p -> p.name().equals(reference)).findFirst().orElseThrow();
    }

    @Override
    public Project create(Actor actor, String name, String displayName) {
      throw new UnsupportedOperationException();
    }
  }

  private static void administrators(Actor actor) {
    if (!actor.administersOrganization()) {
      throw Refused.notAllowed("Only administrators of the organization may.");
    }
  }

  /** One after the other; that both are one transaction is tested with a real database. */
  private final class FakeAccountSetup implements AccountSetup {
    @Override
    public Account create(
        Actor actor,
        String resourceId,
        Resources.AccountDraft account,
        AccessFlows.@Nullable Draft flow) {
      Account made = resources.createAccount(actor, resourceId, account);
      if (flow != null) {
        flows.create(actor, made.id(), flow);
      }
      return made;
    }

    @Override
    public Account update(
        Actor actor,
        String accountId,
        long expectedVersion,
        Resources.AccountDraft account,
        FlowChange flow) {
      Account changed = resources.updateAccount(actor, accountId, expectedVersion, account);
      String flowId = flow.flowId();
      if (flowId == null) {
        flows.create(actor, accountId, flow.draft());
      } else {
        flows.update(actor, flowId, flow.expectedVersion(), flow.draft());
      }
      return changed;
    }
  }

  private final class FakeGateways implements Gateways {
    @Override
    public Gateway retire(Actor actor, String reference, String reason) {
      administrators(actor);
      Gateway old =
          gatewayRows.stream().filter(g -> g.id().equals(reference)).findFirst().orElseThrow();
      Gateway retired =
          new Gateway(
              old.id(),
              old.name(),
              Gateway.Status.RETIRED,
              old.version(),
              old.tunnelAddress(),
              old.embedded(),
              old.lastSeenAt(),
              0,
              old.createdAt(),
              null,
              clock.instant(),
              actor.username());
      gatewayRows.set(gatewayRows.indexOf(old), retired);
      return retired;
    }

    @Override
    public boolean recognizes(X509Certificate certificate) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<OpenInvitation> openJoinTokens(Actor actor) {
      administrators(actor);
      return List.copyOf(invitations);
    }

    @Override
    public void revokeJoinToken(Actor actor, String id) {
      administrators(actor);
      invitations.removeIf(open -> open.id().equals(id));
    }

    @Override
    public Page<Gateway> list(Actor actor, Page.Ask ask) {
      administrators(actor);
      return page(gatewayRows);
    }

    @Override
    public Invitation createJoinToken(Actor actor, String name) {
      administrators(actor);
      return new Invitation(
          "aa", name, new Secret("planted-join-token-7f3a9c"), clock.instant().plusSeconds(3600));
    }
  }

  private final class FakeTrail implements AuditTrail {
    @Override
    public Page<AuditEvent> list(Actor actor, Page.Ask ask) {
      administrators(actor);
      return page(
          eventRows.stream().sorted(Comparator.comparing(AuditEvent::at).reversed()).toList());
    }

    @Override
    public Proof verify(Actor actor) {
      administrators(actor);
      return new Proof(clock.instant(), eventRows.size(), eventRows.size(), findings);
    }
  }

  private final class FakePeople implements People {
    @Override
    public Page<Person> list(Actor actor, Page.Ask ask) {
      administrators(actor);
      return page(actors.values().stream().map(this::person).toList());
    }

    private Person person(Actor a) {
      return new Person(
          a.userId(),
          ORG,
          a.username(),
          a.displayName(),
          a.username().equals("support") ? Person.Kind.VENDOR : Person.Kind.USER,
          !a.username().equals("newcomer"),
          a.assignments(),
          1,
          born);
    }

    @Override
    public Person person(Actor actor, String reference) {
      return actors.values().stream()
          .filter(a -> a.userId().equals(reference))
          .map(this::person)
          .findFirst()
          .orElseThrow();
    }

    @Override
    public Person create(Actor actor, People.Draft draft, Secret password) {
      administrators(actor);
      calls.add("person " + draft.username());
      return person(actor);
    }

    @Override
    public Person update(Actor actor, String reference, long version, People.Draft draft) {
      administrators(actor);
      calls.add("person " + reference + " " + draft.active());
      return person(actor);
    }

    @Override
    public void setPassword(
        Actor actor, String reference, @Nullable Secret current, Secret password) {}

    @Override
    public Optional<Person> find(@Nullable String reference) {
      return Optional.empty();
    }

    @Override
    public List<Person> ownersOf(String projectId) {
      return List.of();
    }
  }

  private final class FakeDevices implements DeviceLogins {
    @Override
    public DeviceLogins.Started start(String clientName, String address, Purpose purpose) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Poll poll(Secret deviceCode, String address, Purpose purpose) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Pending pending(Actor actor, String userCode) {
      Instant end = clock.instant().plusSeconds(540);
      return switch (userCode) {
        case "WDJB-MJHT" ->
            new Pending(userCode, "tidegate on ines-laptop", "10.2.0.14", Purpose.TIDEGATE, end);
        case "KXRB-FGHJ" ->
            new Pending(userCode, "atlascli/1.45.0", "10.2.0.14", Purpose.ATLAS, end);
        default -> throw Refused.notFound("device", userCode);
      };
    }

    @Override
    public void approve(Actor actor, String userCode) {
      calls.add("device " + userCode);
    }

    @Override
    public void deny(Actor actor, String userCode) {
      calls.add("device refused " + userCode);
    }
  }
}
