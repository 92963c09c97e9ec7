package io.tidegate.gateway.identify;

import io.tidegate.access.Binding;
import io.tidegate.access.LdapServer;
import io.tidegate.access.Lease;
import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.AccountSecret;
import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.Roster;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.SignIn;
import io.tidegate.gateway.session.SubjectNames;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.Command;
import io.tidegate.wire.sasl.PlainMessage;
import io.tidegate.wire.sasl.ScramGate;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramServer;
import io.tidegate.wire.sasl.ScramVerifier;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * The sign-in of a client at a cluster's own port: a user of that cluster, who proves what the
 * user's lease asks for. Whoever is not let in hears the same words, and the same challenge before
 * them, whether the user exists or not.
 */
final class UserSignIn implements SignIn {
  private static final String X509 = "MONGODB-X509";
  private static final String PLAIN = "PLAIN";

  /** For any name: who asks does not learn which users there are. */
  private static final List<String> MECHANISMS =
      List.of(ScramMechanism.SHA_1.mechanismName(), ScramMechanism.SHA_256.mechanismName());

  private static final Comparator<Session> BY_LEASE =
      Comparator.comparing(session -> session.lease().leaseId());

  private final Sessions sessions;
  private final SignInThrottle throttle;
  private final Trusts trusts;
  private final Directory directory;
  private final Arrival arrival;
  private final String cluster;
  private final ScramGate gate;

  /** The database that the step under way names. */
  private String database = "";

  /** The exchange under way; null before there was one. */
  private @Nullable Exchange exchange;

  /** What the connection was let in for; null while it is not. */
  private @Nullable Proof proof;

  /**
   * A SCRAM exchange.
   *
   * @param verifier null when there is nobody to let in, or nothing is checked for a while
   */
  private record Exchange(
      Roster.Name name,
      ScramMechanism mechanism,
      @Nullable ScramVerifier verifier,
      boolean barred) {
    @Override
    public String toString() {
      return "Exchange[" + name + ", <hidden>]";
    }
  }

  /** Something that was proven. */
  private sealed interface Proof {
    Roster.Name name();
  }

  private record Password(Roster.Name name, ScramMechanism mechanism, ScramVerifier verifier)
      implements Proof {
    @Override
    public String toString() {
      return "Password[" + name + ", <hidden>]";
    }
  }

  private record Certificate(Roster.Name name, List<X509Certificate> chain) implements Proof {}

  /**
   * A password of a directory.
   *
   * @param groupDn of the lease that lets in, null where the user has one
   */
  private record Entry(Roster.Name name, LdapServer server, @Nullable String groupDn)
      implements Proof {}

  UserSignIn(
      Sessions sessions,
      SignInThrottle throttle,
      Trusts trusts,
      Directory directory,
      Supplier<String> nonces,
      byte[] saltKey,
      Arrival arrival,
      String cluster) {
    this.sessions = sessions;
    this.throttle = throttle;
    this.trusts = trusts;
    this.directory = directory;
    this.arrival = arrival;
    this.cluster = cluster;
    this.gate = new ScramGate(new ScramServer(this::verifier, saltKey), nonces);
  }

  @Override
  public List<String> mechanisms() {
    return MECHANISMS;
  }

  @Override
  public Step handle(Command command) {
    String mechanism = text(command, "mechanism");
    return switch (command.name()) {
      case "saslStart" ->
          ScramMechanism.named(mechanism) != null
              ? scram(command)
              : mechanism.equals(PLAIN) ? plain(command) : notServed(mechanism);
      case "saslContinue" -> scram(command);
      default ->
          mechanism.equals(X509)
              ? certificate(command.database(), text(command, "user"))
              : notServed(mechanism);
    };
  }

  private static String text(Command command, String field) {
    BsonElement element = command.body().find(field);
    return element != null && element.isString() ? element.string() : "";
  }

  private static Failed notServed(String mechanism) {
    return switch (mechanism) {
      case "MONGODB-OIDC", "MONGODB-AWS", "GSSAPI", "MONGODB-CR" ->
          Refusals.of(RuleId.MECHANISM_NOT_SERVED, mechanism);
      case X509, PLAIN -> Refusals.of(RuleId.MECHANISM_NOT_SERVED, mechanism + " by this command");
      default -> Refusals.of(RuleId.MECHANISM_NOT_SERVED, "an unknown mechanism");
    };
  }

  @Override
  public @Nullable Answered speculative(BsonDocument command) {
    String named = command.isString("db") ? command.getString("db").getValue() : "";
    if (!command.isEmpty() && command.getFirstKey().equals("authenticate")) {
      String user = command.isString("user") ? command.getString("user").getValue() : "";
      Answered answered = certificate(named, user);
      if (answered instanceof Proven proven) {
        BsonDocument reply = proven.reply().clone();
        reply.remove("ok");
        return new Proven(proven.session(), reply);
      }
      // A failed guess is no failed login: the client then goes the whole way, and hears why.
      return null;
    }
    database = named;
    BsonDocument reply = gate.speculative(command);
    return reply == null ? null : new Challenge(reply);
  }

