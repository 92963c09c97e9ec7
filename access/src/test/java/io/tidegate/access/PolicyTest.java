package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.Footprint.DriverCommand;
import io.tidegate.wire.Command;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
  private final Lease readonly = TestLeases.named("readonly");
  private final Command find = Corpus.command("{find: 'orders', $db: 'shop'}");

  @Test
  void aLeaseHoldsFromItsFirstInstantToBeforeItsLast() {
    assertThat(rule(find, TestLeases.NOT_BEFORE.minusMillis(1))).isEqualTo("lease-not-begun");
    assertThat(rule(find, TestLeases.NOT_BEFORE)).isEqualTo("allowed");
    assertThat(rule(find, TestLeases.EXPIRES_AT.minusNanos(1))).isEqualTo("allowed");
    assertThat(rule(find, TestLeases.EXPIRES_AT)).isEqualTo("lease-expired");
  }

  @Test
  void afterTheEndOnlyHelloPasses() {
    Instant after = TestLeases.EXPIRES_AT.plusSeconds(1);
    assertThat(rule(Corpus.command("{hello: 1, $db: 'admin'}"), after)).isEqualTo("allowed");
    assertThat(rule(Corpus.command("{ismaster: 1, $db: 'admin'}"), after)).isEqualTo("allowed");
    for (String other :
        List.of(
            "{ping: 1, $db: 'admin'}",
            "{getMore: {$numberLong: '1'}, collection: 'orders', $db: 'shop'}",
            "{connectionStatus: 1, $db: 'admin'}",
            "{frobnicate: 1, $db: 'admin'}",
            "{find: 'salaries', $db: 'hr'}")) {
      assertThat(rule(Corpus.command(other), after)).as(other).isEqualTo("lease-expired");
    }
  }

  @Test
  void theSentenceNamesRuleCommandNamespaceReasonAndWhatToDo() {
    Decision.Deny deny =
        deny(readonly, Corpus.command("{insert: 'orders', documents: [{}], $db: 'shop'}"));
    assertThat(deny.sentence())
        .isEqualTo(
            "tidegate: rule outside-lease denies insert on shop.orders: the lease does not cover"
                + " insert on shop.orders, which insert needs; request access that does at "
                + TestLeases.REQUEST_URL);
    assertThat(deny.code()).isEqualTo(13);
    assertThat(deny.codeName()).isEqualTo("Unauthorized");
  }

  @Test
  void theSentenceIsOneLineWhateverTheNames() {
    String longName = "x".repeat(300);
    Decision.Deny deny =
        deny(
            readonly, Corpus.command("{'evil\\r\\nname" + longName + "': 1, $db: 'a\\u0001\\nb'}"));
    assertThat(deny.sentence())
        .doesNotContain("\n", "\r", "\u0001", longName)
        .contains("evil??name");
  }

  @Test
  void aRefusalSaysWhichStageNeedsWhat() {
    Decision.Deny deny =
        deny(
            TestLeases.named("collection"),
            Corpus.command(
                "{aggregate: 'orders', pipeline: [{$lookup: {from: 'customers', as: 'c', pipeline:"
                    + " []}}], cursor: {}, $db: 'shop'}"));
    assertThat(deny.sentence()).contains("find on shop.customers, which $lookup needs");
  }

  @ParameterizedTest
  @EnumSource(RuleId.class)
  void everyRuleHasAnIdASentenceANextStepAndACodeThatNoDriverRetries(RuleId rule) {
    assertThat(rule.id()).matches("[a-z]+(-[a-z]+)*");
    assertThat(rule.says()).isNotBlank().doesNotContain("{");
    assertThat(rule.next("URL")).isNotBlank().doesNotContain("{");
    assertThat(rule.code()).isIn(13, 18, 43);
    assertThat(rule.codeName()).isIn("Unauthorized", "AuthenticationFailed", "CursorNotFound");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{hello: 1, $db: 'admin'}",
        "{HELLO: 1, $db: 'admin'}",
        "{IsMaster: 1, helloOk: true, whatever: 1, $db: 'admin'}",
        "{ping: 1, $db: 'admin'}",
        "{buildInfo: 1, $db: 'admin'}",
        "{endSessions: [{id: 1}], $db: 'admin'}",
        "{refreshSessions: [{id: 1}], $db: 'admin'}",
        "{killCursors: 'x', cursors: [{$numberLong: '4'}], $db: 'anything'}",
        "{getMore: {$numberLong: '4'}, collection: 'x', $db: 'anything'}",
        "{commitTransaction: 1, $db: 'admin'}",
        "{abortTransaction: 1, $db: 'admin'}"
      })
  void driversMayAlwaysWork(String json) {
    Decision decision =
        Policy.decide(TestLeases.of(List.of()), Corpus.command(json), TestLeases.DURING);
    assertThat(decision).isInstanceOf(Decision.Allow.class);
    assertThat(decision.footprint()).isInstanceOf(DriverCommand.class);
    assertThat(((Decision.Allow) decision).rewrites()).isEmpty();
  }

  @Test
  void aLeaseOfNothingCoversNothingElse() {
    assertThat(deny(TestLeases.of(List.of()), find).rule()).isEqualTo(RuleId.OUTSIDE_LEASE);
    assertThat(Policy.decide(readonly, find, TestLeases.DURING)).isInstanceOf(Decision.Allow.class);
  }

  @Test
  void privilegesOnOneResourceAddUp() {
    Command findAndModify =
        Corpus.command("{findAndModify: 'orders', update: {$set: {a: 1}}, $db: 'shop'}");
    Privilege finds = TestLeases.on("orders", Action.FIND);
    Privilege updates = TestLeases.on("", Action.UPDATE);
    assertThat(deny(TestLeases.of(List.of(finds)), findAndModify).sentence()).contains("update");
    assertThat(deny(TestLeases.of(List.of(updates)), findAndModify).sentence()).contains("find");
    assertThat(
            Policy.decide(TestLeases.of(List.of(finds, updates)), findAndModify, TestLeases.DURING))
        .isInstanceOf(Decision.Allow.class);
  }

  private String rule(Command command, Instant now) {
    return switch (Policy.decide(readonly, command, now)) {
      case Decision.Allow _ -> "allowed";
      case Decision.Deny deny -> deny.rule().id();
    };
  }

  private static Decision.Deny deny(Lease lease, Command command) {
    return (Decision.Deny) Policy.decide(lease, command, TestLeases.DURING);
  }
}
