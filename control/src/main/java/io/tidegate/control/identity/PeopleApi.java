package io.tidegate.control.identity;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Idempotency;
import io.tidegate.control.api.Require;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/users}. */
@RestController
@RequestMapping("/api/v1/users")
class PeopleApi {
  private final People people;
  private final Idempotency idempotency;

  PeopleApi(People people, Idempotency idempotency) {
    this.people = people;
    this.idempotency = idempotency;
  }

  record RoleBody(@Nullable String role, @Nullable String projectId) {}

  record Body(
      @Nullable String username,
      @Nullable String displayName,
      @Nullable String kind,
      @Nullable Boolean active,
      @Nullable List<RoleBody> roles) {
    People.Draft draft(Actor actor) {
      String name = Require.field("username", username);
      List<RoleBody> given = roles == null ? List.of() : roles;
      return new People.Draft(
          name,
          displayName == null ? name : displayName,
          kind == null ? Person.Kind.USER : Require.oneOf(Person.Kind.class, "kind", kind),
          active == null || active,
          given.stream()
              .map(r ->
                  new Actor.Assignment(
                      Require.oneOf(Role.class, "role", Require.field("roles.role", r.role())),
                      actor.organizationId(),
                      r.projectId()))
              .toList());
    }
  }

  record NewBody(
      @Nullable String username,
      @Nullable String displayName,
      @Nullable String kind,
      @Nullable Boolean active,
      @Nullable List<RoleBody> roles,
      @Nullable String password) {
    Body body() {
      return new Body(username, displayName, kind, active, roles);
    }

    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  record PasswordBody(@Nullable String currentPassword, @Nullable String password) {
    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  record Answer(
      String id,
      String username,
      String displayName,
      Person.Kind kind,
      boolean active,
      List<AuthApi.RoleAnswer> roles,
      long version,
      Instant createdAt) {
    static Answer of(Person person) {
      return new Answer(
          person.id(),
          person.username(),
          person.displayName(),
          person.kind(),
          person.active(),
          AuthApi.rolesOf(person.assignments()),
          person.version(),
          person.createdAt());
    }
  }

  @GetMapping
  Page<Answer> list(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    return people.list(actor, Page.Ask.of(limit, cursor)).map(Answer::of);
  }

  @GetMapping("/{reference}")
  ResponseEntity<Answer> one(@AuthenticationPrincipal Actor actor, @PathVariable String reference) {
    Person person = people.person(actor, reference);
    return Etags.ok(Answer.of(person), person.version());
  }

  @PostMapping
  ResponseEntity<Answer> create(
      @AuthenticationPrincipal Actor actor,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestBody NewBody body) {
    People.Draft draft = body.body().draft(actor);
    Secret password = new Secret(Require.field("password", body.password()));
    // The fingerprint is taken of the body without its password.
    Person person =
        idempotency.once(
            actor,
            key,
            "POST /users",
            body.body(),
            () -> people.create(actor, draft, password),
            Person::id,
            id -> people.person(actor, id));
    return ResponseEntity.created(URI.create("/api/v1/users/" + person.id()))
        .eTag(Etags.tag(person.version()))
        .body(Answer.of(person));
  }

  @PutMapping("/{reference}")
  ResponseEntity<Answer> update(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String reference,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody Body body) {
    Person person = people.update(actor, reference, Etags.required(ifMatch), body.draft(actor));
    return Etags.ok(Answer.of(person), person.version());
  }

  @PutMapping("/{reference}/password")
  ResponseEntity<Void> password(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String reference,
      @RequestBody PasswordBody body) {
    String current = body.currentPassword();
    people.setPassword(
        actor,
        reference,
        current == null ? null : new Secret(current),
        new Secret(Require.field("password", body.password())));
    return ResponseEntity.noContent().build();
  }
}
