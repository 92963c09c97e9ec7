package io.tidegate.access;

import static io.tidegate.access.LeaseCodec.bytes;
import static io.tidegate.access.LeaseCodec.string;
import static io.tidegate.access.LeaseCodec.stringOrNull;
import static io.tidegate.access.LeaseCodec.text;
import static io.tidegate.access.LeaseCodec.textOrNull;

import io.tidegate.access.Binding.LdapGroup;
import io.tidegate.access.Binding.LdapUser;
import io.tidegate.access.Binding.ScramUser;
import io.tidegate.access.Binding.Tunnel;
import io.tidegate.access.Binding.X509User;
import io.tidegate.access.LdapServer.UserToDn;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** The part of {@link LeaseCodec} that says what a client has to prove. */
final class BindingCodec {
  private BindingCodec() {}

  static BsonDocument document(Binding binding) {
    return switch (binding) {
      case Tunnel tunnel ->
          kind("tunnel")
              .append("keySha256", new BsonBinary(tunnel.keySha256()))
              .append("localAuth", document(tunnel.localAuth()));
      case ScramUser user ->
          kind("scram")
              .append("authDatabase", text(user.authDatabase()))
              .append("username", text(user.username()))
              .append("sha256", document(user.sha256()))
              .append("sha1", document(user.sha1()));
      case X509User user ->
          kind("x509")
              .append("subject", text(user.subject()))
              .append("authoritiesPem", text(user.authoritiesPem()))
              .append("revocationListPem", textOrNull(user.revocationListPem()));
      case LdapUser user ->
          kind("ldapUser")
              .append("username", text(user.username()))
              .append("server", document(user.server()));
      case LdapGroup group ->
          kind("ldapGroup")
              .append("groupDn", text(group.groupDn()))
              .append("server", document(group.server()));
    };
  }

  private static BsonDocument kind(String name) {
    return new BsonDocument("kind", text(name));
  }

  private static BsonValue document(@Nullable ScramVerifier verifier) {
    return verifier == null
        ? BsonNull.VALUE
        : new BsonDocument("salt", new BsonBinary(verifier.salt()))
            .append("iterations", new BsonInt32(verifier.iterations()))
            .append("storedKey", new BsonBinary(verifier.storedKey()))
            .append("serverKey", new BsonBinary(verifier.serverKey()));
  }

  private static BsonDocument document(LdapServer server) {
    BsonArray steps = new BsonArray();
    for (UserToDn step : server.userToDn()) {
      steps.add(
          switch (step) {
            case UserToDn.Substitution by ->
                new BsonDocument("match", text(by.match()))
                    .append("substitution", text(by.substitution()));
            case UserToDn.Query by ->
                new BsonDocument("match", text(by.match()))
                    .append("ldapQuery", text(by.ldapQuery()));
          });
    }
    return new BsonDocument("host", text(server.host()))
        .append("port", new BsonInt32(server.port()))
        .append("caPem", textOrNull(server.caPem()))
        .append("bindUsername", text(server.bindUsername()))
        .append("sealedBindPassword", new BsonBinary(server.sealedBindPassword()))
        .append("userToDn", steps)
        .append("groupQuery", textOrNull(server.groupQuery()));
  }

  static Binding binding(BsonDocument from) {
    return switch (string(from, "kind")) {
      case "tunnel" ->
          new Tunnel(bytes(from, "keySha256"), verifier(from, "localAuth", ScramMechanism.SHA_256));
      case "scram" ->
          new ScramUser(
              string(from, "authDatabase"),
              string(from, "username"),
              verifier(from, "sha256", ScramMechanism.SHA_256),
              verifier(from, "sha1", ScramMechanism.SHA_1));
      case "x509" ->
          new X509User(
              string(from, "subject"),
              string(from, "authoritiesPem"),
              stringOrNull(from, "revocationListPem"));
      case "ldapUser" -> new LdapUser(string(from, "username"), server(from.getDocument("server")));
      case "ldapGroup" ->
          new LdapGroup(string(from, "groupDn"), server(from.getDocument("server")));
      default -> throw new IllegalArgumentException("a binding that is not known");
    };
  }

  private static @Nullable ScramVerifier verifier(
      BsonDocument from, String key, ScramMechanism mechanism) {
    if (from.isNull(key)) {
      return null;
    }
    BsonDocument verifier = from.getDocument(key);
    return new ScramVerifier(
        mechanism,
        bytes(verifier, "salt"),
        verifier.getInt32("iterations").getValue(),
        bytes(verifier, "storedKey"),
        bytes(verifier, "serverKey"));
  }

  private static LdapServer server(BsonDocument from) {
    List<UserToDn> steps = new ArrayList<>();
    for (BsonValue value : from.getArray("userToDn")) {
      BsonDocument step = value.asDocument();
      steps.add(
          step.containsKey("ldapQuery")
              ? new UserToDn.Query(string(step, "match"), string(step, "ldapQuery"))
              : new UserToDn.Substitution(string(step, "match"), string(step, "substitution")));
    }
    return new LdapServer(
        string(from, "host"),
        from.getInt32("port").getValue(),
        stringOrNull(from, "caPem"),
        string(from, "bindUsername"),
        bytes(from, "sealedBindPassword"),
        steps,
        stringOrNull(from, "groupQuery"));
  }
}
