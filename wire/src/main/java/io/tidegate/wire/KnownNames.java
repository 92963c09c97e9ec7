package io.tidegate.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Command names and field names that occur in nearly every message, found from their bytes so that
 * naming them allocates nothing. A name that is not here costs one String.
 */
final class KnownNames {
  private static final String[] NAMES = {
    "abortTransaction",
    "aggregate",
    "authenticate",
    "buildInfo",
    "buildinfo",
    "bulkWrite",
    "cloneCollectionAsCapped",
    "collMod",
    "collStats",
    "commitTransaction",
    "compact",
    "connPoolStats",
    "connectionStatus",
    "convertToCapped",
    "count",
    "create",
    "createIndexes",
    "createRole",
    "createSearchIndexes",
    "createUser",
    "currentOp",
    "dataSize",
    "dbHash",
    "dbStats",
    "delete",
    "distinct",
    "documents",
    "deletes",
    "drop",
    "dropDatabase",
    "dropIndexes",
    "dropRole",
    "dropSearchIndex",
    "dropUser",
    "endSessions",
    "explain",
    "features",
    "filemd5",
    "find",
    "findAndModify",
    "findandmodify",
    "fsync",
    "getCmdLineOpts",
    "getDefaultRWConcern",
    "getLog",
    "getMore",
    "getParameter",
    "hello",
    "hostInfo",
    "insert",
    "invalidateUserCache",
    "isMaster",
    "ismaster",
    "killAllSessions",
    "killCursors",
    "killOp",
    "killSessions",
    "listCollections",
    "listCommands",
    "listDatabases",
    "listIndexes",
    "listSearchIndexes",
    "lockInfo",
    "logout",
    "mapReduce",
    "mapreduce",
    "nsInfo",
    "ops",
    "ping",
    "planCacheClear",
    "profile",
    "reIndex",
    "refreshSessions",
    "renameCollection",
    "replSetGetConfig",
    "replSetGetStatus",
    "rolesInfo",
    "saslContinue",
    "saslStart",
    "serverStatus",
    "setParameter",
    "startSession",
    "top",
    "update",
    "updateRole",
    "updateSearchIndex",
    "updateUser",
    "updates",
    "usersInfo",
    "validate",
    "whatsmyuri",
    "$db",
    "lsid",
    "$clusterTime",
    "$readPreference",
    "txnNumber",
    "filter",
    "limit",
    "skip",
    "sort",
    "batchSize",
    "singleBatch",
    "projection",
    "ordered",
    "writeConcern",
    "readConcern",
    "pipeline",
    "cursor",
    "collection",
    "cursors",
    "comment",
    "maxTimeMS",
    "autocommit",
    "startTransaction",
    "ok",
    "n",
    "nModified",
    "firstBatch",
    "nextBatch",
    "id",
    "ns",
    "operationTime",
    "electionId",
    "opTime",
    "code",
    "codeName",
    "errmsg",
    "helloOk",
    "client",
    "admin",
    "local",
    "config",
    "test",
    "query",
    "q",
    "u",
    "multi",
    "upsert",
    "hint",
    "let",
    "from",
    "as",
    "into",
    "coll",
    "db",
    "_id",
    "key",
    "name",
    "indexes",
    "nameOnly",
    "authorizedCollections",
    "authorizedDatabases"
  };

  private static final int SIZE = 1024;
  private static final @Nullable String[] TABLE = new String[SIZE];

  static {
    for (String name : NAMES) {
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      int slot = slot(bytes.length, bytes[0], bytes[bytes.length / 2], bytes[bytes.length - 1]);
      while (TABLE[slot] != null && !name.equals(TABLE[slot])) {
        slot = (slot + 1) & (SIZE - 1);
      }
      TABLE[slot] = name;
    }
  }

  private KnownNames() {}

  private static int slot(int length, byte first, byte middle, byte last) {
    int hash = length * 0x9E3779B1 + first * 0x85EBCA6B + middle * 0xC2B2AE35 + last * 0x27D4EB2F;
    return (hash >>> 16) & (SIZE - 1);
  }

  /** The UTF-8 text at an index of {@code buf}: a shared String when the text is a known name. */
  static String text(ByteBuf buf, int index, int length) {
    if (length == 0) {
      return "";
    }
    if (length <= 32) {
      int slot =
          slot(
              length,
              buf.getByte(index),
              buf.getByte(index + length / 2),
              buf.getByte(index + length - 1));
      for (String known = TABLE[slot]; known != null; known = TABLE[slot]) {
        if (equals(buf, index, length, known)) {
          return known;
        }
        slot = (slot + 1) & (SIZE - 1);
      }
    }
    return buf.toString(index, length, StandardCharsets.UTF_8);
  }

  /** Whether the bytes are exactly this ASCII text. */
  static boolean equals(ByteBuf buf, int index, int length, String ascii) {
    if (length != ascii.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (buf.getByte(index + i) != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** As {@link #equals(ByteBuf, int, int, String)}, taking A to Z and a to z for the same. */
  static boolean equalsIgnoreCase(ByteBuf buf, int index, int length, String ascii) {
    if (length != ascii.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (lower(buf.getByte(index + i)) != lower(ascii.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static int lower(int character) {
    return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
  }
}
