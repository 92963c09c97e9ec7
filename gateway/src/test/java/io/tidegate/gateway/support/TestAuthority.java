package io.tidegate.gateway.support;

import io.tidegate.link.trust.CertificateAuthority;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Somebody else's certificate authority. */
public final class TestAuthority {
  private final KeyPair keys = CertificateAuthority.newKeyPair(new SecureRandom());
  private final X509Certificate certificate;
  private int serial = 1;

  /** What was issued, with its key. */
  public record Issued(KeyPair keys, List<X509Certificate> chain) {
    public X509Certificate certificate() {
      return chain.getFirst();
    }

    public String certificatePem() throws Exception {
      StringBuilder pem = new StringBuilder();
      for (X509Certificate each : chain) {
        pem.append(pem("CERTIFICATE", each.getEncoded()));
      }
      return pem.toString();
    }

    public String keyPem() {
      return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }
  }

  public TestAuthority(String name) throws Exception {
    certificate =
        sign(
            builder("CN=" + name, "CN=" + name, keys)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0)));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public String pem() throws Exception {
    return pem("CERTIFICATE", certificate.getEncoded());
  }

  /** A server's, for this address. */
  public Issued server(String address) throws Exception {
    return server(address, "CN=server");
  }

  public Issued server(String address, String subject) throws Exception {
    return issue(subject, KeyPurposeId.id_kp_serverAuth, address);
  }

  /** The same with a key that every library reads. */
  public Issued rsaServer(String address) throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    return issue("CN=server", KeyPurposeId.id_kp_serverAuth, address, rsa.generateKeyPair());
  }

  /** A client's. */
  public Issued client(String subject) throws Exception {
    return issue(subject, KeyPurposeId.id_kp_clientAuth, null);
  }

  private Issued issue(String subject, KeyPurposeId purpose, String address) throws Exception {
    return issue(subject, purpose, address, CertificateAuthority.newKeyPair(new SecureRandom()));
  }

  private Issued issue(String subject, KeyPurposeId purpose, String address, KeyPair theirs)
      throws Exception {
    JcaX509v3CertificateBuilder builder =
        builder(certificate.getSubjectX500Principal().getName(), subject, theirs);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    if (address != null) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.iPAddress, address)));
    }
    return new Issued(theirs, List.of(sign(builder), certificate));
  }

  /** Its list of what it takes back. */
  public String revocationList(X509Certificate... revoked) throws Exception {
    Instant now = Instant.now();
    JcaX509v2CRLBuilder builder =
        new JcaX509v2CRLBuilder(
            certificate.getSubjectX500Principal(), Date.from(now.minusSeconds(60)));
    builder.setNextUpdate(Date.from(now.plus(Duration.ofDays(1))));
    for (X509Certificate each : revoked) {
      builder.addCRLEntry(each.getSerialNumber(), Date.from(now), CRLReason.keyCompromise);
    }
    byte[] der =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
            .getEncoded();
    X509CRL list =
        (X509CRL)
            CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    return pem("X509 CRL", list.getEncoded());
  }

  private JcaX509v3CertificateBuilder builder(String issuer, String subject, KeyPair owner) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        new X500Principal(issuer),
        BigInteger.valueOf(serial++),
        Date.from(now.minusSeconds(3600)),
        Date.from(now.plus(Duration.ofDays(2))),
        new X500Principal(subject),
        owner.getPublic());
  }

  private X509Certificate sign(org.bouncycastle.cert.X509v3CertificateBuilder builder)
      throws Exception {
    byte[] der =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
            .getEncoded();
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static String pem(String kind, byte[] der) {
    List<String> lines = new ArrayList<>();
    lines.add("-----BEGIN " + kind + "-----");
    lines.add(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
    lines.add("-----END " + kind + "-----");
    return String.join("\n", lines) + "\n";
  }
}
