package io.tidegate.control.access;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Idempotency;
import io.tidegate.control.api.Require;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/requests} and {@code /api/v1/grants}. */
@RestController
@RequestMapping("/api/v1")
class RequestsApi {
  private static final int LONGEST_WAIT_SECONDS = 60;

  private final AccessRequests requests;
  private final Grants grants;
  private final GrantExpiry expiry;
  private final Idempotency idempotency;

  RequestsApi(AccessRequests requests, Grants grants, GrantExpiry expiry, Idempotency idempotency) {
    this.requests = requests;
    this.grants = grants;
    this.expiry = expiry;
    this.idempotency = idempotency;
  }

  record Body(
      @Nullable String projectId,
      @Nullable String resource,
      @Nullable String account,
      @Nullable String duration,
      @Nullable String reason,
      @Nullable Boolean dryRun) {
    AccessRequests.Draft draft() {
      return new AccessRequests.Draft(
          projectId == null || projectId.isBlank() ? null : projectId,
          Require.field("resource", resource),
          Require.field("account", account),
          Require.duration("duration", duration),
          Require.orEmpty(reason));
    }
  }

  record ReasonBody(@Nullable String reason) {
    static String of(@Nullable ReasonBody body) {
      return body == null ? "" : Require.orEmpty(body.reason());
    }
  }

  /**
   * @param expiresAt of the wait while it is pending, of the grant once there is one
   */
  record RequestAnswer(
      String id,
      String projectId,
      String projectName,
      String resourceId,
      String resourceName,
      String accountId,
      String accountName,
      PersonRef requester,
      String approval,
      Duration duration,
      String reason,
      RequestState.Status status,
      AccessRequest.@Nullable Decision decision,
      @Nullable String endReason,
      List<PersonRef> approvers,
      boolean mayDecide,
      @Nullable String grantId,
      @Nullable Instant expiresAt,
      long version,
      Instant createdAt,
      Instant updatedAt) {}

  record GrantAnswer(
      String id,
      String requestId,
      PersonRef grantee,
      String projectId,
      String projectName,
      String resourceId,
      String resourceName,
      String accountId,
      String accountName,
      GrantState.Status status,
      GrantState.@Nullable EndReason endReason,
      @Nullable String endedBy,
      @Nullable String endNote,
      @Nullable Instant endedAt,
      Instant startsAt,
      Instant expiresAt,
      String reason,
      long version) {
    static GrantAnswer of(Grant grant) {
      GrantState.Ended ended = grant.state() instanceof GrantState.Ended e ? e : null;
      return new GrantAnswer(
          grant.id(),
          grant.requestId(),
          grant.grantee(),
          grant.projectId(),
          grant.projectName(),
          grant.resourceId(),
          grant.resourceName(),
          grant.accountId(),
          grant.accountName(),
          grant.state().status(),
          ended == null ? null : ended.reason(),
          ended == null ? null : ended.byUsername(),
          ended == null ? null : ended.note(),
          ended == null ? null : ended.at(),
          grant.startsAt(),
          grant.expiresAt(),
          grant.reason(),
          grant.version());
    }
  }

  private RequestAnswer answer(Actor actor, AccessRequest request) {
    Instant expiresAt = null;
    String endReason = null;
    String grantId = request.grantId();
    switch (request.state()) {
      case RequestState.PendingApproval pending -> expiresAt = pending.expiresAt();
      case RequestState.Active active ->
          expiresAt = expiry.find(active.grantId()).map(Grant::expiresAt).orElse(null);
      case RequestState.Ended ended -> {
        Grant grant = expiry.find(ended.grantId()).orElse(null);
        if (grant != null) {
          expiresAt = grant.expiresAt();
          endReason = grant.state() instanceof GrantState.Ended over ? over.reason().name() : null;
        }
      }
      case RequestState.Rejected rejected -> endReason = rejected.reason();
      case RequestState.Cancelled cancelled -> endReason = cancelled.reason();
      case RequestState.Expired expired -> expiresAt = expired.at();
    }
    return new RequestAnswer(
        request.id(),
        request.projectId(),
        request.projectName(),
        request.resourceId(),
        request.resourceName(),
        request.accountId(),
        request.accountName(),
        request.requester(),
        request.approval().name().toLowerCase(Locale.ROOT),
        request.duration(),
        request.reason(),
        request.status(),
        request.decision(),
        endReason,
        request.approvers(),
        requests.mayDecide(actor, request),
        grantId,
        expiresAt,
        request.version(),
        request.createdAt(),
        request.updatedAt());
  }

