package io.tidegate.control.access;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Idempotency;
import io.tidegate.control.api.Require;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Changing accounts, with the flow that leads there when a new one has it at once. */
@RestController
@RequestMapping("/api/v1")
class AccountsApi {
  private final Resources resources;
  private final AccountSetup setup;
  private final Idempotency idempotency;

  AccountsApi(Resources resources, AccountSetup setup, Idempotency idempotency) {
    this.resources = resources;
    this.setup = setup;
    this.idempotency = idempotency;
  }

  record RoleBody(@Nullable String role, @Nullable String db) {}

  record AccountBody(
      @Nullable String name,
      @Nullable String description,
      @Nullable String username,
      @Nullable String password,
      @Nullable List<RoleBody> roles,
      @Nullable Boolean requireMfa) {
    Resources.AccountDraft draft() {
      return new Resources.AccountDraft(
          Require.field("name", name),
          Require.orEmpty(description),
          username == null ? null : new Secret(username),
          password == null ? null : new Secret(password),
          Require.field("roles", roles).stream()
              .map(r ->
                  new Account.RoleBinding(
                      Require.field("roles.role", r.role()), Require.field("roles.db", r.db())))
              .toList(),
          requireMfa != null && requireMfa);
    }

    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  record NewAccountBody(
      @Nullable String name,
      @Nullable String description,
      @Nullable String username,
      @Nullable String password,
      @Nullable List<RoleBody> roles,
      @Nullable Boolean requireMfa,
      CatalogueApi.@Nullable FlowBody flow) {
    Resources.AccountDraft draft() {
      return new AccountBody(name, description, username, password, roles, requireMfa).draft();
    }

    /** For the fingerprint of an idempotency key, which is kept. */
    NewAccountBody withoutSecrets() {
      return new NewAccountBody(name, description, null, null, roles, requireMfa, flow);
    }

    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  @PostMapping("/resources/{resourceId}/accounts")
  ResponseEntity<Account> createAccount(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String resourceId,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestBody NewAccountBody body) {
    Resources.AccountDraft draft = body.draft();
    CatalogueApi.FlowBody flow = body.flow();
    AccessFlows.Draft flowDraft = flow == null ? null : flow.draft();
    Account account =
        idempotency.once(
            actor,
            key,
            "POST /resources/" + resourceId + "/accounts",
            body.withoutSecrets(),
            () -> setup.create(actor, resourceId, draft, flowDraft),
            Account::id,
            id -> resources.account(actor, resourceId, id));
    return ResponseEntity.created(URI.create("/api/v1/accounts/" + account.id()))
        .eTag(Etags.tag(account.version()))
        .body(account);
  }

  @PutMapping("/accounts/{id}")
  ResponseEntity<Account> updateAccount(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody AccountBody body) {
    Account account = resources.updateAccount(actor, id, Etags.required(ifMatch), body.draft());
    return Etags.ok(account, account.version());
  }

  @DeleteMapping("/accounts/{id}")
  ResponseEntity<Void> deleteAccount(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    resources.deleteAccount(actor, id, Etags.required(ifMatch));
    return ResponseEntity.noContent().build();
  }
}
