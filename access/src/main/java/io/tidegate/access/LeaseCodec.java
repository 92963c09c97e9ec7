package io.tidegate.access;

import io.tidegate.access.Lease.Grantee;
import io.tidegate.access.Lease.LeaseAccount;
import io.tidegate.access.Lease.Limits;
import io.tidegate.access.Lease.Target;
import io.tidegate.access.Lease.Tls;
import io.tidegate.access.LeaseException.Fault;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A lease as bytes and back. There is one encoding of each lease: decoding refuses whatever would
 * not be encoded to the very same bytes, so unknown, missing, repeated or reordered fields and
 * versions other than {@value #VERSION} are refused alike.
 */
final class LeaseCodec {
  private static final int VERSION = 2;
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private LeaseCodec() {}

  static byte[] encode(Lease lease) {
    BasicOutputBuffer out = new BasicOutputBuffer();
    try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
      CODEC.encode(writer, document(lease), EncoderContext.builder().build());
      return out.toByteArray();
    }
  }

  static Lease decode(byte[] payload) throws LeaseException {
    Lease lease;
    try (BsonBinaryReader reader = new BsonBinaryReader(ByteBuffer.wrap(payload))) {
      lease = lease(CODEC.decode(reader, DecoderContext.builder().build()));
    } catch (RuntimeException e) {
      // Whatever the reader or a constructor objects to; its message may quote the lease.
      throw new LeaseException(Fault.MALFORMED, "the payload is not a lease of version " + VERSION);
    }
    if (!Arrays.equals(encode(lease), payload)) {
      throw new LeaseException(
          Fault.MALFORMED, "the lease has fields that version " + VERSION + " does not know");
    }
    return lease;
  }

  private static BsonDocument document(Lease lease) {
    BsonArray privileges = new BsonArray();
    for (Privilege privilege : lease.privileges()) {
      privileges.add(privilege.toBson());
    }
    return new BsonDocument("v", new BsonInt32(VERSION))
        .append("leaseId", text(lease.leaseId()))
        .append("sessionId", text(lease.sessionId()))
        .append("grantId", text(lease.grantId()))
        .append(
            "grantee",
            new BsonDocument("id", text(lease.grantee().id()))
                .append("name", text(lease.grantee().name())))
        .append("organization", text(lease.organization()))
        .append("project", text(lease.project()))
        .append("target", document(lease.target()))
        .append("account", document(lease.account()))
        .append("privileges", privileges)
        .append("allowJavaScript", BsonBoolean.valueOf(lease.allowJavaScript()))
        .append("disclosure", text(lease.disclosure().name()))
        .append(
            "limits",
            new BsonDocument("maxConnections", new BsonInt32(lease.limits().maxConnections()))
                .append("maxBytesInFlight", new BsonInt64(lease.limits().maxBytesInFlight()))
                .append("maxIdleMillis", millisOrNull(lease.limits().maxIdle())))
        .append("binding", BindingCodec.document(lease.binding()))
        .append("network", NetworkCodec.document(lease.network()))
        .append("advertisedAddress", text(lease.advertisedAddress()))
        .append("requestUrl", text(lease.requestUrl()))
        .append("notBefore", new BsonDateTime(lease.notBefore().toEpochMilli()))
        .append("expiresAt", new BsonDateTime(lease.expiresAt().toEpochMilli()))
        .append("revision", new BsonInt64(lease.revision()));
  }

  private static BsonDocument document(Target target) {
    return new BsonDocument("resourceId", text(target.resourceId()))
        .append("resourceName", text(target.resourceName()))
        .append("connectionString", text(target.connectionString()))
        .append("authDatabase", text(target.authDatabase()))
        .append(
            "tls",
            new BsonDocument("enabled", BsonBoolean.valueOf(target.tls().enabled()))
                .append("verify", BsonBoolean.valueOf(target.tls().verify()))
                .append("caPem", textOrNull(target.tls().caPem())));
  }

  private static BsonDocument document(LeaseAccount account) {
    return new BsonDocument("id", text(account.id()))
        .append("name", text(account.name()))
        .append("username", text(account.username()))
        .append("sealedCredential", new BsonBinary(account.sealedCredential()));
  }

  private static Lease lease(BsonDocument from) {
    if (from.getInt32("v").getValue() != VERSION) {
      throw new IllegalArgumentException("another version");
    }
    List<Privilege> privileges = new ArrayList<>();
    for (BsonValue value : from.getArray("privileges")) {
      Privilege privilege = Privilege.parse(value.asDocument());
      if (privilege == null) {
        throw new IllegalArgumentException("a privilege that is not known");
      }
      privileges.add(privilege);
    }
    BsonDocument grantee = from.getDocument("grantee");
    BsonDocument limits = from.getDocument("limits");
    return new Lease(
        string(from, "leaseId"),
        string(from, "sessionId"),
        string(from, "grantId"),
        new Grantee(string(grantee, "id"), string(grantee, "name")),
        string(from, "organization"),
        string(from, "project"),
        target(from.getDocument("target")),
        account(from.getDocument("account")),
        privileges,
        from.getBoolean("allowJavaScript").getValue(),
        Disclosure.valueOf(string(from, "disclosure")),
        new Limits(
            limits.getInt32("maxConnections").getValue(),
            limits.getInt64("maxBytesInFlight").getValue(),
            limits.isNull("maxIdleMillis")
                ? null
                : Duration.ofMillis(limits.getInt64("maxIdleMillis").getValue())),
        BindingCodec.binding(from.getDocument("binding")),
        NetworkCodec.network(from.getDocument("network")),
        string(from, "advertisedAddress"),
        string(from, "requestUrl"),
        instant(from, "notBefore"),
        instant(from, "expiresAt"),
        from.getInt64("revision").getValue());
  }

  private static Target target(BsonDocument from) {
    BsonDocument tls = from.getDocument("tls");
    return new Target(
        string(from, "resourceId"),
        string(from, "resourceName"),
        string(from, "connectionString"),
        string(from, "authDatabase"),
        new Tls(
            tls.getBoolean("enabled").getValue(),
            tls.getBoolean("verify").getValue(),
            stringOrNull(tls, "caPem")));
  }

  private static LeaseAccount account(BsonDocument from) {
    return new LeaseAccount(
        string(from, "id"),
        string(from, "name"),
        string(from, "username"),
        bytes(from, "sealedCredential"));
  }

  private static BsonValue millisOrNull(@Nullable Duration duration) {
    return duration == null ? BsonNull.VALUE : new BsonInt64(duration.toMillis());
  }

  static BsonString text(String value) {
    return new BsonString(value);
  }

  static BsonValue textOrNull(@Nullable String value) {
    return value == null ? BsonNull.VALUE : new BsonString(value);
  }

  static String string(BsonDocument from, String key) {
    return from.getString(key).getValue();
  }

  static @Nullable String stringOrNull(BsonDocument from, String key) {
    return from.isNull(key) ? null : string(from, key);
  }

  static byte[] bytes(BsonDocument from, String key) {
    return from.getBinary(key).getData();
  }

  private static Instant instant(BsonDocument from, String key) throws DateTimeException {
    return Instant.ofEpochMilli(from.getDateTime(key).getValue());
  }
}
