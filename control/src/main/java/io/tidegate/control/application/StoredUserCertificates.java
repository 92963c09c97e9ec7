package io.tidegate.control.application;

import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.trust.Validity;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Certificates of database users, issued by their projects' authorities. */
@Service
class StoredUserCertificates implements UserCertificates {
  private static final String SET = "database-users.authorities";
  private static final int LONGEST_PEM = 100_000;

  private final CertificateStore store;
  private final DatabaseUserStore users;
  private final ProjectAuthorities authorities;
  private final Projects projects;
  private final Audit audit;
  private final Changes changes;
  private final SecureRandom random;
  private final InstantSource clock;

  StoredUserCertificates(
      CertificateStore store,
      DatabaseUserStore users,
      ProjectAuthorities authorities,
      Projects projects,
      Audit audit,
      Changes changes,
      SecureRandom random,
      InstantSource clock) {
    this.store = store;
    this.users = users;
    this.authorities = authorities;
    this.projects = projects;
    this.audit = audit;
    this.changes = changes;
    this.random = random;
    this.clock = clock;
  }

  @Override
  public List<UserCertificate> list(Actor actor, String projectReference, String username) {
    Project project = projects.project(actor, projectReference);
    return store.good(managed(project, username).id(), clock.instant());
  }

  private DatabaseUser managed(Project project, String username) {
    DatabaseUser user =
        users
            .find(project.id(), UserNames.EXTERNAL, username)
            .or(() -> users.find(project.id(), UserNames.ADMIN, username))
            .orElseThrow(() -> Refused.notFound("user", username));
    if (user.kind() != Kind.X509_MANAGED) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "The database user '" + username + "' does not sign in by a certificate of Tidegate's.",
          "Make a user whose x509Type is MANAGED.");
    }
    return user;
  }

  @Override
  public Secret issue(Actor actor, String projectReference, String username, int months) {
    if (months < 1 || months > MOST_MONTHS) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "monthsUntilExpiration must be 1 to " + MOST_MONTHS + ".");
    }
    KeyPair keys = CertificateAuthority.newKeyPair(random);
    return audit.act(
        actor,
        "database-user.certificate",
        Target.of("database-user", username),
        () -> {
          Project project = projects.project(actor, projectReference);
          if (!actor.managesDatabaseUsers(project.id())) {
            throw StoredDatabaseUsers.notTheirs();
          }
          users.hold(project.id());
          DatabaseUser user = managed(project, username);
          Instant now = clock.instant();
          Instant notAfter = now.atOffset(ZoneOffset.UTC).plusMonths(months).toInstant();
          X509Certificate certificate =
              authorities
                  .ensure(project.id())
                  .issueUser(
                      keys.getPublic(),
                      UserNames.subject(user.username()),
                      Validity.until(now, notAfter));
          UserCertificate issued =
              new UserCertificate(
                  store.nextId(),
                  project.id(),
                  user.username(),
                  certificate.getSubjectX500Principal().getName(X500Principal.RFC2253),
                  certificate.getSerialNumber().toString(16),
                  now,
                  certificate.getNotAfter().toInstant(),
                  null);
          store.insert(issued, user.id());
          audit.done(
              actor,
              "database-user.certificate",
              new Target("database-user", user.id(), user.username()),
              "serial",
              issued.serial(),
              "notAfter",
              issued.notAfter().toString());
          // The project's authority may have been made just now.
          changes.changed(user.id());
          return new Secret(Pem.certificate(certificate) + Pem.privateKey(keys.getPrivate()));
        });
  }

  @Override
  public @Nullable String customerAuthorities(Actor actor, String projectReference) {
    return store.customerAuthorities(administered(actor, projectReference).id()).orElse(null);
  }

  @Override
  public void setCustomerAuthorities(Actor actor, String projectReference, @Nullable String pem) {
    String authoritiesPem = pem == null ? null : checked(pem);
    Target about = Target.of("project", projectReference);
    Supplier<Project> work = () -> set(actor, projectReference, authoritiesPem);
    if (authoritiesPem == null) {
      audit.endingAct(actor, SET, about, work);
    } else {
      audit.act(actor, SET, about, work);
    }
  }

  private Project set(Actor actor, String projectReference, @Nullable String pem) {
    Project project = administered(actor, projectReference);
    store.setCustomerAuthorities(project.id(), pem, clock.instant());
    audit.done(
        actor,
        SET,
        new Target("project", project.id(), project.name()),
        "taken",
        Boolean.toString(pem != null));
    changes.changed("dbu_" + project.id());
    return project;
  }

  private Project administered(Actor actor, String reference) {
    Project project = projects.project(actor, reference);
    if (!actor.administers(project.id())) {
      throw Refused.notAllowed(
          "Only owners of the project and of the organization say whose certificates it takes.");
    }
    return project;
  }

  private String checked(String pem) {
    if (pem.length() > LONGEST_PEM) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "cas must have at most " + LONGEST_PEM + " characters.");
    }
    List<X509Certificate> certificates;
    try {
      certificates = Pem.readCertificates(pem);
    } catch (InvalidTrustMaterialException e) {
      throw new Refused(
          ErrorCode.BAD_INPUT, "cas must hold certificates in PEM: " + e.getMessage());
    }
    for (X509Certificate certificate : certificates) {
      String name = certificate.getSubjectX500Principal().getName();
      if (certificate.getBasicConstraints() < 0) {
        throw new Refused(
            ErrorCode.BAD_INPUT,
            "cas: the certificate of " + name + " is not an authority's.",
            "Send the certificate that issues your users', not one of theirs.");
      }
      if (!certificate.getNotAfter().toInstant().isAfter(clock.instant())) {
        throw new Refused(ErrorCode.BAD_INPUT, "cas: the certificate of " + name + " has expired.");
      }
    }
    return Pem.certificates(certificates);
  }
}
