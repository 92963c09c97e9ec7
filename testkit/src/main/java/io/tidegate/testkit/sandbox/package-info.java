/**
 * An in-process MongoDB for tests and the demo: storage and query language by mongo-java-server's
 * memory backend; everything a client must prove itself against (SCRAM, users, roles, privileges,
 * operations that can be killed, cursors that belong to somebody) is written here, independently of
 * the gateway's own code, so that a mistake there cannot hide behind the same mistake here.
 *
 * <p>The way of a command: {@code WireFrames} decodes it, {@code SandboxConnection} runs a
 * connection's commands one after the other on a virtual thread, {@code CommandTable} finds the
 * command, checks the privileges it names against the connection's user, and runs it.
 *
 * <p>Not there: transactions, change streams, sharding, elections with more than one member.
 */
@NullMarked
package io.tidegate.testkit.sandbox;

import org.jspecify.annotations.NullMarked;
