package io.tidegate.control.atlas;

import io.tidegate.control.application.UserCertificate;
import io.tidegate.control.application.UserCertificates;
import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import org.jspecify.annotations.Nullable;

/** Certificates by which a project's database users sign in. */
@OperationGroup
class UserCertificateDocuments {
  private static final int USUAL_MONTHS = 3;

  private final UserCertificates certificates;

  UserCertificateDocuments(UserCertificates certificates) {
    this.certificates = certificates;
  }

  /** What a certificate is to be. */
  record Wanted(@Nullable Integer monthsUntilExpiration) {}

  @Operation(
      id = "listGroupDatabaseUserCerts",
      feature = Feature.F06,
      route = "GET /groups/{groupId}/databaseUsers/{username}/certs",
      versions = "2023-01-01")
  Answer list(Call call) {
    return call.page(
        certificates.list(call.actor(), call.path("groupId"), call.path("username")),
        UserCertificateDocuments::shown);
  }

  /** Answers with the certificate and its key, which nobody is told again. */
  @Operation(
      id = "createGroupDatabaseUserCert",
      feature = Feature.F06,
      route = "POST /groups/{groupId}/databaseUsers/{username}/certs",
      versions = "2023-01-01")
  Answer create(Call call) {
    Integer months =
        call.hasBody() ? call.body(Wanted.class).monthsUntilExpiration() : (Integer) USUAL_MONTHS;
    return new Answer.Text(
        201,
        certificates
            .issue(
                call.actor(),
                call.path("groupId"),
                call.path("username"),
                months == null ? USUAL_MONTHS : months)
            .reveal());
  }

  private static Object shown(UserCertificate certificate) {
    return Answer.object(fields -> {
      fields.put("_id", certificate.id());
      fields.put("createdAt", Dates.shown(certificate.createdAt()));
      fields.put("groupId", certificate.projectId());
      fields.put("notAfter", Dates.shown(certificate.notAfter()));
      fields.put("subject", certificate.subject());
    });
  }
}
