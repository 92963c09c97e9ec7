package io.tidegate.access;

import static io.tidegate.access.LeaseCodec.string;
import static io.tidegate.access.LeaseCodec.stringOrNull;
import static io.tidegate.access.LeaseCodec.text;
import static io.tidegate.access.LeaseCodec.textOrNull;

import io.tidegate.access.Network.Cloud;
import io.tidegate.access.Network.Endpoint;
import io.tidegate.access.Network.EndpointId;
import io.tidegate.access.Network.Range;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;

/** The part of {@link LeaseCodec} that says from where a lease may be used. */
final class NetworkCodec {
  private NetworkCodec() {}

  static BsonDocument document(Network network) {
    BsonArray ranges = new BsonArray();
    for (Range range : network.ranges()) {
      Instant until = range.until();
      ranges.add(
          new BsonDocument("addresses", text(range.addresses().toString()))
              .append(
                  "until",
                  until == null ? BsonNull.VALUE : new BsonDateTime(until.toEpochMilli())));
    }
    BsonArray endpoints = new BsonArray();
    for (Endpoint endpoint : network.endpoints()) {
      endpoints.add(
          new BsonDocument("cloud", text(endpoint.id().cloud().name()))
              .append("id", text(endpoint.id().id()))
              .append("advertisedAddress", textOrNull(endpoint.advertisedAddress())));
    }
    return new BsonDocument("anywhere", BsonBoolean.valueOf(network.anywhere()))
        .append("ranges", ranges)
        .append("endpoints", endpoints);
  }

  static Network network(BsonDocument from) {
    List<Range> ranges = new ArrayList<>();
    for (BsonValue value : from.getArray("ranges")) {
      BsonDocument range = value.asDocument();
      ranges.add(
          new Range(
              Cidr.parse(string(range, "addresses")),
              range.isNull("until")
                  ? null
                  : Instant.ofEpochMilli(range.getDateTime("until").getValue())));
    }
    List<Endpoint> endpoints = new ArrayList<>();
    for (BsonValue value : from.getArray("endpoints")) {
      BsonDocument endpoint = value.asDocument();
      endpoints.add(
          new Endpoint(
              new EndpointId(Cloud.valueOf(string(endpoint, "cloud")), string(endpoint, "id")),
              stringOrNull(endpoint, "advertisedAddress")));
    }
    return new Network(from.getBoolean("anywhere").getValue(), ranges, endpoints);
  }
}
