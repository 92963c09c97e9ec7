package io.tidegate.access;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The directory that knows a lease's users, as MongoDB's LDAP settings put it. It is always spoken
 * to by TLS: users' passwords pass here.
 *
 * @param caPem the authorities to trust; null for those of the system
 * @param bindUsername the distinguished name that the gateway looks things up as
 * @param sealedBindPassword its password, sealed to the gateway's own key under {@link
 *     #sealContext}
 * @param userToDn how a user name becomes a distinguished name, the first that matches; empty when
 *     user names are distinguished names
 * @param groupQuery the LDAP URL's path (RFC 4516) that finds a user's groups, {@code {USER}}
 *     standing for the distinguished name; null when there are no groups
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record LdapServer(
    String host,
    int port,
    @Nullable String caPem,
    String bindUsername,
    byte[] sealedBindPassword,
    List<UserToDn> userToDn,
    @Nullable String groupQuery) {
  public LdapServer {
    sealedBindPassword = sealedBindPassword.clone();
    userToDn = List.copyOf(userToDn);
    if (host.isBlank() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a directory has a host and a port of 1 to 65535");
    }
  }

  /** One step from a user name to a distinguished name. */
  public sealed interface UserToDn {
    /** A regular expression for the whole user name. */
    String match();

    /** The name with {@code {0}}, {@code {1}} and so on replaced by the expression's groups. */
    record Substitution(String match, String substitution) implements UserToDn {}

    /** The one entry that this LDAP URL's path finds, its groups replaced likewise. */
    record Query(String match, String ldapQuery) implements UserToDn {}
  }

  /** What the bind password is sealed under, so that it opens for this lease and purpose only. */
  public static String sealContext(String leaseId) {
    return leaseId + "/ldap";
  }

  /** Whether both ask the same directory in the same way; the sealed password may differ. */
  public boolean isSameDirectoryAs(LdapServer other) {
    return host.equals(other.host)
        && port == other.port
        && Objects.equals(caPem, other.caPem)
        && bindUsername.equals(other.bindUsername)
        && userToDn.equals(other.userToDn)
        && Objects.equals(groupQuery, other.groupQuery);
  }

  @Override
  public byte[] sealedBindPassword() {
    return sealedBindPassword.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LdapServer that
        && isSameDirectoryAs(that)
        && Arrays.equals(sealedBindPassword, that.sealedBindPassword);
  }

  @Override
  public int hashCode() {
    return Objects.hash(host, port, bindUsername, userToDn, groupQuery);
  }

  @Override
  public String toString() {
    return "LdapServer[" + host + ":" + port + ", bindUsername=" + bindUsername + ", <hidden>]";
  }
}
