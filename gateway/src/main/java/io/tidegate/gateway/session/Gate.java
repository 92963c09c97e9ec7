package io.tidegate.gateway.session;

import io.tidegate.wire.Command;
import java.time.Instant;

/** The contract of the stage that decides. */
public interface Gate {
  /**
   * Judges a command of this session. Called on event loops, once a command.
   *
   * @param now by the gateway's own clock
   */
  Verdict judge(Session session, Command command, Instant now);
}
