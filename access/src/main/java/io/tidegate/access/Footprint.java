package io.tidegate.access;

import io.tidegate.wire.Command;
import java.util.List;

/**
 * What a command touches, read from the command alone. Every known command of MongoDB 8 has one;
 * anything else is {@link NotUnderstood}.
 */
public sealed interface Footprint {

  /** The command as the server names it, aliases resolved; as sent when it is not known. */
  String command();

  /** What it is about, for people: {@code shop.orders}, or the database it was sent to. */
  Namespace on();

  /**
   * Whether it changes something that stays: documents, collections, indexes, or the outcome of a
   * transaction. Its maker has to learn what came of it.
   */
  boolean writes();

  /** Reads what a command touches. Never throws for a command that {@code wire} has parsed. */
  static Footprint of(Command command) {
    return Reading.of(command);
  }

  /** What drivers need to work at all; allowed under every live lease (wire.md section 8). */
  record DriverCommand(String command, Namespace on, Kind kind) implements Footprint {
    /** What the gateway does with it. */
    public enum Kind {
      /** Answered by the gateway: {@code hello}, {@code isMaster}. */
      HELLO,
      /** {@code ping}: forwarded, or answered by the gateway. */
      PING,
      /** {@code buildInfo}, {@code listCommands}, {@code whatsmyuri}: about the server program. */
      ABOUT_SERVER,
      /** {@code connectionStatus}: forwarded, the reply rewritten to name the person. */
      CONNECTION_STATUS,
      /**
       * {@code endSessions}, {@code refreshSessions}, {@code killSessions}: own lsids only (S2).
       */
      OWN_SESSIONS,
      /** {@code startSession}: forwarded; the lsid in the reply is this session's. */
      START_SESSION,
      /** {@code killCursors}: own cursors only (S5). */
      KILL_CURSORS,
      /** {@code getMore}: own cursors only (S4); allowed as what opened the cursor was. */
      GET_MORE,
      /** {@code commitTransaction}, {@code abortTransaction}. */
      END_TRANSACTION,
      /** {@code saslStart} and the like: ended at the gateway, never forwarded (section 6). */
      SIGN_IN,
      /** {@code logout}: answered by the gateway, never forwarded. */
      LOGOUT
    }

    @Override
    public boolean writes() {
      return kind == Kind.END_TRANSACTION;
    }
  }

  /**
   * A command whose effect is known.
   *
   * @param touches all of these need a privilege
   * @param narrowings needs that can be met by showing less instead
   * @param runsJavaScript whether any of it runs JavaScript on the server
   */
  record Touches(
      String command,
      Namespace on,
      List<Touch> touches,
      List<Narrowing> narrowings,
      boolean runsJavaScript)
      implements Footprint {
    public Touches {
      touches = List.copyOf(touches);
      narrowings = List.copyOf(narrowings);
    }

    @Override
    public boolean writes() {
      for (int i = 0; i < touches.size(); i++) {
        for (Action action : touches.get(i).actions()) {
          if (action.writes()) {
            return true;
          }
        }
      }
      return false;
    }
  }

  /**
   * A command that is understood and allowed to nobody.
   *
   * @param what the part of it that is refused, in words
   */
  record Never(String command, Namespace on, RuleId rule, String what) implements Footprint {
    @Override
    public boolean writes() {
      return false;
    }
  }

  /**
   * A command whose effect is not known, and which is therefore refused.
   *
   * @param what the part that is not understood, in words
   */
  record NotUnderstood(String command, Namespace on, String what) implements Footprint {
    @Override
    public boolean writes() {
      return false;
    }
  }

  /**
   * A privilege without which a command may still run, showing less.
   *
   * @param full what would have to be covered for it to run as sent
   */
  record Narrowing(Touch full, Way way) {
    /** In which way it shows less. */
    public enum Way {
      /** Only the databases that the lease reaches. */
      DATABASES,
      /** Only the collections that the lease reaches. */
      COLLECTIONS,
      /** Only operations of this very session. */
      OWN_OPERATIONS
    }
  }
}
