package io.tidegate.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Lease;
import io.tidegate.access.RuleId;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.decide.LeaseGate;
import io.tidegate.gateway.identify.SignIns;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.rewrite.LeasePresentation;
import io.tidegate.gateway.support.FixedTarget;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.support.RawClient;
import io.tidegate.gateway.target.TargetView;
import io.tidegate.testkit.SettableClock;
import io.tidegate.wire.Command;
import io.tidegate.wire.DroppedFrame;
import io.tidegate.wire.FrameDecoder;
import io.tidegate.wire.MessageHeader;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.ReplySummary;
import io.tidegate.wire.WireMessage;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection's states, with a target that says what the test wants. */
class ClientConnectionTest {
  private final SettableClock clock = new SettableClock(Leases.START.plusSeconds(10));
  private final ScriptedUpstreams upstreams = new ScriptedUpstreams();
  private final ScriptedRecorder recorder = new ScriptedRecorder();
  private final List<String> events = new ArrayList<>();
  private final InFlight inFlight = new InFlight(1 << 20);
  private final Sessions sessions =
      new Sessions(clock, Timings.defaults(), new Events(), upstreams);
  private final FixedTarget target = new FixedTarget(new TargetView(null, null, null));
  private final Session session =
      install(Leases.of("a", BuiltInRoles.of("readWrite", "shop"), null, Lease.Limits.DEFAULT));
  private final EmbeddedChannel client = new EmbeddedChannel();
  private final Stages stages =
      new Stages(
          sessions,
          new SignIns(sessions, new SecureRandom(), new byte[32]),
          new LeaseGate(),
          new LeasePresentation(sessions),
          upstreams,
          recorder,
          new Events(),
          new GatewayMetrics(),
          inFlight);

  ClientConnectionTest() {
    client
        .pipeline()
        .addLast(ClientConnection.begin(stages, client, Arrival.byTunnel(client), session));
  }

  private Session install(Lease lease) {
    Session made =
        new Session(
            lease,
            new AccountSecret("svc", "x"),
            null,
            target,
            sessions.logicalSessions(lease),
            clock.instant());
    sessions.install(made);
    return made;
  }

  @AfterEach
  void nothingIsLeaked() {
    client.finishAndReleaseAll();
    client.runPendingTasks();
    upstreams.written.forEach(ByteBuf::release);
    assertThat(upstreams.written).allMatch(frame -> frame.refCnt() == 0);
    assertThat(session.openConnections()).isZero();
    assertThat(session.bytesInFlight()).isZero();
    assertThat(inFlight.bytes()).isZero();
    // Told twice of an end, the recorder takes it for that of another beginning.
    assertThat(recorder.finished).doesNotHaveDuplicates();
    assertThat(recorder.finished).hasSameSizeAs(recorder.begun);
  }

  @Test
  void aWriteWithoutAnswerWhoseTargetIsAwayIsFinishedOnce() {
    client.writeInbound(frame(1, insert(), OpMsg.MORE_TO_COME));
    upstreams.fails(new Upstream.Failure("target_unreachable", "nothing is there"));

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
    assertThat(recorder.finished).hasSize(1);
    assertThat(recorder.finished.getFirst().ended()).contains("nothing is there");
  }

  @Test
  void anEndThatCannotBeToldIsFinishedOnce() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    client.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    sessions.end(session, Ending.REVOKED, "the owner took it back");
    client.runPendingTasks();

