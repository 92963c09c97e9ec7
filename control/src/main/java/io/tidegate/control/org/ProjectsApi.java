package io.tidegate.control.org;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Idempotency;
import io.tidegate.control.api.Require;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import java.net.URI;
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

/** {@code /api/v1/projects}. */
@RestController
@RequestMapping("/api/v1/projects")
class ProjectsApi {
  private final Projects projects;
  private final Idempotency idempotency;

  ProjectsApi(Projects projects, Idempotency idempotency) {
    this.projects = projects;
    this.idempotency = idempotency;
  }

  record Body(@Nullable String name, @Nullable String displayName) {}

  @GetMapping
  Page<Project> list(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    return projects.list(actor, Page.Ask.of(limit, cursor));
  }

  @GetMapping("/{reference}")
  ResponseEntity<Project> one(
      @AuthenticationPrincipal Actor actor, @PathVariable String reference) {
    Project project = projects.project(actor, reference);
    return Etags.ok(project, project.version());
  }

  @PostMapping
  ResponseEntity<Project> create(
      @AuthenticationPrincipal Actor actor,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestBody Body body) {
    String name = Require.field("name", body.name());
    String title = body.displayName() == null ? name : body.displayName();
    Project project =
        idempotency.once(
            actor,
            key,
            "POST /projects",
            body,
            () -> projects.create(actor, name, title),
            Project::id,
            id -> projects.project(actor, id));
    return ResponseEntity.created(URI.create("/api/v1/projects/" + project.id()))
        .eTag(Etags.tag(project.version()))
        .body(project);
  }
}