  // By SCRAM.

  private Answered scram(Command command) {
    database = command.database();
    ScramGate.Result result = gate.handle(command);
    Exchange under = exchange;
    if (under != null && isOther(under.name())) {
      return Refusals.of(RuleId.SIGNED_IN_ALREADY, "");
    }
    return switch (result) {
      case ScramGate.Continue go -> new Challenge(go.reply());
      case ScramGate.Refused no ->
          under == null || under.barred()
              ? Refusals.unexplained(RuleId.BAD_CREDENTIAL, no.reason())
              : failed(under.name(), no.reason());
      case ScramGate.Accepted yes ->
          under == null || under.verifier() == null
              ? Refusals.unexplained(RuleId.BAD_CREDENTIAL, "there is no such user")
              : letIn(
                  sessions.roster().user(under.name()),
                  new Password(under.name(), under.mechanism(), under.verifier()),
                  yes.reply());
    };
  }

  private @Nullable ScramVerifier verifier(ScramMechanism mechanism, String username) {
    Roster.Name name = new Roster.Name(cluster, database, username);
    if (barred(name)) {
      exchange = new Exchange(name, mechanism, null, true);
      return null;
    }
    Session session = sessions.roster().user(name);
    ScramVerifier verifier =
        session != null && session.lease().binding() instanceof Binding.ScramUser user
            ? user.verifier(mechanism)
            : null;
    exchange = new Exchange(name, mechanism, verifier, false);
    return verifier;
  }

  // By a certificate.

  private Answered certificate(String named, String user) {
    List<X509Certificate> chain = arrival.certificates();
    if (!named.equals(Roster.EXTERNAL)) {
      return Refusals.unexplained(
          RuleId.BAD_CREDENTIAL, "users with certificates are of $external");
    }
    if (chain.isEmpty()) {
      return Refusals.of(RuleId.NO_CERTIFICATE, "");
    }
    String subject = SubjectNames.of(chain.getFirst());
    Roster.Name name = new Roster.Name(cluster, Roster.EXTERNAL, subject);
    if (isOther(name)) {
      return Refusals.of(RuleId.SIGNED_IN_ALREADY, "");
    }
    if (barred(name)) {
      return Refusals.unexplained(RuleId.BAD_CREDENTIAL, "too many attempts have failed lately");
    }
    if (!user.isEmpty() && !SubjectNames.of(user).equals(subject)) {
      return failed(name, "the certificate is another user's");
    }
    Session session = sessions.roster().user(name);
    if (session == null || !(session.lease().binding() instanceof Binding.X509User bound)) {
      return failed(name, "no user has the certificate's subject");
    }
    String objection = trusts.objection(bound, chain, now());
    return objection != null
        ? failed(name, objection)
        : letIn(
            session,
            new Certificate(name, chain),
            new BsonDocument("dbname", new BsonString(Roster.EXTERNAL))
                .append("user", new BsonString(subject))
                .append("ok", new BsonDouble(1)));
  }

  // By a directory.

  private Step plain(Command command) {
    BsonElement payload = command.body().find("payload");
    PlainMessage login =
        payload != null && payload.type() == BsonType.BINARY
            ? PlainMessage.parse(payload.binary())
            : null;
    if (login == null || !command.database().equals(Roster.EXTERNAL)) {
      return Refusals.unexplained(
          RuleId.BAD_CREDENTIAL, "a PLAIN sign-in has a name and a password, of $external");
    }
    Roster.Name name = new Roster.Name(cluster, Roster.EXTERNAL, login.username());
    if (isOther(name)) {
      return Refusals.of(RuleId.SIGNED_IN_ALREADY, "");
    }
    Session asking = whoseDirectory(name);
    AccountSecret search = asking == null ? null : asking.directory();
    if (asking == null || search == null || barred(name)) {
      login.wipe();
      return Refusals.unexplained(
          RuleId.BAD_CREDENTIAL, "the cluster has no directory, or too many attempts have failed");
    }
    LdapServer server = serverOf(asking.lease());
    if (server == null) {
      login.wipe();
      return Refusals.unexplained(RuleId.BAD_CREDENTIAL, "the user has just changed");
    }
    // Asked for whoever it is, and in the same way: an answer that comes sooner would tell.
    return new Pending(
        directory.ask(server, search, login).thenApply(answer -> answered(name, server, answer)));
  }

