package io.tidegate.control.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

  @Test
  void idsOfOneMillisecondSortAsTheyWereMade() {
    Ids ids = new Ids(InstantSource.fixed(NOW), new SecureRandom());
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      made.add(ids.next("ses"));
    }
    assertThat(made)
        .isSorted()
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("ses_[0-9A-Z]{26}"));
  }

  @Test
  void twoProcessesDoNotMakeTheSame() {
    String one = new Ids(InstantSource.fixed(NOW), new SecureRandom()).next("ses");
    String other = new Ids(InstantSource.fixed(NOW), new SecureRandom()).next("ses");
    assertThat(one).isNotEqualTo(other);
    assertThat(one.substring(0, 14)).isEqualTo(other.substring(0, 14));
  }
}
