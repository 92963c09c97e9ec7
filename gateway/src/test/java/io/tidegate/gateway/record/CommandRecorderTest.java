package io.tidegate.gateway.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Limits;
import io.tidegate.gateway.session.AccountSecret;
import io.tidegate.gateway.session.Exchange;
import io.tidegate.gateway.session.LogicalSessions;
import io.tidegate.gateway.session.Recorder;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.support.FixedTarget;
import io.tidegate.gateway.support.Leases;
import io.tidegate.gateway.target.TargetView;
import io.tidegate.link.v1.CommandRecord;
import io.tidegate.link.v1.RecordedCommands;
import io.tidegate.wire.OpMsg;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the recorder's thread survives, and what happens when it does not. */
class CommandRecorderTest {
  private final EventLoop loop = new DefaultEventLoop();
  private final Sink sink = new Sink();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final CommandRecorder recorder =
      new CommandRecorder(
          sink, () -> Leases.START, Limits.defaults(), 1, why -> failures.add("" + why));
  private final Session session = session("a");

  private static Session session(String id) {
    Lease lease = Leases.reading(id);
    return new Session(
        lease,
        new AccountSecret("svc", "x"),
        null,
        new FixedTarget(new TargetView(null, null, null)),
        new LogicalSessions(),
        Leases.START);
  }

  @AfterEach
  void close() {
    recorder.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private boolean record(String name, BsonDocument body) {
    ByteBuf frame = OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, 7, 0, 0, body);
    try {
      Exchange exchange =
          new Exchange(
              session,
              "c1",
              1,
              1,
              7,
              true,
              name,
              "shop",
              "",
              Exchange.Decision.REFUSED,
              "r",
              "s",
              0,
              frame.readableBytes(),
              null);
      Recorder.Lane lane = recorder.lane(loop);
      boolean taken = lane.begin(exchange, frame, () -> {});
      if (taken) {
        lane.finish(exchange);
      }
      return taken;
    } finally {
      frame.release();
    }
  }

  private static BsonDocument find() {
    return new BsonDocument("find", new BsonString("orders")).append("$db", new BsonString("shop"));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it did not come to that").isLessThan(until);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void aBodyMadeToTripTheRecorderIsRecordedAndSoIsTheNext() throws Exception {
    recorder.start();
    record(
        "createUser",
        new BsonDocument("createUser", new BsonString("x"))
            .append("$truncated", new BsonInt32(1))
            .append("pad", new BsonString("p".repeat(70_000)))
            .append("pwd", new BsonString("planted-secret-14"))
            .append("$db", new BsonString("shop")));
    record("find", find());

    await(() -> sink.commands().size() == 2);

    CommandRecord create = sink.commands().get(0);
    assertThat(create.getCommand()).isEqualTo("createUser");
    assertThat(create.getRequestSha256().size()).isEqualTo(32);
    assertThat(create.getBody().toStringUtf8()).doesNotContain("planted-secret-14");
    assertThat(sink.commands().get(1).getCommand()).isEqualTo("find");
    assertThat(recorder.failure()).isNull();
  }

  @Test
  void aBurstIsWrittenInPartsThatTheLedgerTakes() throws Exception {
    for (int i = 0; i < 500; i++) {
      assertThat(record("find", find().append("filter", padding(60_000)))).isTrue();
    }
    recorder.start();

    await(() -> sink.commands().size() == 500);

    assertThat(sink.writes).hasSizeGreaterThan(2);
    assertThat(sink.writes).allSatisfy(bytes -> assertThat(bytes).isLessThan(10 << 20));
    assertThat(sink.payloads).allSatisfy(one -> assertThat(one.length).isLessThan(2 << 20));
    assertThat(sink.commands()).extracting(CommandRecord::getSequence).isSorted();
    assertThat(session.recordedThrough()).isEqualTo(sink.payloads.size() - 1);
  }

  private static BsonDocument padding(int bytes) {
    return new BsonDocument("pad", new BsonString("p".repeat(bytes)))
        .append("yes", BsonBoolean.TRUE);
  }

  @Test
  void namesThatAClientChoseAreCut() throws Exception {
    recorder.start();
    String name = "n".repeat(100_000);
    record(name, new BsonDocument(name, new BsonInt32(1)).append("$db", new BsonString("shop")));

    await(() -> sink.commands().size() == 1);

    assertThat(sink.commands().get(0).getCommand()).isEqualTo("n".repeat(256));
  }

  @Test
  void aRecorderThatBrokeSaysSoAndLetsNobodyWait() throws Exception {
    sink.breaks = new AssertionError("broken on purpose");
    recorder.start();
    record("find", find());

    await(() -> !failures.isEmpty());

    assertThat(Objects.requireNonNull(recorder.failure())).contains("broken on purpose");
    assertThat(failures).hasSize(1);
    sink.breaks = null;
    record("find", find());
    TimeUnit.MILLISECONDS.sleep(100);
    // It stays refused: what was lost is not made good by a later success.
    assertThat(recorder.failure()).isNotNull();
    assertThat(sink.payloads).isEmpty();
  }

  private static final class Sink implements RecordSink {
    private final List<Integer> writes = new CopyOnWriteArrayList<>();
    private final List<byte[]> payloads = new CopyOnWriteArrayList<>();
    private volatile @Nullable Error breaks;

    @Override
    public long write(Instant at, List<Item> items) {
      Error error = breaks;
      if (error != null) {
        throw error;
      }
      int first = payloads.size();
      writes.add(items.stream().mapToInt(item -> item.payload().length).sum());
      items.forEach(item -> payloads.add(item.payload()));
      return first;
    }

    List<CommandRecord> commands() {
      List<CommandRecord> all = new ArrayList<>();
      for (byte[] payload : payloads) {
        try {
          all.addAll(RecordedCommands.parseFrom(payload).getCommandsList());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
      return all;
    }
  }
}
