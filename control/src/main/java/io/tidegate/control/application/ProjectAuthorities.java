package io.tidegate.control.application;

import io.tidegate.control.cluster.Vault;
import io.tidegate.control.platform.Secret;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.trust.Validity;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The authority that each project has of its own: a name that one project certifies must mean
 * nothing in another. It is made when it is first needed.
 */
@Component
class ProjectAuthorities {
  private static final Duration LIFE = Duration.ofDays(3650);

  private final CertificateStore store;
  private final Vault vault;
  private final SecureRandom random;
  private final InstantSource clock;

  ProjectAuthorities(
      CertificateStore store, Vault vault, SecureRandom random, InstantSource clock) {
    this.store = store;
    this.vault = vault;
    this.random = random;
    this.clock = clock;
  }

  /** The project's, made now when there is none; inside a transaction that holds the project. */
  CertificateAuthority ensure(String projectId) {
    Optional<CertificateStore.Authority> known = store.authority(projectId);
    if (known.isPresent()) {
      return open(projectId, known.get());
    }
    Instant now = clock.instant();
    CertificateAuthority made =
        CertificateAuthority.create(
            "Database users of project " + projectId, Validity.lasting(now, LIFE), random);
    store.insertAuthority(
        projectId,
        new CertificateStore.Authority(
            made.certificatePem(), vault.seal(new Secret(made.privateKeyPem()), owner(projectId))),
        now);
    return made;
  }

  private CertificateAuthority open(String projectId, CertificateStore.Authority authority) {
    try {
      return CertificateAuthority.open(
          authority.certificatePem(),
          vault.open(authority.sealedKey(), owner(projectId)).reveal(),
          random);
    } catch (InvalidTrustMaterialException e) {
      throw new IllegalStateException("a project's authority does not open", e);
    }
  }

  private static String owner(String projectId) {
    return "authority of " + projectId;
  }

  /** Its certificate as PEM; empty when nothing was ever issued by it. */
  Optional<String> certificatePem(String projectId) {
    return store.authority(projectId).map(CertificateStore.Authority::certificatePem);
  }

  /** What of it was revoked, as a list that is good until then; null when that is nothing. */
  @Nullable String revocationListPem(String projectId, Instant now, Instant nextUpdate) {
    var revoked = store.revoked(projectId, now);
    Optional<CertificateStore.Authority> authority = store.authority(projectId);
    return revoked.isEmpty() || authority.isEmpty()
        ? null
        : Pem.revocationList(
            open(projectId, authority.get()).revocationList(revoked, now, nextUpdate));
  }
}
