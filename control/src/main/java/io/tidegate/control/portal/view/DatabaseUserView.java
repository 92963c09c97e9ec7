package io.tidegate.control.portal.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One database user.
 *
 * @param pem a certificate with its key, made just now and shown this once; null otherwise
 */
public record DatabaseUserView(
    String project,
    String id,
    String name,
    String kind,
    @Nullable Tide tide,
    List<DatabaseAccessView.ReachRow> reach,
    FormView form,
    List<Option> clusters,
    boolean hasPassword,
    boolean hasCertificates,
    List<CertificateRow> certificates,
    boolean mayChange,
    @Nullable String pem) {

  public DatabaseUserView {
    reach = List.copyOf(reach);
    clusters = List.copyOf(clusters);
    certificates = List.copyOf(certificates);
  }

  /** A certificate that holds. */
  public record CertificateRow(String subject, String serial, Instant notAfter) {}

  @Override
  public String toString() {
    return "DatabaseUserView[" + name + "]";
  }
}
