package io.tidegate.control.access;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Idempotency;
import io.tidegate.control.api.Require;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Reading resources with the way to each account, and changing access flows. */
@RestController
@RequestMapping("/api/v1")
class CatalogueApi {
  private final Catalogue catalogue;
  private final AccessFlows flows;
  private final Idempotency idempotency;

  CatalogueApi(Catalogue catalogue, AccessFlows flows, Idempotency idempotency) {
    this.catalogue = catalogue;
    this.flows = flows;
    this.idempotency = idempotency;
  }

  /** The flow as the API shows it. */
  record FlowAnswer(
      String id,
      String accountId,
      String approval,
      List<PersonRef> requesters,
      List<PersonRef> approvers,
      Duration defaultDuration,
      Duration maxDuration,
      boolean reasonRequired,
      long version) {
    static FlowAnswer of(AccessFlow flow) {
      return new FlowAnswer(
          flow.id(),
          flow.accountId(),
          flow.approval().name().toLowerCase(Locale.ROOT),
          flow.requesters(),
          flow.approvers(),
          flow.defaultDuration(),
          flow.maxDuration(),
          flow.reasonRequired(),
          flow.version());
    }
  }

  record AccountAnswer(
      String id,
      String name,
      String description,
      List<Account.RoleBinding> roles,
      boolean requireMfa,
      long version,
      @Nullable FlowAnswer flow,
      boolean mayRequest,
      List<PersonRef> approvers,
      @Nullable String usableGrantId,
      @Nullable Instant usableUntil,
      @Nullable String openRequestId) {
    static AccountAnswer of(Catalogue.AccountOffer offer) {
      AccessFlow flow = offer.flow();
      Grant grant = offer.usableGrant();
      AccessRequest open = offer.openRequest();
      return new AccountAnswer(
          offer.account().id(),
          offer.account().name(),
          offer.account().description(),
          offer.account().roles(),
          offer.account().requireMfa(),
          offer.account().version(),
          flow == null ? null : FlowAnswer.of(flow),
          offer.mayRequest(),
          offer.approvers(),
          grant == null ? null : grant.id(),
          grant == null ? null : grant.expiresAt(),
          open == null ? null : open.id());
    }
  }

  /** A resource; where it is only for those who administer it. */
  record ResourceAnswer(
      String id,
      String projectId,
      String projectName,
      String name,
      String description,
      @Nullable String connectionString,
      String authDatabase,
      Resource.@Nullable TlsOptions tls,
      @Nullable String gatewayName,
      List<AccountAnswer> accounts,
      long version,
      Instant createdAt,
      Instant updatedAt) {
    static ResourceAnswer of(Actor actor, Catalogue.Offer offer) {
      Resource resource = offer.resource();
      boolean whole = actor.administers(resource.projectId());
      return new ResourceAnswer(
          resource.id(),
          resource.projectId(),
          resource.projectName(),
          resource.name(),
          resource.description(),
          whole ? resource.connectionString() : null,
          resource.authDatabase(),
          whole ? resource.tls() : null,
          resource.gatewayName(),
          offer.accounts().stream().map(AccountAnswer::of).toList(),
          resource.version(),
          resource.createdAt(),
          resource.updatedAt());
    }
  }

  @GetMapping("/resources")
  Page<ResourceAnswer> list(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable String projectId,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    return catalogue
        .list(actor, projectId, Page.Ask.of(limit, cursor))
        .map(offer -> ResourceAnswer.of(actor, offer));
  }

  @GetMapping("/resources/{reference}")
  ResponseEntity<ResourceAnswer> one(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String reference,
      @RequestParam(required = false) @Nullable String projectId) {
    ResourceAnswer answer = ResourceAnswer.of(actor, catalogue.offer(actor, projectId, reference));
    return Etags.ok(answer, answer.version());
  }

  record FlowBody(
      @Nullable String approval,
      @Nullable List<String> requesters,
      @Nullable List<String> approvers,
      @Nullable String defaultDuration,
      @Nullable String maxDuration,
      @Nullable Boolean reasonRequired) {
    AccessFlows.Draft draft() {
      Duration most = Require.field("maxDuration", Require.duration("maxDuration", maxDuration));
      Duration usual = Require.duration("defaultDuration", defaultDuration);
      return new AccessFlows.Draft(
          Require.oneOf(AccessFlow.Approval.class, "approval", Require.field("approval", approval)),
          requesters == null ? List.of() : requesters,
          approvers == null ? List.of() : approvers,
          usual == null ? most : usual,
          most,
          reasonRequired != null && reasonRequired);
    }
  }

  @GetMapping("/flows/{id}")
  ResponseEntity<FlowAnswer> flow(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    AccessFlow flow = flows.flow(actor, id);
    return Etags.ok(FlowAnswer.of(flow), flow.version());
  }

  @PostMapping("/accounts/{accountId}/flow")
  ResponseEntity<FlowAnswer> createFlow(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String accountId,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestBody FlowBody body) {
    AccessFlows.Draft draft = body.draft();
    AccessFlow flow =
        idempotency.once(
            actor,
            key,
            "POST /accounts/" + accountId + "/flow",
            body,
            () -> flows.create(actor, accountId, draft),
            AccessFlow::id,
            id -> flows.flow(actor, id));
    return ResponseEntity.created(URI.create("/api/v1/flows/" + flow.id()))
        .eTag(Etags.tag(flow.version()))
        .body(FlowAnswer.of(flow));
  }

  @PutMapping("/flows/{id}")
  ResponseEntity<FlowAnswer> updateFlow(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody FlowBody body) {
    AccessFlow flow = flows.update(actor, id, Etags.required(ifMatch), body.draft());
    return Etags.ok(FlowAnswer.of(flow), flow.version());
  }

  @DeleteMapping("/flows/{id}")
  ResponseEntity<Void> deleteFlow(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    flows.delete(actor, id, Etags.required(ifMatch));
    return ResponseEntity.noContent().build();
  }
}
