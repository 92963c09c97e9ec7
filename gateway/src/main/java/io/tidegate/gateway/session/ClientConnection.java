package io.tidegate.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.tidegate.access.Denial;
import io.tidegate.access.Network;
import io.tidegate.access.RuleId;
import io.tidegate.gateway.session.ConnectionState.Arriving;
import io.tidegate.gateway.session.ConnectionState.Busy;
import io.tidegate.gateway.session.ConnectionState.Closed;
import io.tidegate.gateway.session.ConnectionState.Idle;
import io.tidegate.gateway.session.ConnectionState.Opening;
import io.tidegate.gateway.session.ConnectionState.Parting;
import io.tidegate.gateway.session.Exchange.Decision;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.Command;
import io.tidegate.wire.DroppedFrame;
import io.tidegate.wire.ErrorReply;
import io.tidegate.wire.FrameBudget;
import io.tidegate.wire.FrameDecoder;
import io.tidegate.wire.Hello;
import io.tidegate.wire.HelloRefusal;
import io.tidegate.wire.HelloRequest;
import io.tidegate.wire.MalformedMessageException;
import io.tidegate.wire.MessageHeader;
import io.tidegate.wire.OpCode;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.OpQuery;
import io.tidegate.wire.OpReply;
import io.tidegate.wire.ReplyScan;
import io.tidegate.wire.ReplySummary;
import io.tidegate.wire.UnsupportedOpCodeException;
import io.tidegate.wire.WireMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonString;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: the driver of {@link ConnectionState}. Takes whole frames, passes each
 * through the stages, and hands replies back. The only handler between the frame decoder and the
 * target; it lives on one event loop, together with its upstream connection, and needs no locks.
 */
