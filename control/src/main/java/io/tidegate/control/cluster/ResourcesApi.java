package io.tidegate.control.cluster;

import io.tidegate.control.api.Etags;
import io.tidegate.control.api.Idempotency;
import io.tidegate.control.api.Require;
import io.tidegate.control.platform.Actor;
import java.net.URI;
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

/**
 * Changing resources. Reading them, and their accounts, is with the access flows that lead there.
 */
@RestController
@RequestMapping("/api/v1")
class ResourcesApi {
  private final Resources resources;
  private final Idempotency idempotency;

  ResourcesApi(Resources resources, Idempotency idempotency) {
    this.resources = resources;
    this.idempotency = idempotency;
  }

  record TlsBody(@Nullable Boolean enabled, @Nullable Boolean verify, @Nullable String caPem) {}

  record ResourceBody(
      @Nullable String projectId,
      @Nullable String name,
      @Nullable String description,
      @Nullable String connectionString,
      @Nullable String authDatabase,
      @Nullable TlsBody tls,
      @Nullable String gatewayName) {
    Resources.ResourceDraft draft() {
      // TLS with verification is what one gets by saying nothing.
      TlsBody given = tls == null ? new TlsBody(null, null, null) : tls;
      return new Resources.ResourceDraft(
          Require.field("name", name),
          Require.orEmpty(description),
          Require.field("connectionString", connectionString),
          Require.orEmpty(authDatabase),
          new Resource.TlsOptions(
              given.enabled() == null || given.enabled(),
              given.verify() == null || given.verify(),
              given.caPem()),
          gatewayName);
    }

    @Override
    public String toString() {
      // Somebody may have left a password in the connection string.
      return "<hidden>";
    }
  }

  @PostMapping("/resources")
  ResponseEntity<Resource> create(
      @AuthenticationPrincipal Actor actor,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestBody ResourceBody body) {
    String project = Require.field("projectId", body.projectId());
    Resources.ResourceDraft draft = body.draft();
    Resource resource =
        idempotency.once(
            actor,
            key,
            "POST /resources",
            body,
            () -> resources.create(actor, project, draft),
            Resource::id,
            id -> resources.resource(actor, null, id));
    return ResponseEntity.created(URI.create("/api/v1/resources/" + resource.id()))
        .eTag(Etags.tag(resource.version()))
        .body(resource);
  }

  @PutMapping("/resources/{id}")
  ResponseEntity<Resource> update(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody ResourceBody body) {
    Resource resource = resources.update(actor, id, Etags.required(ifMatch), body.draft());
    return Etags.ok(resource, resource.version());
  }

  /** The account, by id or name; missing to let no application in. */
  record ApplicationsBody(@Nullable String account) {}

  @PutMapping("/resources/{id}/applications")
  ResponseEntity<Resource> serveApplications(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody ApplicationsBody body) {
    Resource resource =
        resources.serveApplications(actor, id, Etags.required(ifMatch), body.account());
    return Etags.ok(resource, resource.version());
  }

  @DeleteMapping("/resources/{id}")
  ResponseEntity<Void> delete(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    resources.delete(actor, id, Etags.required(ifMatch));
    return ResponseEntity.noContent().build();
  }
}
