/**
 * The MongoDB wire protocol as values: {@link io.tidegate.wire.FrameDecoder} cuts a byte stream
 * into frames, {@link io.tidegate.wire.WireMessage} checks one frame in a single pass and gives a
 * lazy view of it, {@link io.tidegate.wire.Command} is what a policy looks at, {@link
 * io.tidegate.wire.ReplySummary} is what a recorder keeps of an answer, and {@link
 * io.tidegate.wire.HelloReply} and {@link io.tidegate.wire.ErrorReply} are what a proxy says by
 * itself. Nothing here does I/O, reads a clock or keeps state between messages. The rules F1 to F10
 * that are named in code and errors are those of the protocol rules of this project.
 */
@NullMarked
package io.tidegate.wire;

import org.jspecify.annotations.NullMarked;
