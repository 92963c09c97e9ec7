package io.tidegate.gateway.identify;

import io.tidegate.access.Binding;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What leases say of authorities, read once: reading takes a millisecond, and many connections of a
 * pool come at a time. Safe for any thread.
 */
final class Trusts {
  private static final int MOST = 256;

  private final Map<Binding.X509User, X509Trust> read =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Binding.X509User, X509Trust> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Why the certificate is not believed; null when it is.
   *
   * @param chain the client's own first
   */
  @Nullable String objection(Binding.X509User user, List<X509Certificate> chain, Instant now) {
    X509Trust trust;
    try {
      trust = of(user);
    } catch (GeneralSecurityException e) {
      return "the lease's authorities cannot be read: " + e.getMessage();
    }
    return trust.objection(chain, now);
  }

  private synchronized X509Trust of(Binding.X509User user) throws GeneralSecurityException {
    X509Trust known = read.get(user);
    if (known == null) {
      known = X509Trust.of(user);
      read.put(user, known);
    }
    return known;
  }
}
