package io.tidegate.control.cluster;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Idempotency;
import io.tidegate.control.api.Require;
import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.platform.Actor;
import java.net.URI;
import java.util.List;
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
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/projects/…/roles}. */
@RestController
@RequestMapping("/api/v1/projects/{project}/roles")
class CustomRolesApi {
  private final CustomRoles roles;
  private final Idempotency idempotency;

  CustomRolesApi(CustomRoles roles, Idempotency idempotency) {
    this.roles = roles;
    this.idempotency = idempotency;
  }

  record OnBody(@Nullable Boolean cluster, @Nullable String db, @Nullable String collection) {}

  record RightsBody(@Nullable List<@Nullable String> actions, @Nullable OnBody on) {
    CustomRole.Rights rights() {
      OnBody where = Require.field("privileges.on", on);
      return new CustomRole.Rights(
          Require.field("privileges.actions", actions).stream()
              .map(action -> Require.field("privileges.actions", action))
              .toList(),
          new CustomRole.On(where.cluster(), where.db(), where.collection()));
    }
  }

  record InheritedBody(@Nullable String role, @Nullable String db) {}

  record Body(
      @Nullable String name,
      @Nullable String description,
      @Nullable List<@Nullable RightsBody> privileges,
      @Nullable List<@Nullable InheritedBody> inherits) {
    CustomRoles.Draft draft() {
      List<@Nullable RightsBody> own = privileges == null ? List.of() : privileges;
      List<@Nullable InheritedBody> others = inherits == null ? List.of() : inherits;
      return new CustomRoles.Draft(
          Require.field("name", name),
          Require.orEmpty(description),
          own.stream().map(one -> Require.field("privileges", one).rights()).toList(),
          others.stream()
              .map(one -> Require.field("inherits", one))
              .map(one ->
                  new RoleBinding(
                      Require.field("inherits.role", one.role()),
                      Require.field("inherits.db", one.db())))
              .toList());
    }
  }

  /** Not cut into pages: a project has few. */
  record Roles(List<CustomRole> items) {}

  @GetMapping
  Roles list(@AuthenticationPrincipal Actor actor, @PathVariable String project) {
    return new Roles(roles.list(actor, project));
  }

  @GetMapping("/{reference}")
  ResponseEntity<CustomRole> one(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String project,
      @PathVariable String reference) {
    CustomRole role = roles.role(actor, project, reference);
    return Etags.ok(role, role.version());
  }

  @PostMapping
  ResponseEntity<CustomRole> create(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String project,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestBody Body body) {
    CustomRoles.Draft draft = body.draft();
    CustomRole role =
        idempotency.once(
            actor,
            key,
            "POST /projects/" + project + "/roles",
            body,
            () -> roles.create(actor, project, draft),
            CustomRole::id,
            id -> roles.role(actor, project, id));
    return ResponseEntity.created(
            URI.create("/api/v1/projects/" + role.projectId() + "/roles/" + role.name()))
        .eTag(Etags.tag(role.version()))
        .body(role);
  }

  @PutMapping("/{reference}")
  ResponseEntity<CustomRole> update(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String project,
      @PathVariable String reference,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody Body body) {
    CustomRole role =
        roles.update(actor, project, reference, Etags.required(ifMatch), body.draft());
    return Etags.ok(role, role.version());
  }

  @DeleteMapping("/{reference}")
  ResponseEntity<Void> delete(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String project,
      @PathVariable String reference,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    roles.delete(actor, project, reference, Etags.required(ifMatch));
    return ResponseEntity.noContent().build();
  }
}
