package io.tidegate.link.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthorityTest {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  private final SecureRandom random = new SecureRandom();
  private final Instant now = Instant.parse("2026-11-23T08:00:00Z");
  private final Validity tenYears = Validity.lasting(now, Duration.ofDays(3650));
  private final Validity anHour = Validity.lasting(now, Duration.ofHours(1));
  private final CertificateAuthority authority =
      CertificateAuthority.create("Tidegate", tenYears, random);
  private final KeyPair keys = CertificateAuthority.newKeyPair(random);

  @Test
  void aClientCertificateProvesItsLeaseAndNothingElse() throws Exception {
    X509Certificate client = authority.issueClient(keys.getPublic(), "lse_01ABC", anHour);

    client.verify(authority.certificate().getPublicKey());
    assertThat(Certificates.leaseIdOf(client)).isEqualTo("lse_01ABC");
    assertThat(Certificates.gatewayIdOf(client)).isNull();
    assertThat(client.getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
    assertThat(client.getBasicConstraints()).isEqualTo(-1);
    assertThat(client.getNotAfter().toInstant()).isEqualTo(anHour.notAfter());
    assertThat(client.getSubjectX500Principal().getName()).isEqualTo("CN=lse_01ABC");
    assertThat(Certificates.spkiSha256(client))
        .isEqualTo(Certificates.spkiSha256(keys.getPublic()));
  }

  @Test
  void aGatewaysCertificateServesAndCalls() throws Exception {
    X509Certificate gateway =
        authority.issueGateway(
            keys.getPublic(), "gtw_01ABC", List.of("db.example.com", "10.0.0.7", "::1"), anHour);

    assertThat(Certificates.gatewayIdOf(gateway)).isEqualTo("gtw_01ABC");
    assertThat(Certificates.leaseIdOf(gateway)).isNull();
    assertThat(gateway.getExtendedKeyUsage()).containsExactly(SERVER_AUTH, CLIENT_AUTH);
    assertThat(gateway.getSubjectAlternativeNames().stream().map(name -> (Object) name.get(1)))
        .containsExactly(
            "tidegate://gateway/gtw_01ABC",
            "gtw-01abc.gateway.tidegate.internal",
            "db.example.com",
            "10.0.0.7",
            "0:0:0:0:0:0:0:1");
    assertThat(gateway.getSubjectX500Principal().getName()).isEqualTo("CN=gtw_01ABC");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "control.tidegate.internal",
        "Control.Tidegate.Internal",
        "gtw-other.gateway.tidegate.internal",
        "*.example.com",
        "",
        "a b",
        "999.1.1.1",
        "x,DNS:evil"
      })
  void aGatewayCannotBeGivenAnothersOrAStrangeName(String name) {
    assertThatThrownBy(
            () -> authority.issueGateway(keys.getPublic(), "gtw_1", List.of(name), anHour))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "lse_1?x", "lse 1", "lse_1\n"})
  void anIdentifierThatIsNoneIsRefused(String id) {
    assertThatThrownBy(() -> authority.issueClient(keys.getPublic(), id, anHour))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingOutlivesTheAuthority() {
    Validity tooLong = Validity.lasting(now, Duration.ofDays(4000));
    assertThatThrownBy(() -> authority.issueClient(keys.getPublic(), "lse_1", tooLong))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theAuthorityIsKeptAsTextAndOpenedAgain() throws Exception {
    CertificateAuthority opened =
        CertificateAuthority.open(authority.certificatePem(), authority.privateKeyPem(), random);

    opened
        .issueClient(keys.getPublic(), "lse_1", anHour)
        .verify(authority.certificate().getPublicKey());
    assertThat(opened.sha256()).isEqualTo(authority.sha256());
    assertThat(opened.toString()).contains("<hidden>");
  }

  @Test
  void anAuthorityWithAnothersKeyIsRefused() {
    CertificateAuthority other = CertificateAuthority.create("Tidegate", tenYears, random);
    assertThatThrownBy(() ->
            CertificateAuthority.open(authority.certificatePem(), other.privateKeyPem(), random))
        .isInstanceOf(InvalidTrustMaterialException.class);
    String leaf = Pem.certificate(authority.issueClient(keys.getPublic(), "lse_1", anHour));
    assertThatThrownBy(
            () -> CertificateAuthority.open(leaf, Pem.privateKey(keys.getPrivate()), random))
        .isInstanceOf(InvalidTrustMaterialException.class);
  }

  @Test
  void aRequestProvesItsKey() throws Exception {
    CertificateRequest request = CertificateRequest.of(keys);
    assertThat(CertificateRequest.parse(request.der()).publicKey()).isEqualTo(keys.getPublic());

    byte[] altered = request.der().clone();
    altered[altered.length - 1] ^= 1;
    assertThatThrownBy(() -> CertificateRequest.parse(altered))
        .isInstanceOf(InvalidTrustMaterialException.class);
    assertThatThrownBy(() -> CertificateRequest.parse(new byte[] {0x30, 0x03, 1, 2, 3}))
        .isInstanceOf(InvalidTrustMaterialException.class);
    assertThatThrownBy(() -> CertificateRequest.parse(new byte[0]))
        .isInstanceOf(InvalidTrustMaterialException.class);
  }

  @Test
  void pemIsReadBackAndDamageIsSaid() throws Exception {
    assertThat(Pem.readPublicKey(Pem.publicKey(keys.getPublic()))).isEqualTo(keys.getPublic());
    assertThat(Pem.readPrivateKey(Pem.privateKey(keys.getPrivate()))).isEqualTo(keys.getPrivate());
    String two = Pem.certificates(List.of(authority.certificate(), authority.certificate()));
    assertThat(Pem.readCertificates(two)).hasSize(2);
    for (String bad :
        List.of("", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")) {
      assertThatThrownBy(() -> Pem.readCertificates(bad))
          .isInstanceOf(InvalidTrustMaterialException.class);
    }
  }

  @Test
  void aJoinTokenIsReadBackAndKeepsItsSecret() throws Exception {
    JoinToken token = JoinToken.issue(random, authority);
    JoinToken read = JoinToken.parse(" " + token.encoded() + "\n");

    assertThat(read.id()).isEqualTo(token.id());
    assertThat(JoinToken.secretMatches(read.secret(), token.secretSha256())).isTrue();
    assertThat(JoinToken.secretMatches(new byte[32], token.secretSha256())).isFalse();
    assertThat(read.authoritySha256()).isEqualTo(authority.sha256());
    assertThat(token.toString()).doesNotContain(token.encoded()).contains("<hidden>");
    for (String bad :
        List.of("", "not a token", token.encoded().substring(1), token.encoded() + "AAAA")) {
      assertThatThrownBy(() -> JoinToken.parse(bad))
          .isInstanceOf(InvalidTrustMaterialException.class);
    }
  }

  @Test
  void aSealedSecretOpensForItsGatewayAndLeaseOnly() throws Exception {
    SealingKey gateway = SealingKey.generate();
    SealingKey other = SealingKey.generate();
    PublicSealingKey known = PublicSealingKey.parse(gateway.publicKey().bytes());
    SealedSecret sealed = known.seal("pa55word".getBytes(), "lse_1");

    assertThat(new String(gateway.open(sealed, "lse_1"))).isEqualTo("pa55word");
    assertThat(
            new String(
                SealingKey.ofSecretBytes(gateway.secretBytes())
                    .open(new SealedSecret(sealed.bytes()), "lse_1")))
        .isEqualTo("pa55word");
    assertThatThrownBy(() -> gateway.open(sealed, "lse_2"))
        .isInstanceOf(InvalidTrustMaterialException.class);
    assertThatThrownBy(() -> other.open(sealed, "lse_1"))
        .isInstanceOf(InvalidTrustMaterialException.class);
    assertThatThrownBy(() -> PublicSealingKey.parse(new byte[] {1}))
        .isInstanceOf(InvalidTrustMaterialException.class);
    assertThat(sealed.toString()).isEqualTo("SealedSecret[<hidden>]");
  }

  @Test
  void credentialsAreKeptForTheirOwnerOnly(@TempDir Path folder) throws Exception {
    assertThat(GatewayCredentials.load(folder)).isNull();
    GatewayCredentials credentials =
        new GatewayCredentials(
            keys.getPrivate(),
            authority.issueGateway(keys.getPublic(), "gtw_1", List.of(), anHour),
            authority.certificate());

    credentials.save(folder);
    credentials.save(folder);

    assertThat(GatewayCredentials.load(folder)).isEqualTo(credentials);
    try (var files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(all.getFirst())))
          .isEqualTo("rw-------");
    }
    assertThat(credentials.toString()).isEqualTo("GatewayCredentials[gtw_1, key=<hidden>]");
    assertThat(credentials.renewAt())
        .isEqualTo(now.minus(5, ChronoUnit.MINUTES).plus(65 * 60 * 2 / 3, ChronoUnit.SECONDS));
  }
}
