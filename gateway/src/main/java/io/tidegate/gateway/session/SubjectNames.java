package io.tidegate.gateway.session;

import java.security.cert.X509Certificate;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * The subjects of certificates as text, as MongoDB prints them: RFC 2253, so the most specific part
 * first, with OpenSSL's short names for the attributes that the RFC has no keyword for.
 */
public final class SubjectNames {
  private static final Map<String, String> KEYWORDS =
      Map.ofEntries(
          Map.entry("1.2.840.113549.1.9.1", "emailAddress"),
          Map.entry("2.5.4.4", "SN"),
          Map.entry("2.5.4.5", "serialNumber"),
          Map.entry("2.5.4.12", "title"),
          Map.entry("2.5.4.13", "description"),
          Map.entry("2.5.4.41", "name"),
          Map.entry("2.5.4.42", "GN"),
          Map.entry("2.5.4.43", "initials"),
          Map.entry("2.5.4.44", "generationQualifier"),
          Map.entry("2.5.4.46", "dnQualifier"),
          Map.entry("2.5.4.65", "pseudonym"));

  private static final Map<String, String> OIDS = oids();

  private SubjectNames() {}

  private static Map<String, String> oids() {
    Map<String, String> oids = new java.util.HashMap<>();
    KEYWORDS.forEach((oid, keyword) -> oids.put(keyword.toUpperCase(java.util.Locale.ROOT), oid));
    oids.put("E", "1.2.840.113549.1.9.1");
    return Map.copyOf(oids);
  }

  /** The subject of a certificate. */
  public static String of(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName(X500Principal.RFC2253, KEYWORDS);
  }

  /** A subject that somebody wrote, as it would be printed; as it is when it is none. */
  public static String of(String written) {
    try {
      return new X500Principal(written, OIDS).getName(X500Principal.RFC2253, KEYWORDS);
    } catch (IllegalArgumentException e) {
      return written;
    }
  }
}
