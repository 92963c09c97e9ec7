package io.tidegate.gateway.target;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.tidegate.access.Lease;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS towards a target, as its lease asks for it. */
final class TargetTls {
  private TargetTls() {}

  /**
   * Null where the target speaks plaintext.
   *
   * @throws SSLException when the authorities cannot be read
   */
  static @Nullable SslContext context(Lease.Tls tls) throws SSLException {
    if (!tls.enabled()) {
      return null;
    }
    SslContextBuilder builder = SslContextBuilder.forClient();
    String caPem = tls.caPem();
    if (!tls.verify()) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    } else if (caPem != null) {
      try {
        builder.trustManager(new ByteArrayInputStream(caPem.getBytes(StandardCharsets.US_ASCII)));
      } catch (IllegalArgumentException e) {
        throw new SSLException("the target's certificate authorities cannot be read", e);
      }
    }
    return builder.build();
  }
}
