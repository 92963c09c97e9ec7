package io.tidegate.gateway.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.tidegate.gateway.metrics.GatewayMetrics;
import io.tidegate.gateway.session.Milestone;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who may stay at the door, and for how long. */
class DoorkeeperTest {
  private final HalfOpenLimit door = new HalfOpenLimit(2);
  private final HalfOpenLimit monitors = new HalfOpenLimit(1);
  private final AtomicInteger identified = new AtomicInteger();

  private EmbeddedChannel arrive() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel
        .pipeline()
        .addLast(
            new Doorkeeper(
                door,
                monitors,
                new GatewayMetrics(),
                Duration.ofSeconds(10),
                identified::incrementAndGet));
    return channel;
  }

  private static boolean staysThroughTheDeadline(EmbeddedChannel channel) {
    channel.advanceTimeBy(11, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    return channel.isOpen();
  }

  private static void greet(EmbeddedChannel channel) {
    channel.pipeline().fireUserEventTriggered(Milestone.GREETED);
  }

  @Test
  void whoSaysHelloTakesNoPlaceAtTheDoorAnyMore() {
    EmbeddedChannel monitor = arrive();
    greet(monitor);

    assertThat(door.open()).isZero();
    assertThat(monitors.open()).isEqualTo(1);
    assertThat(staysThroughTheDeadline(monitor)).isTrue();

    monitor.close();
    assertThat(monitors.open()).isZero();
  }

  @Test
  void whenAllMonitorsPlacesAreTakenTheDeadlineStands() {
    EmbeddedChannel monitor = arrive();
    greet(monitor);
    EmbeddedChannel more = arrive();
    greet(more);

    assertThat(staysThroughTheDeadline(more)).isFalse();
    assertThat(monitor.isOpen()).isTrue();
    assertThat(door.open()).isZero();
    assertThat(monitors.open()).isEqualTo(1);
  }

  @Test
  void whoSaysWhoHeIsStaysAndTakesNoPlaceAtAll() {
    EmbeddedChannel channel = arrive();
    greet(channel);
    channel.pipeline().fireUserEventTriggered(Milestone.IDENTIFIED);

    assertThat(identified).hasValue(1);
    assertThat(door.open()).isZero();
    assertThat(monitors.open()).isZero();
    assertThat(staysThroughTheDeadline(channel)).isTrue();
  }

  @Test
  void whoSaysNothingGoesAndWhoComesWhenTheDoorIsFullGoesAtOnce() {
    EmbeddedChannel first = arrive();
    EmbeddedChannel second = arrive();
    EmbeddedChannel third = arrive();

    assertThat(third.isOpen()).isFalse();
    assertThat(staysThroughTheDeadline(first)).isFalse();
    assertThat(second.isOpen()).isTrue();
    assertThat(door.open()).isEqualTo(1);
  }
}
