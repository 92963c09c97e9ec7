package io.tidegate.control.session;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.link.RecordedEntry;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.link.v1.RecordedCommands;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonBinaryReader;
import org.bson.BsonDocument;
import org.bson.BsonSerializationException;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.jspecify.annotations.Nullable;

/**
 * Turns a gateway's entries into commands: an intent and its outcome become one, with the same
 * sequence. For one reader of one recording.
 */
final class Recordings {
  private static final JsonWriterSettings JSON =
      JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();
  private static final int MOST_OPEN = 10_000;

  /** Commands whose outcome has not been read yet. */
  private final Map<Long, CommandRecord> open = new LinkedHashMap<>();

  /**
   * What the entries say, in order. A command that was open before comes again, whole, when its
   * outcome is read; an outcome whose intent was never read here is left out.
   */
  List<RecordedCommand> read(List<RecordedEntry> entries) {
    Map<Long, CommandRecord> read = new LinkedHashMap<>();
    for (RecordedEntry entry : entries) {
      RecordedCommands commands;
      try {
        commands = RecordedCommands.parseFrom(entry.payload());
      } catch (InvalidProtocolBufferException e) {
        // Not ours to repair; the gateway's ledger says whether it was tampered with.
        continue;
      }
      for (CommandRecord command : commands.getCommandsList()) {
        switch (command.getPhase()) {
          case WHOLE -> read.put(command.getSequence(), command);
          case INTENT -> {
            if (open.size() < MOST_OPEN) {
              open.put(command.getSequence(), command);
            }
            read.put(command.getSequence(), command);
          }
          case OUTCOME -> {
            CommandRecord intent = open.remove(command.getSequence());
            if (intent != null) {
              read.put(command.getSequence(), intent.toBuilder().mergeFrom(command).build());
            }
          }
          case UNRECOGNIZED -> {}
        }
      }
    }
    List<RecordedCommand> result = new ArrayList<>(read.size());
    read.values().forEach(command -> result.add(recorded(command)));
    return result;
  }

  /** Whether some outcome is still to come. */
  boolean waits() {
    return !open.isEmpty();
  }

  private static RecordedCommand recorded(CommandRecord command) {
    Body body = body(command.getBody().asReadOnlyByteBuffer());
    return new RecordedCommand(
        command.getSequence(),
        Instant.ofEpochSecond(
            Math.floorDiv(command.getAtMicros(), 1_000_000L),
            Math.floorMod(command.getAtMicros(), 1_000_000L) * 1_000L),
        command.getConnection(),
        command.getCommand(),
        command.getDatabase(),
        orNull(command.getCollection()),
        switch (command.getDecision()) {
          case FORWARDED -> RecordedCommand.Decision.FORWARDED;
          case ANSWERED -> RecordedCommand.Decision.ANSWERED;
          case REFUSED -> RecordedCommand.Decision.REFUSED;
          case DROPPED, UNRECOGNIZED -> RecordedCommand.Decision.DROPPED;
        },
        orNull(command.getRule()),
        orNull(command.getSentence()),
        body.json(),
        body.truncated(),
        command.getRequestBytes(),
        command.hasReply() ? outcome(command) : null);
  }

  private record Body(String json, boolean truncated) {}

  private static Body body(ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      return new Body("{}", true);
    }
    try (BsonBinaryReader reader = new BsonBinaryReader(bytes)) {
      BsonDocument document =
          new BsonDocumentCodec().decode(reader, DecoderContext.builder().build());
      boolean truncated = document.remove("$truncated") != null;
      return new Body(document.toJson(JSON), truncated);
    } catch (BsonSerializationException | IllegalArgumentException e) {
      return new Body("{}", true);
    }
  }

  private static RecordedCommand.Outcome outcome(CommandRecord command) {
    CommandRecord.Reply reply = command.getReply();
    String summary;
    if (reply.getNone()) {
      summary = reply.getEnded().isEmpty() ? "no reply" : "no reply: " + reply.getEnded();
    } else if (!reply.getOk() || reply.getCode() != 0) {
      summary = "error " + reply.getCode() + " " + reply.getCodeName();
    } else {
      StringBuilder text = new StringBuilder("ok");
      if (reply.getReturned() > 0) {
        text.append(", ").append(reply.getReturned()).append(" documents");
      }
      if (reply.getN() > 0) {
        text.append(", n=").append(reply.getN());
      }
      if (reply.getNModified() > 0) {
        text.append(", modified=").append(reply.getNModified());
      }
      summary = text.toString();
    }
    return new RecordedCommand.Outcome(
        reply.getOk() && reply.getCode() == 0,
        reply.getCode(),
        summary.strip(),
        reply.getDurationMicros(),
        reply.getBytes());
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
