package io.tidegate.control.session;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One command of a session as its gateway recorded it.
 *
 * @param index where it stands in the recording; ascending, the cursor for following
 * @param connection the client connection's number within the session
 * @param database the database it ran in
 * @param collection null for commands on a database
 * @param allowed false when the gateway refused it
 * @param rule the rule that refused it
 * @param body the command as extended JSON, cut at the recording's limit
 * @param outcome the reply in short, such as {@code ok, n=1} or {@code error 13 Unauthorized}
 */
public record RecordedCommand(
    long index,
    Instant at,
    long connection,
    String command,
    String database,
    @Nullable String collection,
    boolean allowed,
    @Nullable String rule,
    String body,
    boolean bodyTruncated,
    boolean ok,
    String outcome,
    long durationMicros,
    long bytes) {}
