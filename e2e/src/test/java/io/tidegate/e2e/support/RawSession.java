package io.tidegate.e2e.support;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.tidegate.testkit.load.LoadGenerator;
import io.tidegate.testkit.scram.ScramCredential;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import io.tidegate.testkit.scram.ScramLogin;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.bson.Document;

/**
 * A session begun by the REST API without the command line: for loads that a terminal would not
 * make, and for instants that must be hit exactly.
 */
public final class RawSession {

  private static final String MONGODB = "tidegate-mongodb/1";

  private final Document started;
  private final KeyPair keys;
  private final String password;

  private RawSession(Document started, KeyPair keys, String password) {
    this.started = started;
    this.keys = keys;
    this.password = password;
  }

  /** Files a request; the answer as the API gave it. */
  public static Rest.Answer request(
      RunningTidegate tidegate, Person person, String account, String duration, String reason)
      throws IOException, InterruptedException {
    return person
        .rest()
        .post(
            "/requests",
            new Document("projectId", tidegate.project())
                .append("resource", tidegate.resource())
                .append("account", account)
                .append("duration", duration)
                .append("reason", reason));
  }

  /** Starts a session under a grant. */
  public static RawSession start(Person person, String grantId)
      throws IOException, InterruptedException {
    try {
      KeyPair keys = keys();
      String password = UUID.randomUUID().toString();
      Rest.Answer answer = tryStart(person, grantId, keys, password);
      return new RawSession(answer.good(), keys, password);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tries to start one; the answer, good or not. */
  public static Rest.Answer tryStart(Person person, String grantId)
      throws IOException, InterruptedException {
    try {
      return tryStart(person, grantId, keys(), UUID.randomUUID().toString());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Rest.Answer tryStart(Person person, String grantId, KeyPair keys, String password)
      throws IOException, InterruptedException {
    byte[] salt = new byte[28];
    new SecureRandom().nextBytes(salt);
    ScramCredential verifier =
        ScramCredential.derive(Mechanism.SCRAM_SHA_256, "unused", password, salt);
    Base64.Encoder base64 = Base64.getEncoder();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    return person
        .rest()
        .post(
            "/grants/" + grantId + "/sessions",
            new Document("publicKey", pem)
                .append("advertisedAddress", "127.0.0.1:27017")
                .append(
                    "localAuth",
                    new Document("salt", base64.encodeToString(salt))
                        .append("iterations", verifier.iterations())
                        .append("storedKey", base64.encodeToString(verifier.storedKey()))
                        .append("serverKey", base64.encodeToString(verifier.serverKey())))
                .append("clientName", "e2e"));
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  public String id() {
    return started.getString("sessionId");
  }

  /** The local password; for the test that looks for it where it must not be. */
  public String password() {
    return password;
  }

  /** Through the listener without a tunnel, by SCRAM. */
  public LoadGenerator.Target direct(int port) {
    return LoadGenerator.Target.scram(
        port, new ScramLogin.Password(Mechanism.SCRAM_SHA_256, id(), password));
  }

  /** Through the tunnel's listener with the session's certificate, then by SCRAM. */
  public LoadGenerator.Target tunnel() {
    Document gateway = started.get("gateway", Document.class);
    return new LoadGenerator.Target(
        gateway.getInteger("port"),
        tls(),
        new ScramLogin.Password(Mechanism.SCRAM_SHA_256, id(), password),
        "admin");
  }

  private SslContext tls() {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      X509Certificate[] chain =
          certificates(factory, started.getString("certificate")).toArray(X509Certificate[]::new);
      X509Certificate[] ca =
          certificates(factory, started.getString("ca")).toArray(X509Certificate[]::new);
      return SslContextBuilder.forClient()
          .keyManager(keys.getPrivate(), chain)
          .trustManager(ca)
          // The gateway is named by its id, and dialled by its address.
          .endpointIdentificationAlgorithm(null)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  ApplicationProtocolConfig.Protocol.ALPN,
                  ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                  ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                  MONGODB))
          .build();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<X509Certificate> certificates(CertificateFactory factory, String pem)
      throws GeneralSecurityException {
    Collection<? extends java.security.cert.Certificate> all =
        factory.generateCertificates(
            new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    return all.stream().map(X509Certificate.class::cast).toList();
  }
}
