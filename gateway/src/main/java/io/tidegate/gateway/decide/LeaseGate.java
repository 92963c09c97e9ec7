package io.tidegate.gateway.decide;

import io.tidegate.access.Decision;
import io.tidegate.access.Denial;
import io.tidegate.access.Footprint.DriverCommand;
import io.tidegate.access.Policy;
import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.Gate;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Verdict;
import io.tidegate.wire.Command;
import java.time.Instant;

/**
 * The lease's policy first, then who owns the cursors and logical sessions that a command names.
 */
public final class LeaseGate implements Gate {
  @Override
  public Verdict judge(Session session, Command command, Instant now) {
    return switch (Policy.decide(session.lease(), command, now)) {
      case Decision.Deny deny ->
          new Verdict.Refuse(deny.code(), deny.codeName(), deny.rule().id(), deny.sentence());
      case Decision.Allow allow -> {
        RuleId foreign = OwnLogicalSessions.check(session, command);
        if (foreign != null) {
          yield refuse(foreign, session, command);
        }
        if (allow.footprint() instanceof DriverCommand driver) {
          yield own(session, command, driver, allow);
        }
        yield plain(allow);
      }
    };
  }

  private static Verdict own(
      Session session, Command command, DriverCommand driver, Decision.Allow allow) {
    return switch (driver.kind()) {
      case GET_MORE ->
          OwnCursors.mayContinue(session, command)
              ? Verdict.PASS
              : refuse(RuleId.FOREIGN_CURSOR, session, command);
      case KILL_CURSORS -> OwnCursors.kill(session, command);
      case OWN_SESSIONS -> {
        Verdict verdict = OwnLogicalSessions.only(session, command);
        yield verdict == null ? refuse(RuleId.OTHERS_WORK, session, command) : verdict;
      }
      case START_SESSION -> OwnLogicalSessions.claimStarted(session);
      case HELLO, PING, ABOUT_SERVER, CONNECTION_STATUS, END_TRANSACTION, SIGN_IN, LOGOUT ->
          plain(allow);
    };
  }

  private static Verdict plain(Decision.Allow allow) {
    return allow.rewrites().isEmpty() ? Verdict.PASS : new Verdict.Narrow(allow.rewrites());
  }

  private static Verdict.Refuse refuse(RuleId rule, Session session, Command command) {
    return new Verdict.Refuse(
        rule.code(),
        rule.codeName(),
        rule.id(),
        Denial.sentence(rule, command.name(), command.database(), session.lease().requestUrl()));
  }
}
