package io.tidegate.link.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Tidegate's own certificate authority: EC P-256, one level deep. Its certificates are for
 * Tidegate's hops only and carry nothing but a common name in their subjects: a MongoDB member
 * takes a certificate whose O, OU or DC equal its own for another member's. A project that lets its
 * database users in by certificates has an authority of its own, which {@link #issueUser} is for.
 *
 * <p>The private key is the caller's to keep, as {@link #privateKeyPem()}.
 */
public final class CertificateAuthority {
  /** RFC 5280 section 4.1.2.2: at most 20 octets, and positive. */
  private static final int SERIAL_BITS = 159;

  private static final Pattern DNS_NAME =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
              + "(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

  /** Both kinds of address literal, so that no name is ever looked up. */
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final X509Certificate certificate;
  private final PrivateKey privateKey;
  private final SecureRandom random;

  private CertificateAuthority(
      X509Certificate certificate, PrivateKey privateKey, SecureRandom random) {
    this.certificate = certificate;
    this.privateKey = privateKey;
    this.random = random;
  }

  /** Makes a new authority with a key of its own. */
  public static CertificateAuthority create(
      String commonName, Validity validity, SecureRandom random) {
    KeyPair keys = newKeyPair(random);
    X500Name name = commonName(commonName);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(SERIAL_BITS, random),
            Date.from(validity.notBefore()),
            Date.from(validity.notAfter()),
            name,
            keys.getPublic());
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              extensions.createSubjectKeyIdentifier(keys.getPublic()));
      return new CertificateAuthority(sign(builder, keys.getPrivate()), keys.getPrivate(), random);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("the authority's certificate could not be made", e);
    }
  }

  /**
   * Opens an authority that was kept as PEM text.
   *
   * @throws InvalidTrustMaterialException if either text cannot be read, the certificate is not an
   *     authority's, or the key is not the certificate's
   */
  public static CertificateAuthority open(
      String certificatePem, String privateKeyPem, SecureRandom random)
      throws InvalidTrustMaterialException {
    List<X509Certificate> certificates = Pem.readCertificates(certificatePem);
    if (certificates.size() != 1 || certificates.getFirst().getBasicConstraints() < 0) {
      throw new InvalidTrustMaterialException(
          "The authority's file must hold exactly one certificate, of an authority.");
    }
    PrivateKey key = Pem.readPrivateKey(privateKeyPem);
    if (!belongTogether(certificates.getFirst().getPublicKey(), key)) {
      throw new InvalidTrustMaterialException(
          "The authority's private key is not the one of its certificate.");
    }
    return new CertificateAuthority(certificates.getFirst(), key, random);
  }

  /** A new EC P-256 pair. */
  public static KeyPair newKeyPair(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public String certificatePem() {
    return Pem.certificate(certificate);
  }

  /** PKCS #8, not encrypted: the caller protects it. */
  public String privateKeyPem() {
    return Pem.privateKey(privateKey);
  }

  /** SHA-256 of the authority's certificate, what a join token pins. */
  public byte[] sha256() {
    return Certificates.sha256(certificate);
  }

  /**
   * A gateway's certificate: towards the control plane it is a client, towards people's tunnels a
   * server. It also carries {@link Certificates#gatewayServerName}.
   *
   * @param names DNS names and address literals that the tunnel is reached by
   */
  public X509Certificate issueGateway(
      PublicKey key, String gatewayId, List<String> names, Validity validity) {
    List<GeneralName> alternatives = new ArrayList<>();
    alternatives.add(uri(Certificates.GATEWAY_URI, gatewayId));
    alternatives.add(
        new GeneralName(GeneralName.dNSName, Certificates.gatewayServerName(gatewayId)));
    for (String name : distinct(names)) {
      if (name.endsWith(Certificates.INTERNAL_SUFFIX)) {
        throw new IllegalArgumentException(name + " is a name that only Tidegate itself gives");
      }
      alternatives.add(serverName(name));
    }
    return issue(
        key,
        gatewayId,
        alternatives,
        List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth),
        validity);
  }

  /**
   * The control plane's server certificate. It always carries {@link Certificates#CONTROL_NAME},
   * which is what gateways verify.
   *
   * @param names further DNS names and address literals
   */
  public X509Certificate issueControl(PublicKey key, List<String> names, Validity validity) {
    List<GeneralName> alternatives = new ArrayList<>();
    alternatives.add(new GeneralName(GeneralName.dNSName, Certificates.CONTROL_NAME));
    for (String name : distinct(names)) {
      if (!name.equals(Certificates.CONTROL_NAME)) {
        alternatives.add(serverName(name));
      }
    }
    return issue(
        key, "tidegate control", alternatives, List.of(KeyPurposeId.id_kp_serverAuth), validity);
  }

  /** A client certificate that proves one lease and nothing else. */
  public X509Certificate issueClient(PublicKey key, String leaseId, Validity validity) {
    return issue(
        key,
        leaseId,
        List.of(uri(Certificates.LEASE_URI, leaseId)),
        List.of(KeyPurposeId.id_kp_clientAuth),
        validity);
  }

  /**
   * A client certificate for a user of a database, which proves the name in its subject. For
   * authorities that are a project's own: whoever trusts this one takes the name as proven.
   */
  public X509Certificate issueUser(PublicKey key, X500Principal subject, Validity validity) {
    return issue(
        key,
        X500Name.getInstance(subject.getEncoded()),
        List.of(),
        List.of(KeyPurposeId.id_kp_clientAuth),
        validity);
  }

  /**
   * What of this authority's is no longer good, RFC 5280 section 5.
   *
   * @param serials with the instant since when each is not
   * @param nextUpdate until when the list is to be believed
   */
  public X509CRL revocationList(
      Map<BigInteger, Instant> serials, Instant thisUpdate, Instant nextUpdate) {
    X509v2CRLBuilder builder =
        new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(thisUpdate));
    builder.setNextUpdate(Date.from(nextUpdate));
    serials.forEach(
        (serial, at) -> builder.addCRLEntry(serial, Date.from(at), CRLReason.cessationOfOperation));
    try {
      builder
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate))
          // Grows with each list, as it must: one is made for a newer instant.
          .addExtension(
              Extension.cRLNumber,
              false,
              new CRLNumber(BigInteger.valueOf(thisUpdate.toEpochMilli())));
      byte[] der =
          builder
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(privateKey))
              .getEncoded();
      return (X509CRL)
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("the revocation list could not be made", e);
    }
  }

  @Override
  public String toString() {
    return "CertificateAuthority[" + certificate.getSubjectX500Principal() + ", key=<hidden>]";
  }

  private X509Certificate issue(
      PublicKey key,
      String commonName,
      List<GeneralName> alternatives,
      List<KeyPurposeId> purposes,
      Validity validity) {
    return issue(key, commonName(commonName), alternatives, purposes, validity);
  }

  private X509Certificate issue(
      PublicKey key,
      X500Name subject,
      List<GeneralName> alternatives,
      List<KeyPurposeId> purposes,
      Validity validity) {
    if (validity.notAfter().isAfter(certificate.getNotAfter().toInstant())) {
      throw new IllegalArgumentException("a certificate cannot outlive its authority's");
    }
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
            new BigInteger(SERIAL_BITS, random),
            Date.from(validity.notBefore()),
            Date.from(validity.notAfter()),
            subject,
            key);
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              true,
              new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)))
          .addExtension(
              Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              extensions.createAuthorityKeyIdentifier(certificate));
      if (!alternatives.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(alternatives.toArray(GeneralName[]::new)));
      }
      return sign(builder, privateKey);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("the certificate could not be issued", e);
    }
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws IOException, GeneralSecurityException {
    try {
      byte[] der =
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)).getEncoded();
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static X500Name commonName(String name) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
  }

  private static GeneralName uri(String prefix, String id) {
    if (!IDENTIFIER.matcher(id).matches()) {
      throw new IllegalArgumentException("not an identifier: " + id);
    }
    return new GeneralName(GeneralName.uniformResourceIdentifier, prefix + id);
  }

  private static GeneralName serverName(String name) {
    if (ADDRESS.matcher(name).matches()) {
      try {
        // A literal, by the pattern above: never a look-up.
        return new GeneralName(GeneralName.iPAddress, InetAddress.ofLiteral(name).getHostAddress());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("not an address: " + name, e);
      }
    }
    if (!DNS_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a DNS name or an address: " + name);
    }
    return new GeneralName(GeneralName.dNSName, name);
  }

  private static Set<String> distinct(List<String> names) {
    Set<String> distinct = new LinkedHashSet<>();
    names.forEach(name -> distinct.add(name.toLowerCase(Locale.ROOT)));
    return distinct;
  }

  private static boolean belongTogether(PublicKey publicKey, PrivateKey privateKey) {
    try {
      byte[] probe = {1, 2, 3};
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(privateKey);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