  private Answered answered(Roster.Name name, LdapServer server, Directory.Answer answer) {
    return switch (answer) {
      case Directory.Answer.Wrong wrong -> failed(name, wrong.reason());
      case Directory.Answer.Unavailable unavailable ->
          Refusals.of(RuleId.DIRECTORY_AWAY, "", unavailable.reason(), "");
      case Directory.Answer.Right right -> {
        Session own = sessions.roster().user(name);
        if (own != null && own.lease().binding() instanceof Binding.LdapUser) {
          yield letIn(own, new Entry(name, server, null), done());
        }
        Session group = groupOf(server, Directory.among(right.groups()));
        yield group != null && group.lease().binding() instanceof Binding.LdapGroup bound
            ? letIn(group, new Entry(name, server, bound.groupDn()), done())
            : failed(name, "the directory knows the name, and no lease does");
      }
    };
  }

  /** The session by whose lease the directory is asked: the user's own, else any that has one. */
  private @Nullable Session whoseDirectory(Roster.Name name) {
    Session own = sessions.roster().user(name);
    if (own != null && serverOf(own.lease()) != null) {
      return own;
    }
    return sessions.roster().of(cluster).stream()
        .filter(session -> serverOf(session.lease()) != null)
        .min(BY_LEASE)
        .orElse(null);
  }

  /** One lease for one connection: of several groups that have one, that which was made first. */
  private @Nullable Session groupOf(LdapServer server, Predicate<String> member) {
    return sessions.roster().of(cluster).stream()
        .filter(session ->
            session.lease().binding() instanceof Binding.LdapGroup group
                && group.server().isSameDirectoryAs(server)
                && member.test(group.groupDn()))
        .min(BY_LEASE)
        .orElse(null);
  }

  private static @Nullable LdapServer serverOf(Lease lease) {
    return switch (lease.binding()) {
      case Binding.LdapUser user -> user.server();
      case Binding.LdapGroup group -> group.server();
      case Binding.ScramUser _, Binding.X509User _, Binding.Tunnel _ -> null;
    };
  }

  private static BsonDocument done() {
    return new BsonDocument("conversationId", new BsonInt32(1))
        .append("done", BsonBoolean.TRUE)
        .append("payload", new BsonBinary(new byte[0]))
        .append("ok", new BsonDouble(1));
  }

  // Whatever is proven.

  private boolean isOther(Roster.Name name) {
    Proof before = proof;
    return before != null && !before.name().equals(name);
  }

  private boolean barred(Roster.Name name) {
    return throttle.ruling(address(), name, now()) != SignInThrottle.Ruling.CHECK;
  }

  private Failed failed(Roster.Name name, String reason) {
    throttle.failed(address(), name, now());
    return Refusals.unexplained(RuleId.BAD_CREDENTIAL, reason);
  }

  private Answered letIn(@Nullable Session session, Proof proven, BsonDocument reply) {
    if (session == null || !goodFor(proven, session.lease())) {
      return Refusals.unexplained(RuleId.BAD_CREDENTIAL, "the user has just changed");
    }
    throttle.succeeded(address(), proven.name());
    if (!session.lease().network().admits(arrival.origin(), now())) {
      // Told only to who has proven to be the user.
      return Refusals.of(RuleId.OUTSIDE_NETWORK, "", session.lease().requestUrl());
    }
    proof = proven;
    return new Proven(session, reply);
  }

  /** Whether a lease asks for just what was proven. */
  private boolean goodFor(Proof proven, Lease lease) {
    return switch (proven) {
      case Password password ->
          lease.binding() instanceof Binding.ScramUser user
              && user.username().equals(password.name().username())
              && user.authDatabase().equals(password.name().authDatabase())
              && password.verifier().equals(user.verifier(password.mechanism()));
      case Certificate certificate ->
          lease.binding() instanceof Binding.X509User user
              && SubjectNames.of(user.subject()).equals(certificate.name().username())
              && trusts.objection(user, certificate.chain(), now()) == null;
      case Entry entry ->
          switch (lease.binding()) {
            case Binding.LdapUser user ->
                entry.groupDn() == null
                    && user.username().equals(entry.name().username())
                    && user.server().isSameDirectoryAs(entry.server());
            case Binding.LdapGroup group ->
                group.groupDn().equals(entry.groupDn())
                    && group.server().isSameDirectoryAs(entry.server());
            case Binding.ScramUser _, Binding.X509User _, Binding.Tunnel _ -> false;
          };
    };
  }

  @Override
  public @Nullable RuleId lapsed(Session session) {
    Proof proven = proof;
    return proven == null || goodFor(proven, session.lease()) ? null : RuleId.CREDENTIAL_CHANGED;
  }

  private InetAddress address() {
    return arrival.origin().address();
  }

  private Instant now() {
    return sessions.clock().instant();
  }
}
