package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.wire.MalformedMessageException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttackCorpusTest {

  @ParameterizedTest(name = "{0}")
  @MethodSource("io.tidegate.access.Corpus#cases")
  void attackIsRefusedAndItsNeighbourIsNot(Corpus.Case each) {
    if (each.rule().equals("F6")) {
      // The strict parse refuses it, so that no policy ever sees it.
      assertThatThrownBy(() -> Corpus.command(each.attack()))
          .isInstanceOf(MalformedMessageException.class);
    } else {
      assertRefused(each);
    }
    Decision neighbour =
        Policy.decide(each.neighbourLease(), Corpus.command(each.neighbour()), TestLeases.DURING);
    assertThat(neighbour).isInstanceOf(Decision.Allow.class);
  }

  private static void assertRefused(Corpus.Case each) {
    Decision attack = Policy.decide(each.lease(), Corpus.command(each.attack()), TestLeases.DURING);

    assertThat(attack).isInstanceOf(Decision.Deny.class);
    Decision.Deny deny = (Decision.Deny) attack;
    assertThat(deny.rule().id()).as(deny.sentence()).isEqualTo(each.rule());
    assertThat(deny.sentence())
        .startsWith("tidegate: rule " + each.rule() + " denies ")
        .contains(" on ", "; ");
    assertThat(deny.code()).isIn(13, 18, 43);
  }

  @Test
  void everyFamilyIsThereAndNoNameStandsTwice() {
    Set<String> names = new HashSet<>();
    assertThat(Corpus.cases().filter(each -> names.add(each.name())).count())
        .isEqualTo(Corpus.cases().count())
        .isGreaterThan(200);
  }
}
