package io.tidegate.gateway.identify;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPBindException;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import io.tidegate.access.LdapServer;
import io.tidegate.access.LdapServer.UserToDn;
import io.tidegate.gateway.identify.DirectoryMapping.Mapped;
import io.tidegate.gateway.identify.DirectoryMapping.Search;
import io.tidegate.gateway.session.AccountSecret;
import io.tidegate.wire.sasl.PlainMessage;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks an LDAP directory whether a password is right and what groups its owner is in. Blocks, so it
 * has threads of its own, a bounded number at once, and a deadline for each word of the directory.
 */
final class Directory {
  private static final int AT_ONCE = 32;
  private static final int CONNECT_MILLIS = 3_000;
  private static final int ANSWER_MILLIS = 3_000;
  private static final int MOST_GROUPS = 2_000;

  private final Executor threads = task -> Thread.ofVirtual().name("tidegate-ldap").start(task);
  private final Semaphore room = new Semaphore(AT_ONCE);

  /** What the directory says. */
  sealed interface Answer {
    /**
     * The password is right.
     *
     * @param groups distinguished names of the groups that it was asked for
     */
    record Right(Set<DN> groups) implements Answer {}

    /** The password is wrong, or there is no such user. */
    record Wrong(String reason) implements Answer {}

    /** It cannot be asked. */
    record Unavailable(String reason) implements Answer {}
  }

  /** Asks; completes on a thread of its own. The password is wiped afterwards. */
  CompletableFuture<Answer> ask(LdapServer server, AccountSecret search, PlainMessage login) {
    if (!room.tryAcquire()) {
      login.wipe();
      return CompletableFuture.completedFuture(
          new Answer.Unavailable("too many sign-ins wait for the directory already"));
    }
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return answer(server, search, login);
          } catch (LDAPException e) {
            return new Answer.Unavailable("the directory cannot be asked: " + e.getMessage());
          } finally {
            login.wipe();
            room.release();
          }
        },
        threads);
  }

  private static Answer answer(LdapServer server, AccountSecret search, PlainMessage login)
      throws LDAPException {
    try (LDAPConnection connection = connect(server)) {
      signInToSearch(connection, search);
      String dn = nameOf(connection, server, login.username());
      if (dn == null) {
        return new Answer.Wrong("no entry of the directory has that name");
      }
      try {
        connection.bind(new SimpleBindRequest(dn, login.password().clone()));
      } catch (LDAPBindException e) {
        ResultCode code = e.getResultCode();
        if (code.equals(ResultCode.INVALID_CREDENTIALS)
            || code.equals(ResultCode.NO_SUCH_OBJECT)
            || code.equals(ResultCode.INVALID_DN_SYNTAX)) {
          return new Answer.Wrong("user or password is wrong, says the directory");
        }
        throw e;
      }
      String template = server.groupQuery();
      if (template == null) {
        return new Answer.Right(Set.of());
      }
      signInToSearch(connection, search);
      return new Answer.Right(groups(connection, DirectoryMapping.groups(template, dn)));
    }
  }

  private static void signInToSearch(LDAPConnection connection, AccountSecret search)
      throws LDAPException {
    if (search.password().isEmpty()) {
      throw new LDAPException(ResultCode.PARAM_ERROR, "the account that searches has no password");
    }
    connection.bind(new SimpleBindRequest(search.username(), search.password()));
  }

  private static @Nullable String nameOf(
      LDAPConnection connection, LdapServer server, String username) throws LDAPException {
    if (server.userToDn().isEmpty()) {
      return DN.isValidDN(username) ? username : null;
    }
    for (UserToDn step : server.userToDn()) {
      switch (DirectoryMapping.map(step, username)) {
        case Mapped.Name name -> {
          return name.dn();
        }
        case Mapped.Find find -> {
          List<SearchResultEntry> found = search(connection, find.search(), 2);
          // Two entries for one name: who is meant is anybody's guess.
          if (found.size() == 1) {
            return found.getFirst().getDN();
          }
        }
        case null -> {}
      }
    }
    return null;
  }

  private static Set<DN> groups(LDAPConnection connection, Search query) throws LDAPException {
    Set<DN> groups = new HashSet<>();
    String attribute = query.attribute();
    for (SearchResultEntry entry : search(connection, query, MOST_GROUPS)) {
      if (attribute == null) {
        groups.add(entry.getParsedDN());
        continue;
      }
      String[] values = entry.getAttributeValues(attribute);
      for (String value : values == null ? new String[0] : values) {
        if (DN.isValidDN(value)) {
          groups.add(new DN(value));
        }
      }
    }
    return groups;
  }

  private static List<SearchResultEntry> search(LDAPConnection connection, Search query, int most)
      throws LDAPException {
    String attribute = query.attribute();
    SearchRequest request =
        new SearchRequest(
            query.base(),
            query.scope(),
            query.filter(),
            attribute == null ? SearchRequest.NO_ATTRIBUTES : attribute);
    request.setSizeLimit(most);
    request.setTimeLimitSeconds(ANSWER_MILLIS / 1000);
    try {
      return entries(connection.search(request));
    } catch (com.unboundid.ldap.sdk.LDAPSearchException e) {
      if (e.getResultCode().equals(ResultCode.NO_SUCH_OBJECT)
          || e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
        return entries(e.getSearchResult());
      }
      throw e;
    }
  }

  private static List<SearchResultEntry> entries(SearchResult result) {
    List<SearchResultEntry> entries = result.getSearchEntries();
    return entries == null ? List.of() : entries;
  }

  private static LDAPConnection connect(LdapServer server) throws LDAPException {
    LDAPConnectionOptions options = new LDAPConnectionOptions();
    options.setConnectTimeoutMillis(CONNECT_MILLIS);
    options.setResponseTimeoutMillis(ANSWER_MILLIS);
    options.setFollowReferrals(false);
    options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
    return new LDAPConnection(sockets(server.caPem()), options, server.host(), server.port());
  }

  private static SSLSocketFactory sockets(@Nullable String caPem) throws LDAPException {
    try {
      KeyStore trusted = null;
      if (caPem != null) {
        trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        List<X509Certificate> authorities = PemText.certificates(caPem);
        for (int i = 0; i < authorities.size(); i++) {
          trusted.setCertificateEntry("ca" + i, authorities.get(i));
        }
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException | IOException e) {
      throw new LDAPException(
          ResultCode.PARAM_ERROR, "the directory's authorities cannot be read", e);
    }
  }

  /** Why it can never be asked; null when it may be. */
  static @Nullable String unusable(LdapServer server) {
    try {
      sockets(server.caPem());
      for (UserToDn step : server.userToDn()) {
        DirectoryMapping.check(step);
      }
      String template = server.groupQuery();
      if (template != null) {
        DirectoryMapping.groups(template, "cn=somebody");
      }
      return null;
    } catch (LDAPException e) {
      return e.getMessage();
    }
  }

  /** Whether a group that a lease names is among these. */
  static Predicate<String> among(Set<DN> groups) {
    return name -> {
      try {
        return groups.contains(new DN(name));
      } catch (LDAPException e) {
        return false;
      }
    };
  }
}
