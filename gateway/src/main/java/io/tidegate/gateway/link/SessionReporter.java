package io.tidegate.gateway.link;

import io.tidegate.gateway.session.ClientText;
import io.tidegate.gateway.session.CloseCause;
import io.tidegate.gateway.session.ConnectionFacts;
import io.tidegate.gateway.session.Ending;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.SessionListener;
import io.tidegate.link.SessionEvent;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Puts what happens in sessions into the link's events. */
final class SessionReporter implements SessionListener {
  // No event may outgrow a message of the link, whatever a client calls things.
  private static final int COMMAND = 128;
  private static final int NAMESPACE = 256;
  private static final int SENTENCE = 1_024;

  private final InstantSource clock;
  private final Consumer<SessionEvent> events;
  private final Consumer<Runnable> soon;
  private final Map<Session, Long> counted = new ConcurrentHashMap<>();

  /**
   * @param soon runs something a moment later, when the recorder has written what is under way
   */
  SessionReporter(InstantSource clock, Consumer<SessionEvent> events, Consumer<Runnable> soon) {
    this.clock = clock;
    this.events = events;
    this.soon = soon;
  }

  @Override
  public void started(Session session, String clientAddress) {
    events.accept(
        new SessionEvent.Started(
            clock.instant(), session.id(), session.lease().leaseId(), clientAddress));
  }

  @Override
  public void connectionOpened(Session session, ConnectionFacts connection) {
    events.accept(
        new SessionEvent.ConnectionOpened(
            clock.instant(),
            session.id(),
            connection.id(),
            connection.clientAddress(),
            connection.application(),
            connection.driver(),
            connection.platform()));
  }

  @Override
  public void connectionClosed(Session session, ConnectionFacts connection, CloseCause cause) {
    events.accept(
        new SessionEvent.ConnectionClosed(
            clock.instant(),
            session.id(),
            connection.id(),
            cause.text(),
            connection.commands(),
            connection.bytesIn(),
            connection.bytesOut()));
  }

  @Override
  public void refused(
      Session session,
      ConnectionFacts connection,
      String command,
      String namespace,
      String rule,
      String sentence) {
    events.accept(
        new SessionEvent.Refused(
            clock.instant(),
            session.id(),
            connection.id(),
            ClientText.cut(command, COMMAND),
            ClientText.cut(namespace, NAMESPACE),
            rule,
            ClientText.cut(sentence, SENTENCE)));
  }

  @Override
  public void ended(Session session, Ending ending) {
    counted.remove(session);
    soon.accept(() ->
        events.accept(
            new SessionEvent.Ended(
                ending.at(),
                session.id(),
                session.lease().leaseId(),
                ending.code(),
                ClientText.cut(ending.reason(), SENTENCE),
                session.commands(),
                session.refusals(),
                session.bytesIn(),
                session.bytesOut(),
                session.recordedThrough())));
  }

  /** Tells the totals of those sessions in which something happened since the last time. */
  void count(Iterable<Session> live) {
    for (Session session : live) {
      long mark = session.commands() * 31 + session.refusals() * 17 + session.openConnections();
      Long before = counted.put(session, mark);
      if (before == null || before != mark) {
        events.accept(
            new SessionEvent.Counters(
                clock.instant(),
                session.id(),
                session.openConnections(),
                session.commands(),
                session.refusals(),
                session.bytesIn(),
                session.bytesOut()));
      }
    }
  }
}
