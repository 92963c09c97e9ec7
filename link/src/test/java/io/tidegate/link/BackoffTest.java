package io.tidegate.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void pausesGrowToTheMostAndStartOverAfterSuccess() {
    Backoff backoff = new Backoff(new Random(1), Duration.ofMillis(100), Duration.ofSeconds(2));
    Duration ceiling = Duration.ofMillis(100);
    for (int n = 0; n < 10; n++) {
      assertThat(backoff.next()).isBetween(ceiling.dividedBy(10), ceiling);
      ceiling = ceiling.multipliedBy(2);
      if (ceiling.compareTo(Duration.ofSeconds(2)) > 0) {
        ceiling = Duration.ofSeconds(2);
      }
    }
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  void twoGatewaysDoNotWaitAlike() {
    Backoff one = new Backoff(new Random(1), Duration.ofSeconds(1), Duration.ofSeconds(2));
    Backoff other = new Backoff(new Random(2), Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(one.next()).isNotEqualTo(other.next());
  }
}
