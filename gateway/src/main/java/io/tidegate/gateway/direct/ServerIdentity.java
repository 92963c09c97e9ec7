package io.tidegate.gateway.direct;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tidegate.gateway.config.ClusterPorts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that direct clients see: the gateway's own of Tidegate's authority, or one that
 * the operator keeps in files. A new one holds for the next connection; nothing is restarted. Safe
 * for any thread.
 */
public final class ServerIdentity {
  private static final Logger LOG = LoggerFactory.getLogger(ServerIdentity.class);

  private final ClusterPorts.@Nullable Files files;
  private volatile Contexts contexts;

  /** What was read last, good or bad. */
  private byte[] seen = {};

  private ServerIdentity(ClusterPorts.@Nullable Files files, Contexts contexts) {
    this.files = files;
    this.contexts = contexts;
  }

  /**
   * The identity to begin with.
   *
   * @param files the operator's own, null for the gateway's
   * @throws IOException when it cannot be used
   */
  public static ServerIdentity of(
      ClusterPorts.@Nullable Files files, PrivateKey key, List<X509Certificate> chain)
      throws IOException {
    if (files == null) {
      return new ServerIdentity(null, contexts(key, chain));
    }
    byte[] certificates = Files.readAllBytes(files.certificates());
    byte[] keys = Files.readAllBytes(files.key());
    ServerIdentity identity = new ServerIdentity(files, contexts(files, certificates, keys));
    identity.seen = both(certificates, keys);
    return identity;
  }

  /**
   * The same identity twice.
   *
   * @param asking also asks the client for a certificate, which it need not have
   */
  private record Contexts(SslContext silent, SslContext asking) {}

  /**
   * What the next connection is to be met with.
   *
   * @param asking whether it is asked for a certificate
   */
  public SslContext context(boolean asking) {
    return asking ? contexts.asking : contexts.silent;
  }

  /** The gateway has another certificate of its own. */
  public void renewed(PrivateKey key, List<X509Certificate> chain) throws IOException {
    if (files == null) {
      contexts = contexts(key, chain);
    }
  }

  /** Reads the files again if they have changed; keeps what there is while they are no good. */
  public synchronized void look() {
    if (files == null) {
      return;
    }
    try {
      byte[] certificates = Files.readAllBytes(files.certificates());
      byte[] keys = Files.readAllBytes(files.key());
      byte[] now = both(certificates, keys);
      if (Arrays.equals(now, seen)) {
        return;
      }
      seen = now;
      contexts = contexts(files, certificates, keys);
      LOG.atInfo().addKeyValue("file", files.certificates()).log("the certificate was replaced");
    } catch (IOException e) {
      // Often one of the two files is written a moment before the other.
      LOG.atWarn()
          .addKeyValue("why", e.getMessage())
          .log("the certificate's files cannot be used; the one before stays");
    }
  }

  private static byte[] both(byte[] certificates, byte[] keys) {
    byte[] both = Arrays.copyOf(certificates, certificates.length + keys.length);
    System.arraycopy(keys, 0, both, certificates.length, keys.length);
    return both;
  }

  private static Contexts contexts(PrivateKey key, List<X509Certificate> chain) throws IOException {
    X509Certificate[] shown = chain.toArray(X509Certificate[]::new);
    return new Contexts(
        silent(SslContextBuilder.forServer(key, shown)),
        asking(SslContextBuilder.forServer(key, shown)));
  }

  private static Contexts contexts(ClusterPorts.Files files, byte[] certificates, byte[] keys)
      throws IOException {
    try {
      return new Contexts(
          silent(
              SslContextBuilder.forServer(
                  new ByteArrayInputStream(certificates), new ByteArrayInputStream(keys))),
          asking(
              SslContextBuilder.forServer(
                  new ByteArrayInputStream(certificates), new ByteArrayInputStream(keys))));
    } catch (IllegalArgumentException | IOException e) {
      throw new IOException(
          "%s and %s are not a certificate with its chain and its key; both are PEM, the key PKCS#8"
              .formatted(files.certificates(), files.key()),
          e);
    }
  }

  private static SslContext asking(SslContextBuilder builder) throws IOException {
    return silent(builder.clientAuth(ClientAuth.OPTIONAL).trustManager(new AnyCertificate()));
  }

  private static SslContext silent(SslContextBuilder builder) throws IOException {
    return builder
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .build();
  }
}
