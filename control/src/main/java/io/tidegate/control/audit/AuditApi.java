package io.tidegate.control.audit;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/audit}. */
@RestController
@RequestMapping("/api/v1/audit")
class AuditApi {
  private final AuditTrail trail;

  AuditApi(AuditTrail trail) {
    this.trail = trail;
  }

  record ProofAnswer(
      boolean whole, Instant at, long entries, long lastSeq, List<AuditTrail.Finding> findings) {}

  @GetMapping
  Page<AuditEvent> list(
      @AuthenticationPrincipal Actor actor,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    return trail.list(actor, Page.Ask.of(limit, cursor));
  }

  @PostMapping("/verify")
  ProofAnswer verify(@AuthenticationPrincipal Actor actor) {
    AuditTrail.Proof proof = trail.verify(actor);
    return new ProofAnswer(
        proof.whole(), proof.at(), proof.entries(), proof.lastSeq(), proof.findings());
  }
}
