package io.tidegate.gateway.target;

import io.tidegate.wire.FrameDecoder;
import io.tidegate.wire.HelloReply;
import io.tidegate.wire.TargetDescription;
import io.tidegate.wire.TargetDescription.Kind;

/** Descriptions of targets that are not a node's own words. */
public final class Descriptions {
  private static final int OLDEST_WIRE_VERSION = 6;

  /** For a client of which nothing is known yet: what every server of today says. */
  public static final TargetDescription UNKNOWN =
      new TargetDescription(
          Kind.STANDALONE,
          null,
          true,
          true,
          null,
          null,
          OLDEST_WIRE_VERSION,
          HelloReply.NEWEST_WIRE_VERSION,
          16 * 1024 * 1024,
          FrameDecoder.MAX_MESSAGE_LENGTH,
          100_000,
          30,
          null,
          null);

  private Descriptions() {}

  /** The same replica set while it has no primary. */
  static TargetDescription withoutPrimary(TargetDescription member) {
    return new TargetDescription(
        member.kind(),
        member.setName(),
        false,
        false,
        null,
        null,
        member.minWireVersion(),
        member.maxWireVersion(),
        member.maxBsonObjectSize(),
        member.maxMessageSizeBytes(),
        member.maxWriteBatchSize(),
        member.logicalSessionTimeoutMinutes(),
        member.lastWrite(),
        member.tags());
  }
}
