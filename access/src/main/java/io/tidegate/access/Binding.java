package io.tidegate.access;

import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client has to prove before a lease serves it. {@link Tunnel} is for people and their
 * command line; all others are for clients that connect to the cluster's own port directly.
 */
public sealed interface Binding {

  /**
   * The holder of a key, in the tunnel's TLS.
   *
   * @param keySha256 32 bytes: SHA-256 of the client's public key as SubjectPublicKeyInfo
   * @param localAuth a SCRAM-SHA-256 verifier made by the client, for clients of its own that
   *     insist on a password; null where there is none
   */
  @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
  record Tunnel(byte[] keySha256, @Nullable ScramVerifier localAuth) implements Binding {
    public Tunnel {
      keySha256 = keySha256.clone();
      if (keySha256.length != 32) {
        throw new IllegalArgumentException("a SHA-256 has 32 bytes");
      }
      require(localAuth, ScramMechanism.SHA_256);
    }

    @Override
    public byte[] keySha256() {
      return keySha256.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Tunnel that
          && Arrays.equals(keySha256, that.keySha256)
          && Objects.equals(localAuth, that.localAuth);
    }

    @Override
    public int hashCode() {
      return Objects.hash(Arrays.hashCode(keySha256), localAuth);
    }

    @Override
    public String toString() {
      return "Tunnel[keySha256="
          + HexFormat.of().formatHex(keySha256)
          + ", localAuth="
          + localAuth
          + "]";
    }
  }

  /**
   * Who knows a password, by SCRAM.
   *
   * @param authDatabase that clients name, mostly {@code admin}
   * @param sha256 what SCRAM-SHA-256 is checked against; null where it is not offered
   * @param sha1 the same for SCRAM-SHA-1; one of the two is there
   */
  record ScramUser(
      String authDatabase,
      String username,
      @Nullable ScramVerifier sha256,
      @Nullable ScramVerifier sha1)
      implements Binding {
    public ScramUser {
      require(sha256, ScramMechanism.SHA_256);
      require(sha1, ScramMechanism.SHA_1);
      if (sha256 == null && sha1 == null) {
        throw new IllegalArgumentException("a user without a verifier cannot sign in");
      }
    }

    /** The verifier for this mechanism; null where it is not offered. */
    public @Nullable ScramVerifier verifier(ScramMechanism mechanism) {
      return switch (mechanism) {
        case SHA_1 -> sha1;
        case SHA_256 -> sha256;
      };
    }
  }

  /**
   * The holder of a certificate, by MONGODB-X509.
   *
   * @param subject its distinguished name in RFC 2253 order, as MongoDB prints it
   * @param authoritiesPem the authorities of which one must have issued it: the control plane's for
   *     certificates that it made, else the project's own
   * @param revocationListPem the authorities' revocation lists (X.509 CRL), one after the other;
   *     null where there are none
   */
  record X509User(String subject, String authoritiesPem, @Nullable String revocationListPem)
      implements Binding {}

  /** One user of a directory, by PLAIN over TLS. */
  record LdapUser(String username, LdapServer server) implements Binding {}

  /** Any user of a directory who is in this group, by PLAIN over TLS. */
  record LdapGroup(String groupDn, LdapServer server) implements Binding {}

  private static void require(@Nullable ScramVerifier verifier, ScramMechanism mechanism) {
    if (verifier != null && verifier.mechanism() != mechanism) {
      throw new IllegalArgumentException(
          "a verifier of " + mechanism.mechanismName() + " belongs here");
    }
  }
}
