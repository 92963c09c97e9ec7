package io.tidegate.testkit.sandbox;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import io.tidegate.testkit.sandbox.CommandTable.Kind;
import io.tidegate.testkit.scram.ScramConversation;
import io.tidegate.testkit.scram.ScramCredential.Mechanism;
import io.tidegate.testkit.scram.ScramRefused;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hello, authentication, and what else concerns the connection itself. */
final class SessionCommands {

  private final SandboxMongo server;

  private SessionCommands(SandboxMongo server) {
    this.server = server;
  }

  static void register(CommandTable table, SandboxMongo server) {
    var commands = new SessionCommands(server);
    table.add("hello", Kind.OPEN, call -> List.of(), call -> commands.hello(call, false));
    table.add("isMaster", Kind.OPEN, call -> List.of(), call -> commands.hello(call, true));
    table.alias("ismaster", "isMaster");
    table.add("saslStart", Kind.OPEN, call -> List.of(), commands::saslStart);
    table.add("saslContinue", Kind.OPEN, call -> List.of(), commands::saslContinue);
    table.add("logout", Kind.OPEN, call -> List.of(), SessionCommands::logout);
    table.add("ping", Kind.OPEN, call -> List.of(), call -> new Document());
    table.add("connectionStatus", Kind.OPEN, call -> List.of(), SessionCommands::connectionStatus);
    table.add(
        "whatsmyuri",
        Kind.OPEN,
        call -> List.of(),
        call -> new Document("you", call.connection().remoteAddress()));
    table.add("endSessions", Kind.OPEN, call -> List.of(), call -> new Document());
    table.add("refreshSessions", Kind.FREE, call -> new Document());
    table.add(
        "startSession",
        Kind.FREE,
        call ->
            new Document("id", new Document("id", UUID.randomUUID())).append("timeoutMinutes", 30));
    table.add("killSessions", Kind.FREE, commands::killSessions);
    table.add(
        "killAllSessions",
        Kind.FREE,
        call -> List.of(Roles.Wanted.onCluster("killAnySession")),
        call -> {
          server.operations().killAll();
          return new Document();
        });
    for (String unavailable : List.of("commitTransaction", "abortTransaction")) {
      table.add(
          unavailable,
          Kind.FREE,
          call -> {
            throw new CommandException(251, "NoSuchTransaction", "no transaction is open");
          });
    }
  }

  private Document hello(Call call, boolean legacyName) {
    SandboxConnection connection = call.connection();
    Document body = call.body();
    if (body.get("client") instanceof Document client && !connection.introduce(client)) {
      throw new CommandException(
          186,
          "ClientMetadataCannotBeMutated",
          "The client metadata document may only be sent once");
    }
    Object known = body.get("topologyVersion");
    Object wait = body.get("maxAwaitTimeMS");
    if ((known == null) != (wait == null)) {
      throw new CommandException(
          31368, "Location31368", "topologyVersion and maxAwaitTimeMS must come together");
    }
    if (known instanceof Document version && wait instanceof Number millis) {
      server.topology().await(version, millis.longValue(), connection);
    }
    Document reply = server.topology().hello(legacyName);
    if (Call.truth(body.get("helloOk"))) {
      reply.put("helloOk", true);
    }
    reply.put("maxBsonObjectSize", 16 * 1024 * 1024);
    reply.put("maxMessageSizeBytes", WireFrames.MAX_FRAME);
    reply.put("maxWriteBatchSize", 100_000);
    reply.put("localTime", server.clock().instant());
    reply.put("logicalSessionTimeoutMinutes", 30);
    reply.put("connectionId", connection.id());
    reply.put("minWireVersion", 0);
    reply.put("maxWireVersion", Topology.MAX_WIRE_VERSION);
    reply.put("readOnly", false);
    if (body.get("saslSupportedMechs") instanceof String name) {
      int dot = name.indexOf('.');
      UserStore.User user =
          dot < 0
              ? null
              : server.users().find(new UserName(name.substring(0, dot), name.substring(dot + 1)));
      if (user != null) {
        reply.put("saslSupportedMechs", user.mechanisms());
      }
    }
    if (server.speculativeAuthentication()
        && body.get("speculativeAuthenticate") instanceof Document start
        && start.get("saslStart") != null
        && start.get("db") instanceof String database) {
      try {
        reply.put("speculativeAuthenticate", startConversation(connection, database, start));
      } catch (CommandException refused) {
        // As a real server: the field is absent, and the driver begins again with saslStart.
        connection.conversation(null, "");
      }
    }
    return reply;
  }

  private Document saslStart(Call call) {
    return startConversation(call.connection(), call.database(), call.body());
  }

  private Document startConversation(
      SandboxConnection connection, String database, Document start) {
    Mechanism mechanism = mechanism(start.get("mechanism"));
    boolean skipEmpty =
        start.get("options") instanceof Document options
            && Call.truth(options.get("skipEmptyExchange"));
    var conversation =
        new ScramConversation(
            mechanism,
            user -> server.users().credential(new UserName(database, user), mechanism),
            server.nonce(),
            skipEmpty);
    connection.conversation(conversation, database);
    return advance(connection, conversation, start.get("payload"));
  }

  private static Mechanism mechanism(@Nullable Object name) {
    for (Mechanism mechanism : Mechanism.values()) {
      if (mechanism.label().equals(name)) {
        return mechanism;
      }
    }
    throw new CommandException(
        334, "MechanismUnavailable", "Received authentication for mechanism " + name);
  }

  private Document saslContinue(Call call) {
    ScramConversation conversation = call.connection().conversation();
    if (conversation == null
        || !(call.get("conversationId") instanceof Number id)
        || id.intValue() != call.connection().id()) {
      throw new CommandException(17, "ProtocolError", "No SASL session state found");
    }
    return advance(call.connection(), conversation, call.get("payload"));
  }

  private Document advance(
      SandboxConnection connection, ScramConversation conversation, @Nullable Object payload) {
    byte[] bytes =
        payload instanceof BinData data
            ? data.getData()
            : payload instanceof String text
                ? java.util.Base64.getDecoder().decode(text)
                : new byte[0];
    byte[] answer;
    try {
      answer = conversation.advance(bytes);
    } catch (ScramRefused e) {
      connection.conversation(null, "");
      server.authenticationFailed();
      throw CommandException.authenticationFailed();
    }
    String proven = conversation.provenUser();
    if (proven != null) {
      connection.user(new UserName(connection.conversationDatabase(), proven));
      connection.conversation(null, "");
      server.authenticated();
    }
    return new Document("conversationId", connection.id())
        .append("done", proven != null)
        .append("payload", new BinData(answer));
  }

  private static Document logout(Call call) {
    call.connection().user(null);
    return new Document();
  }

  private static Document connectionStatus(Call call) {
    var authenticated = new Document();
    UserStore.User user = call.user();
    if (user == null) {
      authenticated.append("authenticatedUsers", List.of());
      authenticated.append("authenticatedUserRoles", List.of());
    } else {
      authenticated.append(
          "authenticatedUsers",
          List.of(new Document("user", user.name().user()).append("db", user.name().database())));
      authenticated.append("authenticatedUserRoles", Roles.documents(user.roles()));
      if (call.flag("showPrivileges")) {
        authenticated.append("authenticatedUserPrivileges", Roles.privileges(user.roles()));
      }
    }
    return new Document("authInfo", authenticated);
  }

  private Document killSessions(Call call) {
    List<Object> ids =
        call.documents("killSessions").stream().map(session -> session.get("id")).toList();
    server.operations().killSessions(ids);
    return new Document();
  }
}
