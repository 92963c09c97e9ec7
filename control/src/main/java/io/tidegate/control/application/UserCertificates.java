package io.tidegate.control.application;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Certificates by which database users prove who they are. */
public interface UserCertificates {
  /** For how many months a certificate may hold at most. */
  int MOST_MONTHS = 24;

  /** Those of a user that hold and were not revoked, oldest first. */
  List<UserCertificate> list(Actor actor, String projectReference, String username);

  /**
   * Issues a certificate by the project's own authority.
   *
   * @param username of a user of the kind {@link DatabaseUser.Kind#X509_MANAGED}
   * @return certificate and private key as PEM, told once
   */
  Secret issue(Actor actor, String projectReference, String username, int months);

  /** The authorities of the project's own whose certificates are taken, as PEM; null for none. */
  @Nullable String customerAuthorities(Actor actor, String projectReference);

  /**
   * Sets them.
   *
   * @param pem one or more certificates of authorities; null to take none any more
   */
  void setCustomerAuthorities(Actor actor, String projectReference, @Nullable String pem);
}