    assertThat(client.isOpen()).isFalse();
    assertThat(recorder.finished).hasSize(2);
    assertThat(recorder.finished.getLast().ended()).isEqualTo("revoked");
  }

  private static ByteBuf frame(int id, BsonDocument command, int flags) {
    return OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, id, 0, flags, command);
  }

  private static ByteBuf reply(int id, int to, int flags, BsonDocument document) {
    return OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, id, to, flags, document);
  }

  private static BsonDocument ok() {
    return new BsonDocument("ok", new BsonDouble(1));
  }

  private static BsonDocument cursor(long id) {
    return new BsonDocument(
            "cursor",
            new BsonDocument("firstBatch", new BsonArray())
                .append("id", new BsonInt64(id))
                .append("ns", new BsonString("shop.orders")))
        .append("ok", new BsonDouble(1));
  }

  private @Nullable OpMsg said() {
    // What is to be sent leaves at the end of the loop's turn.
    client.runPendingTasks();
    ByteBuf out = client.readOutbound();
    return out == null ? null : (OpMsg) WireMessage.parseReply(out);
  }

  private OpMsg saidMessage() {
    OpMsg message = said();
    if (message == null) {
      throw new AssertionError("nothing was said");
    }
    return message;
  }

  private BsonDocument saidBody() {
    return saidMessage().body().toBsonDocument();
  }

  private static BsonDocument find() {
    return RawClient.find("shop", "orders");
  }

  @Test
  void theSameBytesGoOn() {
    ByteBuf request = frame(7, find().append("comment", new BsonString("mine")), 0);
    ByteBuf copy = request.copy();

    client.writeInbound(request);
    upstreams.opened();

    assertThat(upstreams.written).hasSize(1);
    assertThat(upstreams.written.getFirst()).isEqualTo(copy);
    copy.release();
  }

  @Test
  void theUpstreamIsOpenedOnce() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(reply(50, 1, 0, ok()));
    client.writeInbound(frame(2, find(), 0));

    assertThat(upstreams.opens).isEqualTo(1);
    assertThat(upstreams.written).hasSize(2);
  }

  /** A connection that belongs to nobody until a sign-in, which always works, shows whose it is. */
  private EmbeddedChannel stranger() {
    SignIn works =
        new SignIn() {
          @Override
          public Step handle(Command command) {
            return new Proven(session, ok());
          }

          @Override
          public @Nullable Answered speculative(BsonDocument command) {
            return null;
          }

          @Override
          public List<String> mechanisms() {
            return List.of("SCRAM-SHA-256");
          }

          @Override
          public @Nullable RuleId lapsed(Session newest) {
            return null;
          }
        };
    EmbeddedChannel stranger = new EmbeddedChannel();
    Stages open =
        new Stages(
            sessions,
            (arrival, bound) -> works,
            stages.gate(),
            stages.presentation(),
            upstreams,
            recorder,
            new Events(),
            stages.metrics(),
            stages.inFlight());
    stranger
        .pipeline()
        .addLast(
            ClientConnection.begin(open, stranger, Arrival.local(stranger, "127.0.0.1:1"), null));
    return stranger;
  }

  private static BsonDocument saslStart() {
    return new BsonDocument("saslStart", new BsonInt32(1)).append("$db", new BsonString("admin"));
  }

  @Test
  void theTargetIsDialledForWhoSignsInAndNotForWhoSaysHello() {
    EmbeddedChannel stranger = stranger();

    stranger.writeInbound(frame(1, RawClient.hello(), 0));
    assertThat(upstreams.opens).isZero();
    stranger.writeInbound(frame(2, saslStart(), 0));
    assertThat(upstreams.opens).isEqualTo(1);
    stranger.writeInbound(frame(3, find(), 0));
    assertThat(upstreams.opens).as("the one that is under way serves").isEqualTo(1);
    upstreams.opened();

    assertThat(upstreams.written).hasSize(1);
    stranger.finishAndReleaseAll();
  }

  @Test
  void aTargetThatWasDialledAheadServesTheFirstCommandAtOnce() {
    EmbeddedChannel stranger = stranger();

    stranger.writeInbound(frame(1, saslStart(), 0));
    upstreams.opened();
    stranger.writeInbound(frame(2, find(), 0));

    assertThat(upstreams.opens).isEqualTo(1);
    assertThat(upstreams.written).hasSize(1);
    stranger.finishAndReleaseAll();
  }

  @Test
  void aTargetThatCouldNotBeDialledAheadIsDialledAgainForTheFirstCommand() {
    EmbeddedChannel stranger = stranger();

    stranger.writeInbound(frame(1, saslStart(), 0));
    upstreams.fails(new Upstream.Failure(Upstream.Failure.UNREACHABLE, "not there"));
    assertThat(stranger.isOpen()).isTrue();
    stranger.writeInbound(frame(2, find(), 0));

    assertThat(upstreams.opens).isEqualTo(2);
    stranger.finishAndReleaseAll();
  }

  @Test
  void aTargetThatAnswersAfterTheClientLeftIsLetGo() {
    EmbeddedChannel stranger = stranger();

    stranger.writeInbound(frame(1, saslStart(), 0));
    stranger.finishAndReleaseAll();
    upstreams.opened();

    assertThat(upstreams.closed).isTrue();
  }

  @Test
  void oneTurnOfTheLoopSendsOnce() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    client.runPendingTasks();
    int before = upstreams.flushed;

    upstreams.replies(reply(50, 1, 0, ok()));
    assertThat(upstreams.flushed).as("the turn is not over").isEqualTo(before);
    client.writeInbound(frame(2, find(), 0));

    assertThat(upstreams.flushed).isEqualTo(before + 1);
    assertThat(said()).isNotNull();
  }

  @Test
  void whatWasSaidInTheTurnInWhichTheTargetLeavesIsStillHeard() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(reply(50, 1, 0, ok()));
    upstreams.lost();

    assertThat(said()).isNotNull();
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void aSecondRequestWaitsForTheFirstsReply() {
    client.writeInbound(frame(1, find(), 0), frame(2, find(), 0), frame(3, find(), 0));
    upstreams.opened();

    assertThat(upstreams.written).hasSize(1);
    assertThat(client.config().isAutoRead()).isFalse();

    upstreams.replies(reply(50, 1, 0, ok()));
    assertThat(upstreams.written).hasSize(2);
    upstreams.replies(reply(51, 2, 0, ok()));
    upstreams.replies(reply(52, 3, 0, ok()));

    assertThat(upstreams.written).hasSize(3);
    assertThat(client.config().isAutoRead()).isTrue();
    assertThat(said()).isNotNull();
  }

  @Test
  void aStreamOfRepliesPassesInOrderUntilItsLast() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(reply(50, 1, 0, cursor(77)));
    saidBody();
    client.writeInbound(frame(2, RawClient.getMore(77, "shop", "orders"), OpMsg.EXHAUST_ALLOWED));
    upstreams.replies(reply(60, 2, OpMsg.MORE_TO_COME, ok().append("part", new BsonInt32(1))));
    upstreams.replies(reply(61, 60, OpMsg.MORE_TO_COME, ok().append("part", new BsonInt32(2))));
    assertThat(recorder.finished).hasSize(1);
    upstreams.replies(reply(62, 61, 0, ok().append("part", new BsonInt32(3))));

    for (int part = 1; part <= 3; part++) {
      OpMsg one = saidMessage();
      assertThat(one.body().toBsonDocument().getInt32("part").getValue()).isEqualTo(part);
      assertThat(one.moreToCome()).isEqualTo(part < 3);
    }
    assertThat(recorder.finished).hasSize(2);
  }

  @Test
  void anUpstreamThatIsLostUnderWayClosesTheClientWithoutAWord() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.lost();

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
    assertThat(recorder.finished.getFirst().ended()).isEqualTo("upstream-lost");
  }

  @Test
  void anUpstreamThatCannotBeOpenedIsAnErrorAndTheEnd() {
    client.writeInbound(frame(9, find(), 0));
    upstreams.fails(new Upstream.Failure("target_unreachable", "nothing is there"));

    OpMsg told = saidMessage();
    assertThat(told.header().responseTo()).isEqualTo(9);
    assertThat(told.body().toBsonDocument().getString("errmsg").getValue())
        .contains("target_unreachable");
    assertThat(client.isOpen()).isFalse();
    assertThat(recorder.finished).hasSize(1);
  }

  @Test
  void nothingIsForwardedThatTheRecorderHasNotTaken() {
    recorder.room = false;
    client.writeInbound(frame(1, find(), 0));

    assertThat(upstreams.opens).isZero();
    assertThat(client.config().isAutoRead()).isFalse();

    recorder.makeRoom();
    upstreams.opened();

    assertThat(upstreams.written).hasSize(1);
    assertThat(recorder.begun).hasSize(1);
  }

  @Test
  void aClientThatDoesNotReadStopsItsTarget() {
    client.writeInbound(frame(1, find(), 0), frame(2, find(), 0));
    upstreams.opened();
    client.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    upstreams.replies(reply(50, 1, 0, ok()));

    assertThat(upstreams.reading).isFalse();
    // Nor is the next request sent, whose reply would only pile up here.
    assertThat(upstreams.written).hasSize(1);

    client.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    client.runPendingTasks();

    assertThat(upstreams.reading).isTrue();
    assertThat(upstreams.written).hasSize(2);
  }

  @Test
  void noTopologyVersionReachesAClient() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(
        reply(
            50,
            1,
            0,
            new BsonDocument("ok", new BsonDouble(0))
                .append("code", new BsonInt32(10107))
                .append("codeName", new BsonString("NotWritablePrimary"))
                .append("topologyVersion", new BsonDocument("counter", new BsonInt64(5)))));

    BsonDocument told = saidBody();
    assertThat(told.getInt32("code").getValue()).isEqualTo(10107);
    assertThat(told.containsKey("topologyVersion")).isFalse();
    // And the watcher looks at once, not at its next round.
    assertThat(target.checks).hasValue(1);
  }

  @Test
  void aReplyToNoRequestEndsTheConnection() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(reply(50, 1, 0, ok()));
    saidBody();
    upstreams.replies(reply(51, 1, 0, ok()));

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void aPrimaryThatChangedClosesOnceNothingIsUnderWay() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    sessions.moved("res_1", "other:27017");
    client.runPendingTasks();
    assertThat(client.isOpen()).isTrue();

    upstreams.replies(reply(50, 1, 0, ok()));

    assertThat(saidBody()).isEqualTo(ok());
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void anEndIsToldToWhatIsUnderWayAndToWhatWaits() {
    client.freezeTime();
    client.writeInbound(frame(5, find(), 0), frame(6, find(), 0));
    upstreams.opened();
    sessions.end(session, Ending.REVOKED, "the owner took it back");
    client.runPendingTasks();

    for (int request : new int[] {5, 6}) {
      OpMsg told = saidMessage();
      assertThat(told.header().responseTo()).isEqualTo(request);
      assertThat(told.body().toBsonDocument().getInt32("code").getValue()).isEqualTo(13);
    }
    assertThat(upstreams.written).hasSize(1);
    assertThat(upstreams.closed).isTrue();
    pass(299);
    assertThat(client.isOpen()).as("a driver has a moment to hand it on").isTrue();
    pass(2);
    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
    assertThat(events).contains("closed session-ended");
  }

  @Test
  void anEndBeforeTheTargetIsOpenIsToldToo() {
    client.freezeTime();
    client.writeInbound(frame(5, find(), 0));
    sessions.end(session, Ending.REVOKED, "the owner took it back");
    client.runPendingTasks();

    assertThat(saidBody().getInt32("code").getValue()).isEqualTo(13);
    upstreams.opened();
    assertThat(upstreams.closed).isTrue();
    assertThat(upstreams.written).isEmpty();
  }

  @Test
  void whoAsksOnAfterTheEndIsToldUntilItIsSilent() {
    client.freezeTime();
    sessions.end(session, Ending.REVOKED, "the owner took it back");
    client.runPendingTasks();

    for (int request = 1; request <= 5; request++) {
      pass(200);
      client.writeInbound(frame(request, find(), 0));
      assertThat(saidBody().getInt32("code").getValue()).isEqualTo(13);
    }
    assertThat(client.isOpen()).isTrue();
    assertThat(upstreams.written).isEmpty();
    pass(301);
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void whoNeverFallsSilentAfterTheEndIsClosedAfterTwoSeconds() {
    client.freezeTime();
    sessions.end(session, Ending.REVOKED, "the owner took it back");
    client.runPendingTasks();

    int request = 0;
    while (client.isOpen() && request < 100) {
      client.writeInbound(frame(++request, find(), 0));
      said();
      pass(200);
    }
    assertThat(request).isBetween(10, 12);
  }

  private void pass(long millis) {
    client.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
  }

  @Test
  void nothingPassesBetweenTheEndAndTheCut() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(reply(50, 1, 0, ok()));
    saidBody();
    // The connection's loop has not come to the cut yet.
    session.end(new Ending(Ending.REVOKED, "over", clock.instant()));
    client.writeInbound(frame(2, find(), 0));

    assertThat(upstreams.written).hasSize(1);
    assertThat(saidBody().getInt32("code").getValue()).isEqualTo(13);
  }

  private static BsonDocument insert() {
    return new BsonDocument("insert", new BsonString("orders"))
        .append("documents", new BsonArray(List.of(new BsonDocument("_id", new BsonInt32(1)))))
        .append("$db", new BsonString("shop"));
  }

  /** Opens the upstream connection and gets one request through. */
  private void connect() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(reply(50, 1, 0, ok()));
    saidBody();
  }

  @Test
  void theReplyOfATargetToARequestThatWantedNoneIsDropped() {
    connect();
    client.writeInbound(frame(2, insert(), OpMsg.MORE_TO_COME), frame(3, find(), 0));
    upstreams.replies(reply(51, 2, 0, ok().append("n", new BsonInt32(1))));

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isTrue();

    upstreams.replies(reply(52, 3, 0, ok().append("mine", new BsonInt32(1))));

    OpMsg told = saidMessage();
    assertThat(told.header().responseTo()).isEqualTo(3);
    assertThat(told.body().toBsonDocument().containsKey("mine")).isTrue();
  }

  @Test
  void theReplyToAnotherRequestEndsTheConnection() {
    client.writeInbound(frame(1, find(), 0));
    upstreams.opened();
    upstreams.replies(reply(50, 99, 0, ok()));

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void onlyWritesMayAskForNoAnswer() {
    connect();
    client.writeInbound(frame(2, find(), OpMsg.MORE_TO_COME));

    assertThat(upstreams.written).hasSize(1);
    assertThat(said()).isNull();
    assertThat(events).contains("refused not-understood");

    client.writeInbound(frame(3, insert(), OpMsg.MORE_TO_COME));
    assertThat(upstreams.written).hasSize(2);
    assertThat(client.isOpen()).isTrue();
  }

  @Test
  void theNumberOfARequestWithoutAnswerIsNotUsedForOneWithAnAnswer() {
    connect();
    client.writeInbound(frame(7, insert(), OpMsg.MORE_TO_COME), frame(7, find(), 0));

    // The write went on, and nothing that its reply could be taken for.
    assertThat(upstreams.written).hasSize(2);
    assertThat(upstreams.flushed).isEqualTo(2);
    assertThat(saidBody().getString("errmsg").getValue()).contains("F7");
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void whatWaitedForATargetThatReadsAgainIsFlushed() {
    connect();
    upstreams.writable = false;
    client.writeInbound(frame(2, insert(), OpMsg.MORE_TO_COME));
    assertThat(upstreams.written).hasSize(1);

    upstreams.writable = true;
    upstreams.drained();
    client.runPendingTasks();

    assertThat(upstreams.written).hasSize(2);
    assertThat(upstreams.flushed).isEqualTo(2);
  }

  @Test
  void whatFollowsARequestWithoutAnswerOnANewConnectionIsFlushed() {
    client.writeInbound(frame(2, insert(), OpMsg.MORE_TO_COME), frame(3, find(), 0));
    upstreams.opened();
    client.runPendingTasks();

    assertThat(upstreams.written).hasSize(2);
    assertThat(upstreams.flushed).isEqualTo(2);
  }

  private static BsonDocument error(int code, String codeName) {
    return new BsonDocument("ok", new BsonDouble(0))
        .append("code", new BsonInt32(code))
        .append("codeName", new BsonString(codeName));
  }

  private void openCursor(int requestId, long cursor) {
    client.writeInbound(frame(requestId, find(), 0));
    upstreams.replies(reply(90 + requestId, requestId, 0, cursor(cursor)));
    saidBody();
  }

  @Test
  void aCursorIsKeptWhenItsGetMoreFailsAndForgottenWhenTheServerHasNone() {
    connect();
    openCursor(2, 77);

    client.writeInbound(frame(3, RawClient.getMore(77, "shop", "orders"), 0));
    upstreams.replies(reply(52, 3, 0, error(50, "MaxTimeMSExpired")));
    assertThat(saidBody().getInt32("code").getValue()).isEqualTo(50);
    assertThat(session.cursor(77)).isNotNull();

    client.writeInbound(frame(4, RawClient.getMore(77, "shop", "orders"), 0));
    assertThat(upstreams.written).hasSize(4);
    upstreams.replies(reply(53, 4, 0, error(43, "CursorNotFound")));
    saidBody();
    assertThat(session.cursor(77)).isNull();
  }

  @Test
  void aCursorThatIsReadToItsEndIsForgotten() {
    connect();
    openCursor(2, 77);

    client.writeInbound(frame(3, RawClient.getMore(77, "shop", "orders"), 0));
    upstreams.replies(reply(52, 3, 0, cursor(0)));

    assertThat(session.cursor(77)).isNull();
  }

  private static BsonDocument killCursors(long id) {
    return new BsonDocument("killCursors", new BsonString("orders"))
        .append("cursors", new BsonArray(List.of(new BsonInt64(id))))
        .append("$db", new BsonString("shop"));
  }

  @Test
  void aCursorIsForgottenWhenItIsKilledAndNotWhenThatFailed() {
    connect();
    openCursor(2, 77);

    client.writeInbound(frame(3, killCursors(77), 0));
    upstreams.replies(reply(52, 3, 0, error(11601, "Interrupted")));
    saidBody();
    assertThat(session.cursor(77)).isNotNull();

    client.writeInbound(frame(4, killCursors(77), 0));
    upstreams.replies(
        reply(
            53,
            4,
            0,
            ok().append("cursorsKilled", new BsonArray(List.of(new BsonInt64(77))))
                .append("cursorsNotFound", new BsonArray())));
    assertThat(saidBody().getArray("cursorsKilled")).containsExactly(new BsonInt64(77));
    assertThat(session.cursor(77)).isNull();
  }

  @Test
  void whoJoinsAnEndedSessionHearsWhyAndIsClosedInTime() {
    sessions.end(session, Ending.REVOKED, "the owner took it back");

    EmbeddedChannel asking = new EmbeddedChannel();
    asking.freezeTime();
    asking
        .pipeline()
        .addLast(ClientConnection.begin(stages, asking, Arrival.byTunnel(asking), session));
    asking.writeInbound(frame(1, RawClient.hello(), 0), frame(2, find(), 0));
    assertThat(asking.outboundMessages()).hasSize(2);
    asking.releaseOutbound();
    assertThat(asking.isOpen()).as("a driver has time to hand the answer on").isTrue();
    asking.advanceTimeBy(11, TimeUnit.SECONDS);
    asking.runScheduledPendingTasks();
    assertThat(asking.isOpen()).isFalse();

    EmbeddedChannel silentOne = new EmbeddedChannel();
    silentOne.freezeTime();
    silentOne
        .pipeline()
        .addLast(ClientConnection.begin(stages, silentOne, Arrival.byTunnel(silentOne), session));
    silentOne.writeInbound(frame(1, RawClient.hello(), 0));
    silentOne.advanceTimeBy(9, TimeUnit.SECONDS);
    silentOne.runScheduledPendingTasks();
    assertThat(silentOne.isOpen()).isTrue();
    silentOne.advanceTimeBy(2, TimeUnit.SECONDS);
    silentOne.runScheduledPendingTasks();
    assertThat(silentOne.isOpen()).isFalse();
    silentOne.finishAndReleaseAll();
  }

  @Test
  void whoJoinsALiveSessionIsNotClosed() {
    EmbeddedChannel other = new EmbeddedChannel();
    other.freezeTime();
    other
        .pipeline()
        .addLast(ClientConnection.begin(stages, other, Arrival.byTunnel(other), session));
    other.advanceTimeBy(1, TimeUnit.HOURS);
    other.runScheduledPendingTasks();

    assertThat(other.isOpen()).isTrue();
    other.finishAndReleaseAll();
  }

  @Test
  void whatMightOpenOneCursorTooManyIsRefusedAndTheRestGoesOn() {
    connect();
    openCursor(2, 1);
    for (long id = 2; id <= 50_000; id++) {
      session.own(new OpenCursor(id, "shop", "orders"));
    }
    // One that was under way when the last place was taken is not lost.
    session.own(new OpenCursor(50_001, "shop", "orders"));

    client.writeInbound(frame(3, find(), 0));
    BsonDocument refused = saidBody();
    assertThat(refused.getInt32("code").getValue()).isEqualTo(13);
    assertThat(refused.getString("errmsg").getValue()).contains("too-many-cursors");
    assertThat(upstreams.written).hasSize(2);
    client.writeInbound(frame(4, RawClient.getMore(50_001, "shop", "orders"), 0));
    upstreams.replies(reply(53, 4, 0, cursor(0)));
    saidBody();
    client.writeInbound(frame(5, insert(), 0));
    upstreams.replies(reply(54, 5, 0, ok()));
    assertThat(saidBody()).isEqualTo(ok());
    client.writeInbound(frame(6, RawClient.getMore(1, "shop", "orders"), 0));
    upstreams.replies(reply(55, 6, 0, cursor(0)));
    saidBody();
    client.writeInbound(frame(7, find(), 0));
    assertThat(upstreams.written).hasSize(6);
  }

  private static String filler(int bytes) {
    return "x".repeat(bytes);
  }

  @Test
  void aHelloOfManyBytesIsRefusedUndecoded() {
    client.writeInbound(
        frame(
            1,
            RawClient.hello()
                .append("client", new BsonDocument("x", new BsonString(filler(70_000)))),
            0));

    BsonDocument refused = saidBody();
    assertThat(refused.getString("errmsg").getValue()).contains("too-large");
    client.writeInbound(frame(2, RawClient.hello(), 0));
    assertThat(saidBody().getNumber("ok").intValue()).isEqualTo(1);
  }

  @Test
  void aSignInOfManyBytesIsRefusedUndecoded() {
    client.writeInbound(
        frame(
            1,
            new BsonDocument("saslStart", new BsonInt32(1))
                .append("payload", new BsonString(filler(70_000)))
                .append("$db", new BsonString("admin")),
            0));

    assertThat(saidBody().getString("errmsg").getValue()).contains("too-large");
  }

  @Test
  void whatDriversNeedIsRefusedWhenItIsLargerThanAnyDriverSends() {
    BsonArray many = new BsonArray();
    for (int i = 0; i < 20_000; i++) {
      many.add(RawClient.lsid(new byte[16]));
    }
    BsonDocument end = new BsonDocument("endSessions", many).append("$db", new BsonString("admin"));
    client.writeInbound(frame(1, end, 0));
    assertThat(saidBody().getString("errmsg").getValue()).contains("too-large");

    // As many as drivers send at most.
    end.put("endSessions", new BsonArray(many.subList(0, 10_000)));
    client.writeInbound(frame(2, end, 0));
    assertThat(saidBody()).isEqualTo(ok());

    client.writeInbound(
        frame(
            3,
            new BsonDocument("buildInfo", new BsonInt32(1))
                .append("comment", new BsonString(filler(70_000)))
                .append("$db", new BsonString("admin")),
            0));
    assertThat(saidBody().getString("errmsg").getValue()).contains("too-large");
    assertThat(upstreams.opens).isZero();
  }

  @Test
  void whatHasToBeNarrowedIsRefusedWhenThatWouldCostMuch() {
    client.writeInbound(
        frame(
            1,
            new BsonDocument("listDatabases", new BsonInt32(1))
                .append("filter", new BsonDocument("name", new BsonString(filler(1 << 20))))
                .append("$db", new BsonString("admin")),
            0));

    assertThat(saidBody().getString("errmsg").getValue()).contains("too-large");
    assertThat(upstreams.opens).isZero();
  }

  @Test
  void aStrangerWhoDoesNotReadIsNotAnswered() {
    EmbeddedChannel stranger = new EmbeddedChannel();
    stranger
        .pipeline()
        .addLast(
            ClientConnection.begin(stages, stranger, Arrival.local(stranger, "localhost:1"), null));
    stranger.writeInbound(frame(1, RawClient.hello(), 0));
    stranger.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    stranger.writeInbound(frame(2, RawClient.hello(), 0), frame(3, RawClient.hello(), 0));

    assertThat(stranger.outboundMessages()).hasSize(1);
    assertThat(stranger.config().isAutoRead()).isFalse();

    stranger.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    stranger.runPendingTasks();

    assertThat(stranger.outboundMessages()).hasSize(3);
    assertThat(stranger.config().isAutoRead()).isTrue();
    stranger.finishAndReleaseAll();
  }

  private void expire() {
    clock.set(session.lease().expiresAt());
    sessions.tick();
    client.runPendingTasks();
  }

  @Test
  void aWriteUnderWayAtExpiryIsAnsweredAndNothingElsePasses() {
    client.freezeTime();
    connect();
    client.writeInbound(frame(2, insert(), 0), frame(3, insert(), 0));
    expire();

    assertThat(said()).isNull();
    assertThat(upstreams.closed).isFalse();
    upstreams.replies(reply(51, 2, 0, ok().append("n", new BsonInt32(1))));

    assertThat(saidBody().getInt32("n").getValue()).isEqualTo(1);
    BsonDocument told = saidBody();
    assertThat(told.getInt32("code").getValue()).isEqualTo(13);
    assertThat(told.getString("errmsg").getValue()).contains("(expired)");
    assertThat(upstreams.written).as("the one that waited was not forwarded").hasSize(2);
    assertThat(upstreams.closed).isTrue();
    client.writeInbound(frame(4, find(), 0));
    assertThat(saidBody().getInt32("code").getValue()).isEqualTo(13);
    client.advanceTimeBy(301, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(client.isOpen()).isFalse();
    assertThat(recorder.finished)
        .anySatisfy(exchange -> {
          assertThat(exchange.command()).isEqualTo("insert");
          assertThat(exchange.reply()).isNotNull();
          assertThat(exchange.ended()).isEmpty();
        });
  }

  @Test
  void aWriteThatIsNotAnsweredWithinTheGraceIsCut() {
    client.freezeTime();
    connect();
    client.writeInbound(frame(2, insert(), 0));
    expire();

    client.advanceTimeBy(4_999, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(said()).isNull();
    assertThat(upstreams.closed).isFalse();
    client.advanceTimeBy(2, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    client.runPendingTasks();

    assertThat(saidBody().getString("errmsg").getValue()).contains("(expired)");
    assertThat(upstreams.closed).isTrue();
    assertThat(recorder.finished.getLast().ended()).isEqualTo("expired");
  }

  @Test
  void aReadUnderWayAtExpiryIsCutAtOnce() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    expire();

    assertThat(saidBody().getString("errmsg").getValue()).contains("(expired)");
    assertThat(upstreams.closed).isTrue();
  }

  @Test
  void aWriteUnderWayAtARevocationIsCutAtOnceAlsoWithinTheGrace() {
    connect();
    client.writeInbound(frame(2, insert(), 0));
    expire();
    sessions.end(session, Ending.REVOKED, "the owner took it back");
    client.runPendingTasks();

    assertThat(saidBody().getInt32("code").getValue()).isEqualTo(13);
    assertThat(upstreams.closed).isTrue();
  }

  private static BsonDocument insert(int bytes) {
    return insert().append("comment", new BsonString(filler(bytes)));
  }

  @Test
  void whatWaitsBehindAnotherRequestIsCountedUntilItIsAnswered() {
    connect();
    client.writeInbound(frame(2, find(), 0), frame(3, insert(600_000), 0));
    assertThat(inFlight.bytes()).isBetween(600_000L, 601_000L);
    assertThat(session.bytesInFlight()).isEqualTo(inFlight.bytes());

    // The gateway has a mebibyte for all of them.
    client.writeInbound(frame(4, insert(600_000), 0), frame(5, insert(1_000), 0));
    OpMsg told = saidMessage();
    assertThat(told.header().responseTo()).isEqualTo(4);
    assertThat(told.body().toBsonDocument().getString("errmsg").getValue())
        .contains("too-much-in-flight");
    assertThat(events).contains("refused too-much-in-flight");

    upstreams.replies(reply(51, 2, 0, ok()));
    assertThat(saidBody()).isEqualTo(ok());
    assertThat(inFlight.bytes()).as("it is on its way now").isBetween(600_000L, 601_000L);
    upstreams.replies(reply(52, 3, 0, ok()));
    assertThat(inFlight.bytes()).isZero();
    upstreams.replies(reply(53, 5, 0, ok()));
    assertThat(upstreams.written).hasSize(4);
  }

  @Test
  void whatTheRecorderHasNoRoomForIsCounted() {
    recorder.room = false;
    client.writeInbound(frame(1, insert(600_000), 0));
    assertThat(inFlight.bytes()).isBetween(600_000L, 601_000L);

    recorder.makeRoom();
    upstreams.opened();
    assertThat(inFlight.bytes()).isBetween(600_000L, 601_000L);
    upstreams.replies(reply(50, 1, 0, ok()));
    assertThat(inFlight.bytes()).isZero();
  }

  /** Another connection of a session, with its frames made of what comes. */
  private EmbeddedChannel another(Session of) {
    EmbeddedChannel channel = new EmbeddedChannel();
    ClientConnection connection =
        ClientConnection.begin(stages, channel, Arrival.byTunnel(channel), of);
    if (connection == null) {
      throw new AssertionError("it was turned away");
    }
    FrameDecoder frames = new FrameDecoder(FrameDecoder.MAX_MESSAGE_LENGTH);
    frames.chargeTo(connection.budget());
    channel.pipeline().addLast(frames, connection);
    return channel;
  }

  private static void inReads(EmbeddedChannel channel, ByteBuf bytes) {
    while (bytes.isReadable()) {
      channel.writeInbound(bytes.readBytes(Math.min(bytes.readableBytes(), 16_384)));
    }
    bytes.release();
  }

  @Test
  void whatHasComeOfARequestIsCountedBeforeItIsWhole() {
    Session neighbour = install(Leases.reading("b"));
    EmbeddedChannel hostile = another(session);
    ByteBuf large = frame(1, insert(900_000), 0);
    inReads(hostile, large.readRetainedSlice(700_000));
    assertThat(inFlight.bytes()).isBetween(700_000L, 902_000L);
    assertThat(session.bytesInFlight()).isEqualTo(inFlight.bytes());
    assertThat(neighbour.bytesInFlight()).isZero();

    EmbeddedChannel other = another(neighbour);
    inReads(other, frame(2, insert(900_000), 0));
    OpMsg told = (OpMsg) WireMessage.parseReply(other.readOutbound());
    assertThat(told.header().responseTo()).isEqualTo(2);
    assertThat(told.body().toBsonDocument().getString("errmsg").getValue())
        .contains("too-much-in-flight");
    // What is small passes, on the same connection and however much is held.
    inReads(other, frame(3, find(), 0));
    assertThat(upstreams.opens).isEqualTo(1);

    large.release();
    hostile.finishAndReleaseAll();
    assertThat(inFlight.bytes()).isZero();
    other.finishAndReleaseAll();
  }

  @Test
  void aRequestWithoutAnswerForWhichThereIsNoMemoryIsDroppedInSilence() {
    EmbeddedChannel other = another(session);
    inReads(other, frame(1, insert(2_000_000), OpMsg.MORE_TO_COME));

    assertThat((Object) other.readOutbound()).isNull();
    assertThat(events).contains("refused too-much-in-flight");
    assertThat(other.isOpen()).isTrue();
    other.finishAndReleaseAll();
  }

  private static BsonDocument batch(long cursor, int bytes) {
    BsonArray documents = new BsonArray();
    for (int i = 0; i < 10; i++) {
      documents.add(new BsonDocument("text", new BsonString(filler(bytes / 10))));
    }
    return new BsonDocument(
            "cursor",
            new BsonDocument("firstBatch", documents)
                .append("id", new BsonInt64(cursor))
                .append("ns", new BsonString("shop.orders")))
        .append("ok", new BsonDouble(1));
  }

  @Test
  void aLargeReplyIsHandedOnAsItComesAndItsCursorIsKnownAtItsEnd() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    ByteBuf whole = reply(51, 2, 0, batch(77, 300_000));
    byte[] expected = new byte[whole.readableBytes()];
    whole.getBytes(0, expected);
    Upstream.Listener listener = upstreams.listener();

    assertThat(listener.inParts(whole)).isTrue();
    listener.replyPart(whole.readRetainedSlice(100_000), false);
    listener.replyPart(whole.readRetainedSlice(100_000), false);
    listener.readComplete();
    client.runPendingTasks();
    assertThat(client.outboundMessages()).as("before the rest has come").hasSize(2);
    assertThat(session.cursor(77)).isNull();
    assertThat(inFlight.bytes()).isZero();
    listener.replyPart(whole, true);
    listener.readComplete();
    client.runPendingTasks();

    ByteBuf seen = Unpooled.buffer();
    for (ByteBuf out = client.readOutbound(); out != null; out = client.readOutbound()) {
      seen.writeBytes(out);
      out.release();
    }
    assertThat(ByteBufUtil.getBytes(seen)).isEqualTo(expected);
    assertThat(session.cursor(77)).isNotNull();
    Exchange exchange = recorder.finished.getLast();
    assertThat(exchange.replyBytes()).isEqualTo(expected.length);
    assertThat(exchange.reply())
        .isEqualTo(new ReplySummary(true, 0, null, -1, -1, 10, 77, "shop.orders", 0, false, false));

    client.writeInbound(frame(3, RawClient.getMore(77, "shop", "orders"), 0));
    upstreams.replies(reply(52, 3, 0, cursor(0)));
    assertThat(saidBody().getNumber("ok").intValue()).isEqualTo(1);
  }

  @Test
  void anEndInTheMiddleOfALargeReplyClosesWithoutAWord() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    ByteBuf whole = reply(51, 2, 0, batch(77, 300_000));
    assertThat(upstreams.listener().inParts(whole)).isTrue();
    upstreams.listener().replyPart(whole.readRetainedSlice(100_000), false);
    upstreams.listener().readComplete();
    client.runPendingTasks();
    client.releaseOutbound();

    sessions.end(session, Ending.REVOKED, "the owner took it back");
    client.runPendingTasks();

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
    assertThat(recorder.finished.getLast().ended()).isEqualTo("revoked");
    // What comes before the target hears of it goes nowhere.
    upstreams.listener().replyPart(whole, true);
    assertThat(whole.refCnt()).isZero();
  }

  @Test
  void aLargeReplyThatIsBrokenIsCutBeforeTheBrokenPart() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    ByteBuf whole = reply(51, 2, 0, batch(77, 300_000));
    // The second document is longer than all that holds it.
    whole.setIntLE(21 + 4 + 8 + 4 + 12 + 4 + 3 + 30_019, 1_000_000);
    assertThat(upstreams.listener().inParts(whole)).isTrue();
    upstreams.listener().replyPart(whole.readRetainedSlice(20_000), false);
    upstreams.listener().readComplete();
    client.runPendingTasks();
    client.releaseOutbound();
    upstreams.listener().replyPart(whole, true);

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
    assertThat(whole.refCnt()).isZero();
  }

  @Test
  void aLargeReplyAboutTheTopologyDoesNotReachTheClient() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    ByteBuf whole =
        reply(
            51,
            2,
            0,
            new BsonDocument("errmsg", new BsonString(filler(100_000)))
                .append("ok", new BsonDouble(0))
                .append("topologyVersion", new BsonDocument("counter", new BsonInt64(5))));
    assertThat(upstreams.listener().inParts(whole)).isTrue();
    upstreams.listener().replyPart(whole.readRetainedSlice(50_000), false);
    upstreams.listener().readComplete();
    client.runPendingTasks();
    client.releaseOutbound();
    upstreams.listener().replyPart(whole, true);

    assertThat(said()).isNull();
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void aClientThatDoesNotReadStopsALargeReply() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    ByteBuf whole = reply(51, 2, 0, batch(0, 300_000));
    assertThat(upstreams.listener().inParts(whole)).isTrue();
    client.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    upstreams.listener().replyPart(whole.readRetainedSlice(100_000), false);
    assertThat(upstreams.reading).isFalse();
    upstreams.listener().readComplete();
    client.runPendingTasks();

    client.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    client.runPendingTasks();
    assertThat(upstreams.reading).isTrue();
    upstreams.listener().replyPart(whole, true);
  }

  @Test
  void aReplyThatMustBeChangedIsTakenWholeAndOneToNoRequestIsNotPassedOn() {
    connect();
    client.writeInbound(
        frame(
            2,
            new BsonDocument("connectionStatus", new BsonInt32(1))
                .append("$db", new BsonString("admin")),
            0));
    ByteBuf whole = reply(51, 2, 0, batch(0, 300_000));
    assertThat(upstreams.listener().inParts(whole)).isFalse();
    whole.release();
    upstreams.replies(reply(51, 2, 0, ok()));
    saidBody();

    client.writeInbound(frame(3, find(), 0));
    ByteBuf other = reply(51, 4, 0, batch(0, 300_000));
    assertThat(upstreams.listener().inParts(other)).isFalse();
    other.release();
  }

  @Test
  void aReplyForWhichThereIsNoMemoryIsAnErrorAndTheEnd() {
    connect();
    client.writeInbound(frame(2, find(), 0));
    assertThat(upstreams.listener().budget().take(2 << 20)).isFalse();
    upstreams.listener().dropped(new DroppedFrame(new MessageHeader(2 << 20, 51, 2, 2013), 0));

    BsonDocument told = saidBody();
    assertThat(told.getString("errmsg").getValue()).contains("too-much-in-flight");
    assertThat(client.isOpen()).isFalse();
    assertThat(recorder.finished.getLast().ended()).isEqualTo("too-much-in-flight");
  }

  private static BsonDocument inTransaction(BsonDocument command, int lsid, long number) {
    byte[] uuid = new byte[16];
    uuid[15] = (byte) lsid;
    return command
        .append("lsid", RawClient.lsid(uuid))
        .append("txnNumber", new BsonInt64(number))
        .append("autocommit", BsonBoolean.FALSE);
  }

  private static BsonDocument admin(String command) {
    return new BsonDocument(command, new BsonInt32(1)).append("$db", new BsonString("admin"));
  }

  private static OpenTransaction transaction(int lsid, long number) {
    return new OpenTransaction(new LogicalSessions.Id(0, lsid), number);
  }

  private void exchange(int id, BsonDocument command, BsonDocument answer) {
    client.writeInbound(frame(id, command, 0));
    upstreams.replies(reply(100 + id, id, 0, answer));
    saidBody();
  }

  @Test
  void openTransactionsAreKnownUntilTheyAreCommittedOrAborted() {
    connect();
    exchange(2, inTransaction(insert(), 1, 5).append("startTransaction", BsonBoolean.TRUE), ok());
    exchange(3, inTransaction(find(), 2, 1), ok());
    assertThat(session.transactions())
        .containsExactlyInAnyOrder(transaction(1, 5), transaction(2, 1));

    exchange(4, inTransaction(admin("commitTransaction"), 1, 5), error(91, "ShutdownInProgress"));
    assertThat(session.transactions()).as("who knows").contains(transaction(1, 5));
    exchange(5, inTransaction(admin("commitTransaction"), 1, 5), ok());
    assertThat(session.transactions()).containsExactly(transaction(2, 1));

    // The next one of the same logical session takes its place.
    exchange(6, inTransaction(find(), 2, 2), ok());
    exchange(7, inTransaction(admin("abortTransaction"), 2, 1), error(251, "NoSuchTransaction"));
    assertThat(session.transactions()).contains(transaction(2, 2));
    exchange(8, inTransaction(find(), 2, 3), ok());
    exchange(9, inTransaction(admin("abortTransaction"), 2, 3), error(251, "NoSuchTransaction"));
    assertThat(session.transactions()).isEmpty();
  }

  @Test
  void aRetryableWriteIsNoTransaction() {
    connect();
    BsonDocument retryable = inTransaction(insert(), 1, 5);
    retryable.remove("autocommit");
    exchange(2, retryable, ok());

    assertThat(session.transactions()).isEmpty();
    assertThat(session.logicalSessions().of(session)).contains(new LogicalSessions.Id(0, 1));
  }

  @Test
  void oneOpenTransactionTooManyIsRefusedAndTheOthersGoOn() {
    connect();
    for (int i = 1; i <= 10_000; i++) {
      session.own(new OpenTransaction(new LogicalSessions.Id(7, i), 1));
    }
    client.writeInbound(frame(2, inTransaction(find(), 1, 1), 0));
    assertThat(saidBody().getString("errmsg").getValue()).contains("too-many-transactions");

    session.forget(new OpenTransaction(new LogicalSessions.Id(7, 1), 1));
    exchange(3, inTransaction(find(), 1, 1), ok());
    exchange(4, inTransaction(find(), 1, 1), ok());
    assertThat(upstreams.written).hasSize(3);
  }

  private final class Events implements SessionListener {
    @Override
    public void started(Session of, String clientAddress) {}

    @Override
    public void connectionOpened(Session of, ConnectionFacts connection) {
      events.add("opened");
    }

    @Override
    public void connectionClosed(Session of, ConnectionFacts connection, CloseCause cause) {
      events.add("closed " + cause.text());
    }

    @Override
    public void refused(
        Session of,
        ConnectionFacts connection,
        String command,
        String namespace,
        String rule,
        String sentence) {
      events.add("refused " + rule);
    }

    @Override
    public void ended(Session of, Ending ending) {
      events.add("ended");
    }
  }

  private static final class ScriptedUpstreams implements Upstreams, Upstream {
    private final List<ByteBuf> written = new ArrayList<>();
    private Upstream.@Nullable Listener listener;
    private int opens;
    private boolean reading = true;
    private boolean closed;
    private boolean writable = true;
    private int flushed;

    private Upstream.Listener listener() {
      if (listener == null) {
        throw new AssertionError("nobody asked for an upstream connection");
      }
      return listener;
    }

    void opened() {
      listener().opened(this);
    }

    void fails(Upstream.Failure failure) {
      listener().failed(failure);
    }

    void replies(ByteBuf frame) {
      listener().reply(frame);
      listener().readComplete();
    }

    void drained() {
      listener().writabilityChanged();
    }

    void lost() {
      listener().closed();
    }

    @Override
    public void open(Session session, EventLoop loop, Upstream.Listener hears) {
      opens++;
      listener = hears;
    }

    @Override
    public Upstream.@Nullable Failure signInOnce(Session session) {
      return null;
    }

    @Override
    public void clearUp(Session session) {}

    @Override
    public String node() {
      return "target:27017";
    }

    @Override
    public void write(ByteBuf frame) {
      written.add(frame);
    }

    @Override
    public void flush() {
      flushed = written.size();
    }

    @Override
    public boolean writable() {
      return writable;
    }

    @Override
    public void reading(boolean on) {
      reading = on;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class ScriptedRecorder implements Recorder, Recorder.Lane {
    private final List<Exchange> begun = new ArrayList<>();
    private final List<Exchange> finished = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean room = true;

    void makeRoom() {
      room = true;
      List.copyOf(waiting).forEach(Runnable::run);
      waiting.clear();
    }

    @Override
    public Lane lane(EventLoop loop) {
      return this;
    }

    @Override
    public @Nullable String failure() {
      return null;
    }

    @Override
    public boolean begin(Exchange exchange, ByteBuf frame, Runnable retry) {
      if (room) {
        begun.add(exchange);
      } else {
        waiting.add(retry);
      }
      return room;
    }

    @Override
    public void finish(Exchange exchange) {
      finished.add(exchange);
    }
  }
}
