package io.tidegate.gateway.identify;

import io.tidegate.access.Binding;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a lease's authorities say of a client's certificate: that they issued it, that it is for
 * clients, that it has not ended and is on no revocation list. With revocation lists a certificate
 * is only believed when there is a valid one of its issuer, as MongoDB does.
 */
final class X509Trust {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final int URI_NAME = 6;

  /** Strangers' certificates, among which a way to an authority is searched. */
  private static final int LONGEST_CHAIN = 6;

  /** Tidegate's own certificates say who they are in such a name, and that is no database user. */
  private static final String OWN_IDENTITY = "tidegate://";

  private final Set<TrustAnchor> anchors = new HashSet<>();
  private final @Nullable List<X509CRL> revocationLists;

  private X509Trust(List<X509Certificate> authorities, @Nullable List<X509CRL> revocationLists) {
    for (X509Certificate authority : authorities) {
      anchors.add(new TrustAnchor(authority, null));
    }
    this.revocationLists = revocationLists;
  }

  /**
   * Reads what a lease trusts.
   *
   * @throws GeneralSecurityException when it cannot be read
   */
  static X509Trust of(Binding.X509User user) throws GeneralSecurityException {
    String lists = user.revocationListPem();
    return new X509Trust(
        PemText.certificates(user.authoritiesPem()), lists == null ? null : readLists(lists));
  }

  private static List<X509CRL> readLists(String pem) throws GeneralSecurityException {
    Collection<? extends CRL> read =
        CertificateFactory.getInstance("X.509")
            .generateCRLs(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    List<X509CRL> lists = new ArrayList<>();
    for (CRL each : read) {
      lists.add((X509CRL) each);
    }
    if (lists.isEmpty()) {
      throw new GeneralSecurityException("there is no revocation list in the text");
    }
    return lists;
  }

  /**
   * Why the certificate is not believed; null when it is.
   *
   * @param chain the client's own first
   */
  @Nullable String objection(List<X509Certificate> chain, Instant now) {
    if (chain.size() > LONGEST_CHAIN) {
      return "more certificates came with it than anybody needs";
    }
    X509Certificate own = chain.getFirst();
    String misuse = misuse(own);
    if (misuse != null) {
      return misuse;
    }
    List<X509Certificate> path = new ArrayList<>();
    X509Certificate anchor;
    try {
      X509CertSelector selector = new X509CertSelector();
      selector.setCertificate(own);
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, selector);
      parameters.setDate(Date.from(now));
      // Done below, by the lists that the lease carries.
      parameters.setRevocationEnabled(false);
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
      PKIXCertPathBuilderResult built =
          (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
      built.getCertPath().getCertificates().forEach(each -> path.add((X509Certificate) each));
      anchor = built.getTrustAnchor().getTrustedCert();
    } catch (GeneralSecurityException e) {
      return "the certificate was not issued by the authorities of this user, or is not valid now";
    }
    return revocationLists == null ? null : revocation(path, anchor, revocationLists, now);
  }

  private static @Nullable String misuse(X509Certificate own) {
    try {
      List<String> purposes = own.getExtendedKeyUsage();
      if (purposes != null && !purposes.contains(CLIENT_AUTH) && !purposes.contains(ANY_PURPOSE)) {
        return "the certificate is not for clients";
      }
      Collection<List<?>> names = own.getSubjectAlternativeNames();
      if (names != null) {
        for (List<?> name : names) {
          if (name.get(0).equals(URI_NAME)
              && String.valueOf(name.get(1)).startsWith(OWN_IDENTITY)) {
            return "the certificate is for a tunnel or a gateway, not for a database user";
          }
        }
      }
      return null;
    } catch (CertificateParsingException e) {
      return "the certificate cannot be read";
    }
  }

  private static @Nullable String revocation(
      List<X509Certificate> path, X509Certificate anchor, List<X509CRL> lists, Instant now) {
    for (int i = 0; i < path.size(); i++) {
      X509Certificate issuer = i + 1 < path.size() ? path.get(i + 1) : anchor;
      boolean known = false;
      for (X509CRL list : lists) {
        if (!list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
            || !signedBy(list, issuer)) {
          continue;
        }
        if (list.isRevoked(path.get(i))) {
          return "the certificate was revoked";
        }
        known |= isCurrent(list, now);
      }
      // The user's own certificate must be vouched for; lists of higher authorities are few.
      if (i == 0 && !known) {
        return "there is no current revocation list of the certificate's issuer";
      }
    }
    return null;
  }

  @SuppressWarnings("JavaUtilDate") // the list's own
  private static boolean isCurrent(X509CRL list, Instant now) {
    return list.getNextUpdate() == null || now.isBefore(list.getNextUpdate().toInstant());
  }

  private static boolean signedBy(X509CRL list, X509Certificate issuer) {
    try {
      list.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
