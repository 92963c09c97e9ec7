package io.tidegate.gateway.session;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;

/**
 * One event loop's connections that have something to send when everything that was ready to be
 * read in this turn of the loop has been. Whoever receives is then woken once for many messages,
 * and not for each of them: between two processes on busy cores the waking costs more than the
 * message.
 */
final class EndOfTurn implements Runnable {
  private static final FastThreadLocal<EndOfTurn> LOCAL =
      new FastThreadLocal<>() {
        @Override
        protected EndOfTurn initialValue() {
          return new EndOfTurn();
        }
      };

  private List<ClientConnection> due = new ArrayList<>();
  private List<ClientConnection> spare = new ArrayList<>();

  /** The current loop's. */
  static EndOfTurn local() {
    return LOCAL.get();
  }

  /** Has the connection send what it has when the turn ends. */
  void await(ClientConnection connection, EventLoop loop) {
    due.add(connection);
    if (due.size() == 1) {
      loop.execute(this);
    }
  }

  @Override
  public void run() {
    List<ClientConnection> now = due;
    due = spare;
    spare = now;
    for (int i = 0; i < now.size(); i++) {
      now.get(i).send();
    }
    now.clear();
  }
}
