package io.tidegate.access;

import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNumber;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * A change that makes an allowed command show no more than the lease does, because the account it
 * runs under could see more. The gateway decodes the command, applies {@link #request} of each
 * rewrite in order, forwards the result, and applies {@link #reply} to the answer in the same
 * order. Both are pure; neither is ever asked about documents of the person's data.
 */
public sealed interface Rewrite
    permits Rewrite.FilterDatabases,
        Rewrite.FilterCollections,
        Rewrite.OwnOperations,
        Rewrite.HumanIdentity,
        Diagnostics.OperationsWithoutDocuments,
        Diagnostics.StagesWithoutDocuments,
        Diagnostics.CollectionsWithoutDocuments,
        Diagnostics.IndexesWithoutDocuments {

  /**
   * The command to forward instead.
   *
   * @param command the body of the command; not changed
   * @param applicationName {@code application.name} of the session's upstream connections, by which
   *     the server marks their operations
   */
  BsonDocument request(BsonDocument command, String applicationName);

  /**
   * The reply to hand to the client instead; errors are handed on as they are.
   *
   * @param reply the reply of the target; not changed
   * @param applicationName as for the request
   */
  BsonDocument reply(BsonDocument reply, String applicationName);

  /**
   * {@code listDatabases}: only the databases that the lease reaches, and sizes of these alone.
   * Targets that know the {@code filter} field filter by themselves; the reply is filtered in any
   * case.
   */
  record FilterDatabases(Lease lease) implements Rewrite {
    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      return command;
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      if (!(reply.get("databases") instanceof BsonArray databases)) {
        return reply;
      }
      BsonArray visible = new BsonArray();
      long size = 0;
      for (BsonValue value : databases) {
        if (value instanceof BsonDocument database
            && database.get("name") instanceof BsonString name
            && lease.reaches(name.getValue())) {
          visible.add(database);
          size += database.get("sizeOnDisk") instanceof BsonNumber bytes ? bytes.longValue() : 0;
        }
      }
      BsonDocument filtered = Documents.copy(reply).append("databases", visible);
      if (filtered.containsKey("totalSize")) {
        filtered.append("totalSize", new BsonInt64(size));
      }
      if (filtered.containsKey("totalSizeMb")) {
        filtered.append("totalSizeMb", new BsonInt64(size >> 20));
      }
      return filtered;
    }
  }

  /**
   * {@code listCollections}: only the collections that the lease names. The request is filtered by
   * name and its batch made large enough for one reply; the reply is filtered again for targets
   * that do not know filters.
   */
  record FilterCollections(List<String> names) implements Rewrite {
    public FilterCollections {
      names = List.copyOf(names);
    }

    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      BsonArray visible = new BsonArray();
      names.forEach(name -> visible.add(new BsonString(name)));
      BsonDocument byName = new BsonDocument("name", new BsonDocument("$in", visible));
      BsonDocument rewritten = Documents.copy(command);
      rewritten.append(
          "filter",
          command.get("filter") instanceof BsonDocument asked
              ? new BsonDocument("$and", new BsonArray(List.of(byName, asked)))
              : byName);
      rewritten.append("cursor", new BsonDocument());
      return rewritten;
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      if (!(reply.get("cursor") instanceof BsonDocument cursor)
          || !(cursor.get("firstBatch") instanceof BsonArray batch)) {
        return reply;
      }
      BsonArray visible = new BsonArray();
      for (BsonValue value : batch) {
        if (value instanceof BsonDocument collection
            && collection.get("name") instanceof BsonString name
            && names.contains(name.getValue())) {
          visible.add(collection);
        }
      }
      return Documents.copy(reply)
          .append("cursor", Documents.copy(cursor).append("firstBatch", visible));
    }
  }

  /**
   * {@code currentOp} and {@code $currentOp}: only operations of this session's own connections,
   * whatever the client asked for. The account may be shared, so that the server's own notion of
   * own operations is too wide; the application name tells them apart.
   */
  record OwnOperations() implements Rewrite {
    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      BsonDocument mine = new BsonDocument("appName", new BsonString(applicationName));
      // By the command's name: what else it has are fields that the client chose.
      return command.getFirstKey().equals("aggregate")
          ? stages(command, mine)
          : filter(command, mine);
    }

    private static BsonDocument stages(BsonDocument command, BsonDocument mine) {
      BsonArray stages = new BsonArray();
      for (BsonValue stage : command.getArray("pipeline")) {
        if (stage instanceof BsonDocument document
            && document.get("$currentOp") instanceof BsonDocument options) {
          stages.add(
              new BsonDocument(
                  "$currentOp", Documents.copy(options).append("allUsers", BsonBoolean.FALSE)));
          stages.add(new BsonDocument("$match", mine));
        } else {
          stages.add(stage);
        }
      }
      return Documents.copy(command).append("pipeline", stages);
    }

    private static BsonDocument filter(BsonDocument command, BsonDocument mine) {
      BsonArray all = new BsonArray(List.of(mine));
      if (command.get("$and") instanceof BsonArray asked) {
        all.addAll(asked);
      }
      BsonDocument rewritten = Documents.copy(command);
      rewritten.remove("$all");
      return rewritten.append("$ownOps", BsonBoolean.TRUE).append("$and", all);
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      // An aggregate has no such field; its filter stands in the pipeline, before all else.
      if (!(reply.get("inprog") instanceof BsonArray operations)) {
        return reply;
      }
      BsonArray visible = new BsonArray();
      for (BsonValue value : operations) {
        if (value instanceof BsonDocument operation
            && operation.get("appName") instanceof BsonString name
            && name.getValue().equals(applicationName)) {
          visible.add(operation);
        }
      }
      return Documents.copy(reply).append("inprog", visible);
    }
  }

  /**
   * {@code connectionStatus}: whoever signed in instead of the account, and the privileges of the
   * lease instead of the account's. The account's roles may name what the lease does not reach, so
   * there are none.
   */
  record HumanIdentity(Lease lease) implements Rewrite {
    private static final String EXTERNAL = "$external";

    @Override
    public BsonDocument request(BsonDocument command, String applicationName) {
      return command;
    }

    @Override
    public BsonDocument reply(BsonDocument reply, String applicationName) {
      if (!(reply.get("authInfo") instanceof BsonDocument info)) {
        return reply;
      }
      BsonDocument shown =
          new BsonDocument("authenticatedUsers", new BsonArray(List.of(user(lease))))
              .append("authenticatedUserRoles", new BsonArray());
      if (info.containsKey("authenticatedUserPrivileges")) {
        BsonArray privileges = new BsonArray();
        lease.privileges().forEach(privilege -> privileges.add(privilege.toBson()));
        shown.append("authenticatedUserPrivileges", privileges);
      }
      return Documents.copy(reply).append("authInfo", shown);
    }

    private static BsonDocument user(Lease lease) {
      return switch (lease.binding()) {
        case Binding.Tunnel _ ->
            user(lease.grantee().name() + "@" + lease.organization(), EXTERNAL);
        case Binding.ScramUser user -> user(user.username(), user.authDatabase());
        case Binding.X509User user -> user(user.subject(), EXTERNAL);
        case Binding.LdapUser user -> user(user.username(), EXTERNAL);
        case Binding.LdapGroup group -> user(group.groupDn(), EXTERNAL);
      };
    }

    private static BsonDocument user(String name, String database) {
      return new BsonDocument("user", new BsonString(name)).append("db", new BsonString(database));
    }
  }
}
