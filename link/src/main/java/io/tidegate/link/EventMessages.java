package io.tidegate.link;

import io.tidegate.link.v1.FromGateway;
import io.tidegate.link.v1.SessionEvents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Session events as messages on the wire, and back. */
final class EventMessages {
  private EventMessages() {}

  static FromGateway events(long firstSequence, List<SessionEvent> events) {
    SessionEvents.Builder message = SessionEvents.newBuilder().setFirstSequence(firstSequence);
    events.forEach(event -> message.addEvents(event(event)));
    return FromGateway.newBuilder().setSessionEvents(message).build();
  }

  static EventBatch batch(String epoch, SessionEvents message)
      throws MalformedLinkMessageException {
    if (message.getFirstSequence() < 1 || message.getEventsCount() == 0) {
      throw new MalformedLinkMessageException("a batch of events is empty or not numbered");
    }
    List<SessionEvent> events = new ArrayList<>(message.getEventsCount());
    for (io.tidegate.link.v1.SessionEvent event : message.getEventsList()) {
      events.add(event(event));
    }
    return new EventBatch(epoch, message.getFirstSequence(), events);
  }

  private static io.tidegate.link.v1.SessionEvent event(SessionEvent event) {
    io.tidegate.link.v1.SessionEvent.Builder message =
        io.tidegate.link.v1.SessionEvent.newBuilder()
            .setAt(Messages.timestamp(event.at()))
            .setSessionId(event.sessionId());
    switch (event) {
      case SessionEvent.Started started ->
          message.setStarted(
              io.tidegate.link.v1.SessionEvent.Started.newBuilder()
                  .setLeaseId(started.leaseId())
                  .setClientAddress(started.clientAddress()));
      case SessionEvent.ConnectionOpened opened ->
          message.setConnectionOpened(
              io.tidegate.link.v1.SessionEvent.ConnectionOpened.newBuilder()
                  .setConnectionId(opened.connectionId())
                  .setClientAddress(opened.clientAddress())
                  .setApplication(opened.application())
                  .setDriver(opened.driver())
                  .setPlatform(opened.platform()));
      case SessionEvent.ConnectionClosed closed ->
          message.setConnectionClosed(
              io.tidegate.link.v1.SessionEvent.ConnectionClosed.newBuilder()
                  .setConnectionId(closed.connectionId())
                  .setCause(closed.cause())
                  .setCommands(closed.commands())
                  .setBytesIn(closed.bytesIn())
                  .setBytesOut(closed.bytesOut()));
      case SessionEvent.Refused refused ->
          message.setRefused(
              io.tidegate.link.v1.SessionEvent.Refused.newBuilder()
                  .setConnectionId(refused.connectionId())
                  .setCommand(refused.command())
                  .setNamespace(refused.namespace())
                  .setRule(refused.rule())
                  .setSentence(refused.sentence()));
      case SessionEvent.Counters counters ->
          message.setCounters(
              io.tidegate.link.v1.SessionEvent.Counters.newBuilder()
                  .setConnections(counters.connections())
                  .setCommands(counters.commands())
                  .setRefusals(counters.refusals())
                  .setBytesIn(counters.bytesIn())
                  .setBytesOut(counters.bytesOut()));
      case SessionEvent.Ended ended ->
          message.setEnded(
              io.tidegate.link.v1.SessionEvent.Ended.newBuilder()
                  .setLeaseId(ended.leaseId())
                  .setCode(ended.code())
                  .setReason(ended.reason())
                  .setTotals(
                      io.tidegate.link.v1.SessionEvent.Counters.newBuilder()
                          .setCommands(ended.commands())
                          .setRefusals(ended.refusals())
                          .setBytesIn(ended.bytesIn())
                          .setBytesOut(ended.bytesOut()))
                  // Shifted by one, because the wire's number has no sign.
                  .setRecordedThrough(ended.recordedThrough() + 1));
      case SessionEvent.Dropped dropped ->
          message.setDropped(
              io.tidegate.link.v1.SessionEvent.Dropped.newBuilder().setCount(dropped.count()));
    }
    return message.build();
  }

  private static SessionEvent event(io.tidegate.link.v1.SessionEvent message)
      throws MalformedLinkMessageException {
    Instant at = Messages.instant(message.getAt());
    String session = message.getSessionId();
    return switch (message.getEventCase()) {
      case STARTED ->
          new SessionEvent.Started(
              at,
              session,
              message.getStarted().getLeaseId(),
              message.getStarted().getClientAddress());
      case CONNECTION_OPENED ->
          new SessionEvent.ConnectionOpened(
              at,
              session,
              message.getConnectionOpened().getConnectionId(),
              message.getConnectionOpened().getClientAddress(),
              message.getConnectionOpened().getApplication(),
              message.getConnectionOpened().getDriver(),
              message.getConnectionOpened().getPlatform());
      case CONNECTION_CLOSED ->
          new SessionEvent.ConnectionClosed(
              at,
              session,
              message.getConnectionClosed().getConnectionId(),
              message.getConnectionClosed().getCause(),
              message.getConnectionClosed().getCommands(),
              message.getConnectionClosed().getBytesIn(),
              message.getConnectionClosed().getBytesOut());
      case REFUSED ->
          new SessionEvent.Refused(
              at,
              session,
              message.getRefused().getConnectionId(),
              message.getRefused().getCommand(),
              message.getRefused().getNamespace(),
              message.getRefused().getRule(),
              message.getRefused().getSentence());
      case COUNTERS ->
          new SessionEvent.Counters(
              at,
              session,
              message.getCounters().getConnections(),
              message.getCounters().getCommands(),
              message.getCounters().getRefusals(),
              message.getCounters().getBytesIn(),
              message.getCounters().getBytesOut());
      case ENDED ->
          new SessionEvent.Ended(
              at,
              session,
              message.getEnded().getLeaseId(),
              message.getEnded().getCode(),
              message.getEnded().getReason(),
              message.getEnded().getTotals().getCommands(),
              message.getEnded().getTotals().getRefusals(),
              message.getEnded().getTotals().getBytesIn(),
              message.getEnded().getTotals().getBytesOut(),
              message.getEnded().getRecordedThrough() - 1);
      case DROPPED -> new SessionEvent.Dropped(at, session, message.getDropped().getCount());
      case EVENT_NOT_SET ->
          throw new MalformedLinkMessageException("an event is of a kind not known here");
    };
  }
}