public final class ClientConnection extends ChannelInboundHandlerAdapter
    implements LiveConnection, Upstream.Listener {
  /** Messages from this size on count as held; what is smaller is a read's worth at most. */
  private static final int LARGE = FrameDecoder.FREE;

  /**
   * What may ask for no answer: writes, and the goodbyes of drivers. The reply to anything else
   * says what a session owns or must be narrowed, so it has to be seen.
   */
  private static final Set<String> MAY_BE_SILENT =
      Set.of("insert", "update", "delete", "bulkWrite", "endSessions", "killCursors");

  private static final int CURSOR_NOT_FOUND = 43;

  private static final int NO_SUCH_TRANSACTION = 251;

  /** How long a client may stay that has come to hear why its session ended. */
  private static final long HEARING_MILLIS = 10_000;

  /** How long a client may stay that goes on asking after its session ended. */
  private static final long ASKING_MILLIS = 2_000;

  /** Bytes of a hello or of a step of a sign-in, which are decoded whole. */
  private static final int LARGEST_GREETING = 64 * 1024;

  /**
   * How long the client of an ended session must have been silent before its connection closes. A
   * close that crosses a request is never taken for one by the Node driver, and so by mongosh: what
   * is written between the end of the stream and the socket's close waits for ever.
   */
  private static final long QUIET_MILLIS = 300;

  /** How long last words may take to leave. */
  private static final long PARTING_MILLIS = 1_000;

  private static final BsonDocument OK = new BsonDocument("ok", new BsonDouble(1));

  /** A connection that may only hear why, and closes at the latest at an instant of its loop. */
  private record Departure(Ending ending, CloseCause cause, long latestNanos) {}

  private final Stages stages;
  private final Arrival arrival;
  private final SignIn signIn;
  private final @Nullable List<String> mechanisms;
  private final ConnectionFacts facts;
  private final Recorder.Lane lane;
  private final Channel channel;
  private final Holding holding;

  private ConnectionState state;
  private @Nullable Session session;
  private boolean signedIn;
  private boolean told;
  private boolean greeted;
  private boolean described;
  private boolean tooMany;

  /** Somebody else is asked whether the client is who it says. */
  private boolean deciding;

  private volatile boolean busy;
  private @Nullable Upstream upstream;

  /** Whether the target is being dialled though no command waits for it. */
  private boolean dialledAhead;

  private @Nullable ByteBuf first;
  private @Nullable ArrayDeque<ByteBuf> waiting;
  private boolean dirty;
  private boolean upstreamDirty;
  private boolean sending;
  private boolean noRoom;
  private boolean draining;
  private boolean leaving;
  private @Nullable Departure departure;
  private long heardNanos;
  private int held;
  private int nextRequestId;
  private final SilentRequests silent = new SilentRequests();

  /** Reads along in a large reply that is being passed on in parts. */
  private @Nullable ReplyScan passing;

  private long passedBytes;

  /** The newest of a stream of replies, which the next one answers. */
  private int streamed;

  /**
   * @param session that the connection belongs to by its certificate; null where sign-in must show
   *     it
   */
  private ClientConnection(
      Stages stages, Channel channel, Arrival arrival, @Nullable Session session) {
    this.stages = stages;
    this.channel = channel;
    this.session = session;
    this.arrival = arrival;
    this.holding = new Holding(stages.inFlight());
    this.signIn = stages.signIns().begin(arrival, session);
    this.mechanisms = signIn.mechanisms();
    this.signedIn = mechanisms == null;
    this.lane = stages.recorder().lane(channel.eventLoop());
    this.facts =
        new ConnectionFacts(
            session == null ? "" : session.nextConnectionId(), arrival.from().toString());
    this.state = session == null ? new Arriving() : new Arriving().bound(session);
  }

  /**
   * Makes the handler of a connection whose stream begins now.
   *
   * @return null when the session has far too many connections: close it
   */
  public static @Nullable ClientConnection begin(
      Stages stages, Channel channel, Arrival arrival, @Nullable Session session) {
    ClientConnection connection = new ClientConnection(stages, channel, arrival, session);
    return session == null || connection.join(session) ? connection : null;
  }

  private boolean join(Session joined) {
    switch (joined.join()) {
      case TURNED_AWAY -> {
        return false;
      }
      case TOO_MANY -> tooMany = true;
      case ADMITTED -> {}
    }
    joined.add(this, facts);
    holding.belongsTo(joined);
    if (joined.start()) {
      stages.listener().started(joined, facts.clientAddress());
    }
    // Asked after it was added: whoever ends the session from now on finds it there.
    if (joined.ending() != null) {
      loop().schedule(() -> shut(CloseCause.SESSION_ENDED), HEARING_MILLIS, TimeUnit.MILLISECONDS);
    }
    return true;
  }

  /** Who answers for the memory of its large messages. */
  @Override
  public FrameBudget budget() {
    return holding;
  }

  // From the client.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case ByteBuf frame -> arrived(frame);
      case DroppedFrame dropped -> noMemory(dropped);
      default -> ctx.fireChannelRead(message);
    }
  }

  private void arrived(ByteBuf frame) {
    switch (state) {
      case Idle idle when waiting == null && mayGoOn() -> receive(frame);
      case Arriving arriving when waiting == null && mayGoOn() -> receive(frame);
      case Arriving arriving -> wait(frame);
      case Idle idle -> wait(frame);
      case Opening opening -> wait(frame);
      case Busy busyState -> wait(frame);
      case Parting parting -> frame.release();
      case Closed closed -> frame.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flush();
  }

  /** Sends what there is at the end of the loop's turn. */
  private void flush() {
    if (!sending && (dirty || upstreamDirty)) {
      sending = true;
      EndOfTurn.local().await(this, loop());
    }
  }

  /** Sends what there is now. */
  void send() {
    sending = false;
    upstreamDirty = false;
    if (dirty) {
      dirty = false;
      channel.flush();
    }
    if (upstream != null) {
      upstream.flush();
    }
  }

  /** For a request there is no memory, be it while it came or while it would wait. */
  private void noMemory(DroppedFrame request) {
    Session ours = session;
    if (ours == null || state instanceof Parting || state instanceof Closed) {
      return;
    }
    RuleId rule = RuleId.TOO_MUCH_IN_FLIGHT;
    MessageHeader header = request.header();
    String sentence =
        Denial.sentence(
            rule,
            "a message of " + header.messageLength() + " bytes",
            ours.lease().target().resourceName(),
            ours.lease().requestUrl());
    report(rule.id(), sentence);
    if (passing != null || header.opCode() != OpCode.OP_MSG.number()) {
      // There is no place for an answer, or no way to say it.
      shut(CloseCause.MALFORMED);
    } else if ((request.flagBits() & OpMsg.MORE_TO_COME) == 0) {
      answer(header.requestId(), ErrorReply.document(rule.code(), rule.codeName(), sentence));
    }
  }

  private void wait(ByteBuf frame) {
    if (frame.readableBytes() >= LARGE && !holding.take(frame.readableBytes())) {
      int start = frame.readerIndex();
      noMemory(new DroppedFrame(MessageHeader.read(frame, start), OpMsg.flagBits(frame)));
      frame.release();
      return;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>(2);
      channel.config().setAutoRead(false);
    }
    waiting.addLast(frame);
  }

  private void waitAgain(ByteBuf frame) {
    if (frame.readableBytes() >= LARGE) {
      holding.add(frame.readableBytes());
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>(2);
      channel.config().setAutoRead(false);
    }
    waiting.addFirst(frame);
  }

  /** Goes on with what waits, as far as it can. */
  private void goOn() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      while (waiting != null
          && (state instanceof Idle || state instanceof Arriving)
          && !noRoom
          && mayGoOn()) {
        ByteBuf frame = waiting.pollFirst();
        if (frame == null) {
          waiting = null;
          channel.config().setAutoRead(true);
        } else {
          waitsNoLonger(frame);
          receive(frame);
        }
      }
    } finally {
      draining = false;
    }
  }

  private void waitsNoLonger(ByteBuf frame) {
    if (frame.readableBytes() >= LARGE) {
      holding.give(frame.readableBytes());
    }
  }

  /** Whether neither side has so much before it that more would only pile up here. */
  private boolean mayGoOn() {
    return !deciding && channel.isWritable() && (upstream == null || upstream.writable());
  }

  /** Takes over one frame. */
  private void receive(ByteBuf frame) {
    boolean kept = false;
    try {
      kept =
          switch (WireMessage.parse(frame)) {
            case OpMsg message -> command(frame, message);
            case OpQuery query -> query(query);
            case OpReply reply -> {
              unsupported(OpCode.OP_REPLY.number());
              yield false;
            }
          };
    } catch (MalformedMessageException e) {
      malformed(frame, e);
    } catch (UnsupportedOpCodeException e) {
      unsupported(e.opCode());
    } finally {
      if (!kept) {
        frame.release();
      }
    }
  }

  /** True when the frame was kept. */
  private boolean command(ByteBuf frame, OpMsg message) {
    Command command = message.command();
    int requestId = message.header().requestId();
    if (Hello.isHello(command)) {
      if (tooLarge(frame, command, requestId)) {
        return false;
      }
      hello(Hello.of(command), requestId, false);
      return false;
    }
    return switch (command.name()) {
      case "saslStart", "saslContinue", "authenticate" -> {
        if (!tooLarge(frame, command, requestId)) {
          signIn(requestId, signIn.handle(command));
        }
        yield false;
      }
      case "logout" -> {
        part(CloseCause.LOGGED_OUT, requestId, OK);
        yield false;
      }
      default -> {
        Session ours = session;
        if (ours != null && signedIn) {
          yield command(ours, frame, message, command);
        }
        answer(
            requestId,
            ErrorReply.document(
                13, "Unauthorized", "command " + command.name() + " requires authentication"));
        yield false;
      }
    };
  }

  /** Whether it is no greeting that anybody means, and has been refused. */
  private boolean tooLarge(ByteBuf frame, Command command, int requestId) {
    if (frame.readableBytes() <= LARGEST_GREETING) {
      return false;
    }
    RuleId rule = RuleId.TOO_LARGE;
    String sentence = Denial.sentence(rule, command.name(), command.database(), "");
    report(rule.id(), sentence);
    answer(requestId, ErrorReply.document(rule.code(), rule.codeName(), sentence));
    return true;
  }

  private boolean command(Session ours, ByteBuf frame, OpMsg message, Command command) {
    Departure begun = departure;
    Ending ending = begun == null ? ours.ending() : begun.ending();
    if (ending != null) {
      if (!message.moreToCome()) {
        answer(
            message.header().requestId(), ErrorReply.document(13, "Unauthorized", words(ending)));
      }
      depart(ending, CloseCause.SESSION_ENDED);
      return false;
    }
    Instant now = stages.sessions().clock().instant();
    long nowMicros = micros(now);
    String database = command.database();
    String collection = collectionOf(command);
    Verdict verdict;
    String trouble = stages.recorder().failure();
    if (tooMany) {
      verdict = refusal(RuleId.TOO_MANY_CONNECTIONS, command, database, collection, ours);
    } else if (trouble != null) {
      verdict = refusal(RuleId.CANNOT_RECORD, command, database, collection, ours);
    } else if (message.moreToCome() && !MAY_BE_SILENT.contains(command.name())) {
      verdict = refusal(RuleId.NOT_UNDERSTOOD, command, database, collection, ours);
    } else if (command.name().equals("ping") && upstream == null) {
      answer(message.header().requestId(), OK);
      return false;
    } else {
      verdict = stages.gate().judge(ours, command, now);
    }
    if (verdict instanceof Verdict.Narrow narrow) {
      verdict = stages.presentation().narrow(ours, command, narrow.rewrites());
    }
    ours.used(now.toEpochMilli());
    return switch (verdict) {
      case Verdict.Pass pass ->
          forward(
              ours,
              frame,
              message,
              command,
              collection,
              nowMicros,
              null,
              pass.change(),
              pass.writes());
      case Verdict.PassChanged changed ->
          forward(
              ours,
              frame,
              message,
              command,
              collection,
              nowMicros,
              changed.body(),
              changed.change(),
              false);
      case Verdict.Narrow narrow -> throw new IllegalStateException("carried out above");
      case Verdict.Answer answer -> {
        Exchange exchange =
            exchange(
                ours,
                frame,
                message,
                command,
                collection,
                nowMicros,
                Decision.ANSWERED,
                "",
                "",
                null);
        if (!lane.begin(exchange, frame, this::roomAgain)) {
          yield again(frame);
        }
        exchange.answered(System.nanoTime());
        lane.finish(exchange);
        if (!message.moreToCome()) {
          answer(exchange.requestId(), answer.reply());
        }
        yield false;
      }
      case Verdict.Refuse refuse ->
          refuse(ours, frame, message, command, collection, nowMicros, refuse);
    };
  }

  private Verdict.Refuse refusal(
      RuleId rule, Command command, String database, String collection, Session ours) {
    return new Verdict.Refuse(
        rule.code(),
        rule.codeName(),
        rule.id(),
        Denial.sentence(
            rule,
            command.name(),
            collection.isEmpty() ? database : database + "." + collection,
            ours.lease().requestUrl()));
  }

  private boolean refuse(
      Session ours,
      ByteBuf frame,
      OpMsg message,
      Command command,
      String collection,
      long nowMicros,
      Verdict.Refuse refuse) {
    boolean silent = message.moreToCome();
    if (stages.recorder().failure() == null) {
      Exchange exchange =
          exchange(
              ours,
              frame,
              message,
              command,
              collection,
              nowMicros,
              silent ? Decision.DROPPED : Decision.REFUSED,
              refuse.rule(),
              refuse.sentence(),
              null);
      if (!lane.begin(exchange, frame, this::roomAgain)) {
        return again(frame);
      }
      exchange.refused(refuse.code(), refuse.codeName(), System.nanoTime());
      lane.finish(exchange);
    }
    tell(ours);
    ours.refused();
    stages.metrics().refusal();
    String database = command.database();
    stages
        .listener()
        .refused(
            ours,
            facts,
            command.name(),
            collection.isEmpty() ? database : database + "." + collection,
            refuse.rule(),
            refuse.sentence());
    if (!silent) {
      answer(
          message.header().requestId(),
          ErrorReply.document(refuse.code(), refuse.codeName(), refuse.sentence()));
    }
    return false;
  }

  private boolean forward(
      Session ours,
      ByteBuf frame,
      OpMsg message,
      Command command,
      String collection,
      long nowMicros,
      @Nullable BsonDocument changed,
      @Nullable Change change,
      boolean writes) {
    int bytes = frame.readableBytes();
    int requestId = message.header().requestId();
    if (!message.moreToCome() && silent.contains(requestId)) {
      malformed(
          frame,
          new MalformedMessageException(
              "F7", "a request has the number of an earlier one that wanted no answer"));
      return false;
    }
    if (bytes >= LARGE) {
      if (!holding.take(bytes)) {
        return refuse(
            ours,
            frame,
            message,
            command,
            collection,
            nowMicros,
            refusal(RuleId.TOO_MUCH_IN_FLIGHT, command, command.database(), collection, ours));
      }
      held = bytes;
    }
    Exchange exchange =
        exchange(
            ours,
            frame,
            message,
            command,
            collection,
            nowMicros,
            Decision.FORWARDED,
            "",
            "",
            change);
    exchange.mind(writes, writes ? ended(command) : null);
    if (!lane.begin(exchange, frame, this::roomAgain)) {
      letGo();
      return again(frame);
    }
    tell(ours);
    stages.metrics().command();
    Idle idle = (Idle) state;
    ByteBuf out = frame;
    if (changed != null) {
      int flags = message.moreToCome() ? OpMsg.MORE_TO_COME : 0;
      out = OpMsg.encode(channel.alloc(), exchange.requestId(), 0, flags, changed);
    }
    busy = true;
    Upstream open = upstream;
    if (open == null) {
      first = out;
      state = idle.opening(exchange);
      if (!dialledAhead) {
        stages.upstreams().open(ours, loop(), this);
      }
    } else {
      send(open, idle, exchange, out);
    }
    return changed == null;
  }

  private void send(Upstream open, Idle idle, Exchange exchange, ByteBuf out) {
    upstreamDirty = true;
    open.write(out);
    if (exchange.replyExpected()) {
      state = idle.busy(exchange);
    } else {
      silent.add(exchange.requestId());
      exchange.endedWithoutReply("unacknowledged", System.nanoTime());
      settle(exchange);
      state = idle;
    }
  }

  private Exchange exchange(
      Session ours,
      ByteBuf frame,
      OpMsg message,
      Command command,
      String collection,
      long nowMicros,
      Decision decision,
      String rule,
      String sentence,
      @Nullable Change change) {
    int bytes = frame.readableBytes();
    facts.command(bytes);
    return new Exchange(
        ours,
        facts.id(),
        nowMicros,
        System.nanoTime(),
        message.header().requestId(),
        !message.moreToCome(),
        command.name(),
        command.database(),
        collection,
        decision,
        rule,
        sentence,
        command.name().equals("getMore") ? cursorOf(command) : 0,
        bytes,
        change);
  }

  /** Keeps a frame for which the recorder has no room; it comes first when there is. */
  private boolean again(ByteBuf frame) {
    noRoom = true;
    waitAgain(frame);
    return true;
  }

  private void roomAgain() {
    noRoom = false;
    goOn();
    flush();
  }

  private static String collectionOf(Command command) {
    String named = command.collection();
    if (named != null) {
      return named;
    }
    if (command.name().equals("getMore")) {
      BsonElement collection = command.body().find("collection");
      if (collection != null && collection.isString()) {
        return collection.string();
      }
    }
    return "";
  }

  /** The transaction that the command commits or aborts, null for none. */
  private static @Nullable OpenTransaction ended(Command command) {
    return switch (command.name()) {
      case "commitTransaction", "abortTransaction" -> {
        BsonElement lsid = command.body().find("lsid");
        BsonElement number = command.body().find("txnNumber");
        LogicalSessions.Id id =
            lsid == null || !lsid.isDocument() ? null : LogicalSessions.Id.of(lsid.document());
        yield id == null || number == null || number.type() != BsonType.INT64
            ? null
            : new OpenTransaction(id, number.longValue());
      }
      default -> null;
    };
  }

  private static long cursorOf(Command command) {
    BsonElement first = command.body().first();
    return first != null && first.isNumber() ? first.longValue() : 0;
  }

  private static long micros(Instant at) {
    return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
  }

  // Hello and sign-in.

  private boolean query(OpQuery query) {
    if (query.kind() == OpQuery.Kind.HELLO) {
      hello(Hello.of(query.command()), query.header().requestId(), true);
    } else {
      write(ErrorReply.unsupported(channel.alloc(), query, nextRequestId()));
    }
    return false;
  }

  private void hello(Hello hello, int requestId, boolean legacyOpCode) {
    switch (hello) {
      case HelloRequest request -> hello(request, requestId, legacyOpCode);
      case HelloRefusal refusal -> answer(requestId, legacyOpCode, refusal.document());
    }
  }

  private void hello(HelloRequest request, int requestId, boolean legacyOpCode) {
    BsonDocument client = request.client();
    if (client != null) {
      if (described) {
        answer(requestId, legacyOpCode, HelloRefusal.clientAgain().document());
        return;
      }
      described = true;
      facts.describe(
          text(client, "application", "name"),
          (text(client, "driver", "name") + " " + text(client, "driver", "version")).strip(),
          client.get("platform") instanceof BsonString platform ? platform.getValue() : "");
      if (session != null) {
        tell(session);
      }
    }
    if (!greeted) {
      greeted = true;
      if (session == null) {
        channel.pipeline().fireUserEventTriggered(Milestone.GREETED);
      }
    }
    BsonDocument speculated = null;
    BsonDocument speculative = request.speculativeAuthenticate();
    if (!signedIn && speculative != null) {
      SignIn.Answered guessed = signIn.speculative(speculative);
      if (guessed != null) {
        speculated = step(guessed);
        if (state instanceof Closed) {
          return;
        }
      }
    }
    Session shown = session != null ? session : stages.presentation().guess(request, arrival);
    answer(
        requestId,
        legacyOpCode,
        stages
            .presentation()
            .hello(request, shown, dialled(shown), mechanisms, speculated, facts.id()));
  }

  private String dialled(@Nullable Session shown) {
    String advertised = arrival.advertised();
    if (advertised != null) {
      return advertised;
    }
    if (shown == null) {
      return "";
    }
    Network.EndpointId by = arrival.origin().endpoint();
    Network.Endpoint endpoint = by == null ? null : shown.lease().network().endpoint(by);
    String its = endpoint == null ? null : endpoint.advertisedAddress();
    return its == null ? shown.lease().advertisedAddress() : its;
  }

  private static String text(BsonDocument client, String part, String field) {
    return client.get(part) instanceof BsonDocument document
            && document.get(field) instanceof BsonString string
        ? string.getValue()
        : "";
  }

  private void signIn(int requestId, SignIn.Step step) {
    switch (step) {
      case SignIn.Answered answered -> answer(requestId, step(answered));
      case SignIn.Pending pending -> {
        deciding = true;
        var _ =
            pending
                .outcome()
                .whenCompleteAsync(
                    (answered, fault) -> decided(requestId, answered, fault), loop());
      }
    }
  }

  private void decided(
      int requestId, SignIn.@Nullable Answered answered, @Nullable Throwable fault) {
    deciding = false;
    if (state instanceof Parting || state instanceof Closed) {
      return;
    }
    if (answered == null) {
      LOG.atError().setCause(fault).log("a sign-in failed by a fault of its own");
      shut(CloseCause.FAULT);
      return;
    }
    answer(requestId, step(answered));
    goOn();
    flush();
  }

  private BsonDocument step(SignIn.Answered step) {
    switch (step) {
      case SignIn.Proven proven -> prove(proven.session());
      case SignIn.Failed failed -> report(failed.rule().id(), failed.reason());
      case SignIn.Challenge challenge -> {}
    }
    return step.reply();
  }

  private void prove(Session proven) {
    if (state instanceof Arriving arriving) {
      facts.number(proven.nextConnectionId());
      if (!join(proven)) {
        shut(CloseCause.TOO_MANY_CONNECTIONS);
        return;
      }
      session = proven;
      state = arriving.bound(proven);
      signedIn = true;
      channel.pipeline().fireUserEventTriggered(Milestone.IDENTIFIED);
      if (described) {
        tell(proven);
      }
      dialAhead(proven);
    } else if (proven == session) {
      signedIn = true;
      dialAhead(proven);
    }
  }

  /**
   * Who signs in is about to send a command, and drivers' monitors never sign in: the target is
   * dialled while the client is still being told that it is in.
   */
  private void dialAhead(Session ours) {
    if (state instanceof Idle && upstream == null && !dialledAhead && !tooMany) {
      dialledAhead = true;
      stages.upstreams().open(ours, loop(), this);
    }
  }

  private void tell(Session ours) {
    if (!told) {
      told = true;
      stages.listener().connectionOpened(ours, facts);
    }
  }

  // What breaks the protocol.

  private void malformed(ByteBuf frame, MalformedMessageException e) {
    report("malformed-" + e.rule(), e.sentence());
    if (frame.readableBytes() >= 20 && MessageHeader.opCode(frame) == OpCode.OP_MSG.number()) {
      part(
          CloseCause.MALFORMED,
          MessageHeader.requestId(frame),
          ErrorReply.document(
              9, "FailedToParse", "tidegate: wire rule " + e.rule() + ": " + e.sentence()));
    } else {
      shut(CloseCause.MALFORMED);
    }
  }

  private void unsupported(int opCode) {
    report(
        CloseCause.UNSUPPORTED_OPCODE.text(),
        "opcode " + opCode + " is not accepted; use OP_MSG without compression");
    shut(CloseCause.UNSUPPORTED_OPCODE);
  }

  private void report(String rule, String sentence) {
    if (session != null) {
      tell(session);
      session.refused();
      stages.listener().refused(session, facts, "", "", rule, sentence);
    }
    stages.metrics().refusal();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    switch (cause) {
      case MalformedMessageException e -> {
        report("malformed-" + e.rule(), e.sentence());
        shut(CloseCause.MALFORMED);
      }
      case java.io.IOException e -> shut(CloseCause.CLIENT_LEFT);
      default -> {
        LOG.atError()
            .setCause(cause)
            .addKeyValue("connection", facts.id())
            .log("connection failed");
        shut(CloseCause.FAULT);
      }
    }
  }

  private static final org.slf4j.Logger LOG =
      org.slf4j.LoggerFactory.getLogger(ClientConnection.class);

  // From the target.

  @Override
  public void opened(Upstream opened) {
    boolean ahead = dialledAhead;
    dialledAhead = false;
    if (ahead && state instanceof Idle idle && idle.session().ending() == null) {
      upstream = opened;
      stages.metrics().upstreamOpen();
      return;
    }
    if (!(state instanceof Opening opening)) {
      opened.close();
      return;
    }
    upstream = opened;
    opening.idle().session().reachTarget();
    stages.metrics().upstreamOpen();
    ByteBuf out = takeFirst();
    Session ours = opening.idle().session();
    Ending ending = ours.ending();
    if (ending != null || out == null) {
      if (out != null) {
        out.release();
      }
      end(
          ending == null
              ? new Ending(Ending.SHUTDOWN, "the session ended", Instant.EPOCH)
              : ending);
      return;
    }
    state = opening.opened();
    send(opened, opening.idle(), opening.first(), out);
    goOn();
    flush();
  }

  private @Nullable ByteBuf takeFirst() {
    ByteBuf out = first;
    first = null;
    return out;
  }

  @Override
  public void failed(Upstream.Failure failure) {
    dialledAhead = false;
    if (!(state instanceof Opening opening)) {
      return;
    }
    Exchange exchange = opening.first();
    String why = failure.code() + ": " + failure.sentence();
    if (exchange.replyExpected()) {
      exchange.endedWithoutReply(why, System.nanoTime());
      settle(exchange);
      part(CloseCause.UPSTREAM_UNAVAILABLE, exchange.requestId(), failure.reply());
    } else {
      shut(CloseCause.UPSTREAM_UNAVAILABLE, why);
    }
  }

  @Override
  public void reply(ByteBuf frame) {
    int answered =
        frame.readableBytes() < MessageHeader.LENGTH ? 0 : MessageHeader.responseTo(frame);
    if (!(state instanceof Busy busyState)) {
      frame.release();
      if (state instanceof Idle && !silent.contains(answered)) {
        // A reply to no request: who knows what it is the answer to.
        shut(CloseCause.UPSTREAM_LOST);
      }
      return;
    }
    Exchange exchange = busyState.exchange();
    if (!isReplyTo(exchange, answered)) {
      frame.release();
      if (!silent.contains(answered)) {
        shut(CloseCause.UPSTREAM_LOST);
      }
      return;
    }
    silent.clear();
    int bytes = frame.readableBytes();
    ReplySummary summary;
    ByteBuf out = frame;
    try {
      summary = ReplySummary.of(frame);
      follow(exchange, summary);
      out = present(exchange, summary, frame);
    } catch (MalformedMessageException | UnsupportedOpCodeException e) {
      frame.release();
      shut(CloseCause.UPSTREAM_LOST);
      return;
    }
    streamed = MessageHeader.requestId(out);
    handOn(out);
    replied(busyState, summary, bytes);
  }

  /** A reply to the request, or the next one of a stream of replies. */
  private boolean isReplyTo(Exchange exchange, int answered) {
    return answered == exchange.requestId() || (exchange.replyBytes() != 0 && answered == streamed);
  }

  private void handOn(ByteBuf out) {
    facts.sent(out.readableBytes());
    write(out);
    if (!channel.isWritable() && upstream != null) {
      upstream.reading(false);
    }
  }

  @Override
  public boolean inParts(ByteBuf head) {
    return state instanceof Busy busyState
        && busyState.exchange().change() == null
        && isReplyTo(busyState.exchange(), MessageHeader.responseTo(head))
        && ReplyScan.reads(head);
  }

  @Override
  public void replyPart(ByteBuf bytes, boolean last) {
    if (!(state instanceof Busy busyState)) {
      bytes.release();
      return;
    }
    Exchange exchange = busyState.exchange();
    ReplyScan scan = passing;
    if (scan == null) {
      silent.clear();
      scan = new ReplyScan();
      passing = scan;
      passedBytes = 0;
      streamed = MessageHeader.requestId(bytes);
    }
    passedBytes += bytes.readableBytes();
    ReplySummary summary = null;
    try {
      scan.read(bytes);
      if (scan.topologyVersion()) {
        throw new MalformedMessageException(
            "F6", "an answer of many bytes is about the topology, and cannot be rewritten");
      }
      if (last) {
        summary = scan.summary();
        // What the client learns to own by it is its own before it can use it.
        follow(exchange, summary);
      }
    } catch (MalformedMessageException e) {
      bytes.release();
      shut(CloseCause.UPSTREAM_LOST);
      return;
    }
    handOn(bytes);
    if (summary != null) {
      passing = null;
      replied(busyState, summary, passedBytes);
    }
  }

  @Override
  public void dropped(DroppedFrame reply) {
    if (!(state instanceof Busy busyState)
        || !isReplyTo(busyState.exchange(), reply.header().responseTo())) {
      shut(CloseCause.UPSTREAM_LOST);
      return;
    }
    Exchange exchange = busyState.exchange();
    Session ours = exchange.session();
    RuleId rule = RuleId.TOO_MUCH_IN_FLIGHT;
    String sentence =
        Denial.sentence(
            rule,
            "an answer of " + reply.header().messageLength() + " bytes",
            exchange.database(),
            ours.lease().requestUrl());
    report(rule.id(), sentence);
    // What it would have told about cursors is not known, nor whether more was to come.
    exchange.endedWithoutReply(rule.id(), System.nanoTime());
    settle(exchange);
    part(
        CloseCause.UPSTREAM_LOST,
        exchange.requestId(),
        ErrorReply.document(rule.code(), rule.codeName(), sentence));
  }

  /** A whole reply has been handed on. */
  private void replied(Busy busyState, ReplySummary summary, long bytes) {
    Exchange exchange = busyState.exchange();
    if (summary.moreToCome()) {
      exchange.passed(bytes);
      return;
    }
    exchange.replied(summary, bytes, System.nanoTime());
    settle(exchange);
    state = busyState.answered();
    Ending ending = exchange.session().ending();
    if (ending != null) {
      // It was let finish what it wrote.
      end(ending);
      return;
    }
    if (leaving) {
      shut(CloseCause.PRIMARY_CHANGED);
      return;
    }
    if (waiting != null) {
      goOn();
    }
  }

  /** Keeps account of cursors, of transactions, and of a primary that is none any more. */
  private void follow(Exchange exchange, ReplySummary summary) {
    Session ours = exchange.session();
    long cursor = summary.cursorId();
    if (exchange.cursor() != 0) {
      // An error does not say that it is closed, save the one that says it never was open.
      if (summary.ok() ? cursor == 0 : summary.code() == CURSOR_NOT_FOUND) {
        ours.forgetCursor(exchange.cursor());
      }
    } else if (cursor != 0) {
      String namespace = summary.cursorNamespace();
      int dot = namespace == null ? -1 : namespace.indexOf('.');
      ours.own(
          namespace == null || dot < 0
              ? new OpenCursor(cursor, exchange.database(), exchange.collection())
              : new OpenCursor(cursor, namespace.substring(0, dot), namespace.substring(dot + 1)));
    }
    OpenTransaction transaction = exchange.ends();
    if (transaction != null && (summary.ok() || summary.code() == NO_SUCH_TRANSACTION)) {
      ours.forget(transaction);
    }
    if (!summary.ok() && StateChange.isOne(summary.code())) {
      ours.target().checkNow();
    }
  }

  private ByteBuf present(Exchange exchange, ReplySummary summary, ByteBuf frame) {
    Change change = exchange.change();
    Change applied = summary.ok() ? change : null;
    // Wire rules, section 2: no topologyVersion reaches a client, or it asks for streaming hello.
    if (applied == null && !summary.topologyVersion()) {
      return frame;
    }
    if (!(WireMessage.parseReply(frame) instanceof OpMsg message)) {
      return frame;
    }
    BsonDocument document = message.body().toBsonDocument();
    if (applied != null) {
      document = applied.apply(document);
    }
    document.remove("topologyVersion");
    ByteBuf changed =
        OpMsg.encode(
            channel.alloc(),
            message.header().requestId(),
            message.header().responseTo(),
            0,
            document);
    frame.release();
    return changed;
  }

  @Override
  public void readComplete() {
    flush();
  }

  @Override
  public void writabilityChanged() {
    goOn();
    // Nobody else does when no reply is under way.
    flush();
  }

  @Override
  public void closed() {
    if (upstream != null) {
      upstream = null;
      shut(CloseCause.UPSTREAM_LOST);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      if (upstream != null) {
        upstream.reading(true);
      }
      goOn();
      flush();
    }
    ctx.fireChannelWritabilityChanged();
  }

  // The end.

  @Override
  public EventLoop loop() {
    return channel.eventLoop();
  }

  @Override
  public boolean busy() {
    return busy;
  }

  @Override
  public void end(Ending ending) {
    end(ending, CloseCause.SESSION_ENDED);
  }

  private void end(Ending ending, CloseCause cause) {
    Upstream left = upstream;
    if (left != null) {
      // Clients first: when many connections end at once, theirs are all closed before any of
      // these.
      upstream = null;
      loop().execute(left::close);
    }
    switch (state) {
      case Opening opening -> {
        ByteBuf out = takeFirst();
        if (out != null) {
          out.release();
        }
        state = opening.abandoned();
        endUnanswered(opening.first(), ending, cause);
      }
      case Busy busyState -> {
        state = busyState.answered();
        endUnanswered(busyState.exchange(), ending, cause);
      }
      case Idle idle -> {}
      case Arriving arriving -> shut(cause);
      case Parting parting -> {}
      case Closed closed -> {}
    }
    if (state instanceof Idle && departure == null) {
      depart(ending, cause);
      goOn();
      flush();
    }
  }

  @Override
  public void expire(Ending ending, Duration grace) {
    if (state instanceof Busy busyState && busyState.exchange().writes()) {
      loop().schedule(() -> end(ending), grace.toMillis(), TimeUnit.MILLISECONDS);
    } else {
      end(ending);
    }
  }

  private void endUnanswered(Exchange exchange, Ending ending, CloseCause cause) {
    exchange.endedWithoutReply(ending.code(), System.nanoTime());
    settle(exchange);
    if (!channel.isWritable() || passing != null) {
      shut(cause);
    } else if (exchange.replyExpected()) {
      answer(exchange.requestId(), ErrorReply.document(13, "Unauthorized", words(ending)));
    }
  }

  /** From now on it closes as soon as its client is silent; whatever is asked is answered why. */
  private void depart(Ending ending, CloseCause cause) {
    heardNanos = loop().ticker().nanoTime();
    if (departure == null) {
      long latest = heardNanos + TimeUnit.MILLISECONDS.toNanos(ASKING_MILLIS);
      Departure begun = new Departure(ending, cause, latest);
      departure = begun;
      loop().schedule(() -> leaveWhenQuiet(begun), QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void leaveWhenQuiet(Departure begun) {
    long now = loop().ticker().nanoTime();
    long rest = heardNanos + TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS) - now;
    if (rest <= 0 || now - begun.latestNanos() >= 0) {
      shut(begun.cause());
    } else if (!(state instanceof Closed)) {
      loop().schedule(() -> leaveWhenQuiet(begun), rest, TimeUnit.NANOSECONDS);
    }
  }

  private static String words(Ending ending) {
    return "tidegate: session ended (" + ending.code() + "): " + ending.reason();
  }

  @Override
  public void reconsider(Instant now) {
    Session ours = session;
    if (ours == null || state instanceof Parting || state instanceof Closed) {
      return;
    }
    RuleId lapsed =
        ours.lease().network().admits(arrival.origin(), now)
            ? signIn.lapsed(ours)
            : RuleId.OUTSIDE_NETWORK;
    if (lapsed != null) {
      report(lapsed.id(), lapsed.says() + " any more: " + arrival.origin());
      end(
          new Ending(
              Ending.NOT_ADMITTED,
              lapsed.says() + "; " + lapsed.next(ours.lease().requestUrl()),
              now),
          CloseCause.NOT_ADMITTED);
    }
  }

  @Override
  public void leaveNode(String currentNode) {
    if (upstream != null && !upstream.node().equals(currentNode)) {
      if (state instanceof Idle) {
        shut(CloseCause.PRIMARY_CHANGED);
      } else {
        leaving = true;
      }
    }
  }

  /** The recorder learns what came of a command; the connection is free again. */
  private void settle(Exchange exchange) {
    busy = false;
    letGo();
    lane.finish(exchange);
  }

  private void letGo() {
    if (held != 0) {
      holding.give(held);
      held = 0;
    }
  }

  private void answer(int requestId, BsonDocument reply) {
    answer(requestId, false, reply);
  }

  private void answer(int requestId, boolean legacyOpCode, BsonDocument reply) {
    ByteBuf out =
        legacyOpCode
            ? OpReply.encode(
                channel.alloc(), nextRequestId(), requestId, OpReply.AWAIT_CAPABLE, reply)
            : OpMsg.encode(channel.alloc(), nextRequestId(), requestId, 0, reply);
    facts.sent(out.readableBytes());
    write(out);
  }

  private void write(ByteBuf out) {
    dirty = true;
    channel.write(out, channel.voidPromise());
  }

  private int nextRequestId() {
    return ++nextRequestId;
  }

  /** Last words, then closes. */
  private void part(CloseCause cause, int requestId, BsonDocument reply) {
    send();
    switch (state) {
      case Arriving arriving -> state = arriving.parting(cause);
      case Idle idle -> state = idle.parting(cause);
      case Opening opening -> state = opening.parting(cause);
      case Busy busyState -> state = busyState.parting(cause);
      case Parting parting -> {
        return;
      }
      case Closed closed -> {
        return;
      }
    }
    drop();
    channel.config().setAutoRead(false);
    ByteBuf out = OpMsg.encode(channel.alloc(), nextRequestId(), requestId, 0, reply);
    facts.sent(out.readableBytes());
    channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    loop().schedule(() -> channel.close(), PARTING_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void shut(CloseCause cause) {
    shut(cause, cause.text());
  }

  /**
   * Closes without a word.
   *
   * @param unanswered why a command that is under way has no reply, for its record
   */
  private void shut(CloseCause cause, String unanswered) {
    // What was said on either side before the end is still sent, as it was without us in between.
    send();
    switch (state) {
      case Arriving arriving -> state = arriving.closed(cause);
      case Idle idle -> state = idle.closed(cause);
      case Opening opening -> {
        opening.first().endedWithoutReply(unanswered, System.nanoTime());
        settle(opening.first());
        state = opening.closed(cause);
      }
      case Busy busyState -> {
        busyState.exchange().endedWithoutReply(unanswered, System.nanoTime());
        settle(busyState.exchange());
        state = busyState.closed(cause);
      }
      case Parting parting -> state = parting.closed();
      case Closed closed -> {
        return;
      }
    }
    drop();
    channel.close();
  }

  /** Lets go of the target and of all that waits. */
  private void drop() {
    busy = false;
    if (upstream != null) {
      upstream.close();
      upstream = null;
    }
    ByteBuf out = takeFirst();
    if (out != null) {
      out.release();
    }
    if (waiting != null) {
      for (ByteBuf frame : waiting) {
        waitsNoLonger(frame);
        frame.release();
      }
      waiting = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ctx.fireChannelInactive();
    Departure begun = departure;
    shut(begun == null ? CloseCause.CLIENT_LEFT : begun.cause());
    Session ours = session;
    if (ours != null) {
      ours.remove(this, facts);
      if (told && state instanceof Closed closed) {
        stages.listener().connectionClosed(ours, facts, closed.cause());
      }
    }
  }
}