  private ResponseEntity<RequestAnswer> ok(Actor actor, AccessRequest request) {
    return Etags.ok(answer(actor, request), request.version());
  }

  @PostMapping("/requests")
  ResponseEntity<RequestAnswer> file(
      @AuthenticationPrincipal Actor actor,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestBody Body body) {
    AccessRequests.Draft draft = body.draft();
    if (body.dryRun() != null && body.dryRun()) {
      return ok(actor, requests.dryRun(actor, draft));
    }
    AccessRequests.Filed filed =
        idempotency.once(
            actor,
            key,
            "POST /requests",
            body,
            () -> requests.file(actor, draft),
            made -> made.request().id(),
            id -> new AccessRequests.Filed(requests.request(actor, id), true));
    AccessRequest request = filed.request();
    if (!filed.created()) {
      return ok(actor, request);
    }
    return ResponseEntity.created(URI.create("/api/v1/requests/" + request.id()))
        .eTag(Etags.tag(request.version()))
        .body(answer(actor, request));
  }

  @GetMapping("/requests")
  Page<RequestAnswer> list(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable String mine,
      @RequestParam(required = false) @Nullable String toApprove,
      @RequestParam(required = false) @Nullable String status,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    AccessRequests.View view;
    if (flag(toApprove)) {
      view = AccessRequests.View.TO_APPROVE;
    } else {
      view = flag(mine) ? AccessRequests.View.MINE : AccessRequests.View.ALL;
    }
    return requests
        .list(actor, view, statuses(status), Page.Ask.of(limit, cursor))
        .map(request -> answer(actor, request));
  }

  /** {@code ?mine} and {@code ?mine=true} say the same. */
  private static boolean flag(@Nullable String value) {
    return value != null && (value.isEmpty() || value.equals("true"));
  }

  private static Set<RequestState.Status> statuses(@Nullable String text) {
    Set<RequestState.Status> statuses = EnumSet.noneOf(RequestState.Status.class);
    if (text != null && !text.isBlank()) {
      for (String name : text.split(",", -1)) {
        statuses.add(Require.oneOf(RequestState.Status.class, "status", name));
      }
    }
    return statuses;
  }

  @GetMapping("/requests/{id}")
  ResponseEntity<RequestAnswer> one(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam(required = false) @Nullable Integer waitSeconds) {
    if (waitSeconds == null || waitSeconds == 0) {
      return ok(actor, requests.request(actor, id));
    }
    if (waitSeconds < 0 || waitSeconds > LONGEST_WAIT_SECONDS) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "waitSeconds must be between 0 and " + LONGEST_WAIT_SECONDS + ".");
    }
    return ok(actor, requests.await(actor, id, Duration.ofSeconds(waitSeconds)));
  }

  @PostMapping("/requests/{id}/approve")
  ResponseEntity<RequestAnswer> approve(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable ReasonBody body) {
    return ok(actor, requests.approve(actor, id, ReasonBody.of(body)));
  }

  @PostMapping("/requests/{id}/deny")
  ResponseEntity<RequestAnswer> deny(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable ReasonBody body) {
    return ok(actor, requests.deny(actor, id, ReasonBody.of(body)));
  }

  @PostMapping("/requests/{id}/cancel")
  ResponseEntity<RequestAnswer> cancel(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable ReasonBody body) {
    return ok(actor, requests.cancel(actor, id, ReasonBody.of(body)));
  }

  @GetMapping("/grants")
  Page<GrantAnswer> grants(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable String mine,
      @RequestParam(required = false) @Nullable String live,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    return grants
        .list(actor, flag(mine), flag(live), Page.Ask.of(limit, cursor))
        .map(GrantAnswer::of);
  }

  @GetMapping("/grants/{id}")
  ResponseEntity<GrantAnswer> grant(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    Grant grant = grants.grant(actor, id);
    return Etags.ok(GrantAnswer.of(grant), grant.version());
  }

  @PostMapping("/grants/{id}/revoke")
  ResponseEntity<GrantAnswer> revoke(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable ReasonBody body) {
    Grant grant = grants.revoke(actor, id, ReasonBody.of(body));
    return Etags.ok(GrantAnswer.of(grant), grant.version());
  }
}
