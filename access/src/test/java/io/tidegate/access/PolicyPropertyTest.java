package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.wire.Command;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.bson.BsonDocument;

class PolicyPropertyTest {
  private static final List<BsonDocument> COMMANDS =
      Corpus.cases()
          .filter(each -> !each.rule().equals("F6"))
          .flatMap(each -> List.of(each.attack(), each.neighbour()).stream())
          .toList();

  @Property(tries = 3000)
  void fewerPrivilegesNeverAllowMore(
      @ForAll("commands") BsonDocument document,
      @ForAll("privileges") List<Privilege> privileges,
      @ForAll Set<Integer> taken) {
    List<Privilege> fewer = new ArrayList<>();
    for (int i = 0; i < privileges.size(); i++) {
      Privilege privilege = privileges.get(i);
      EnumSet<Action> actions = EnumSet.copyOf(privilege.actions());
      int index = i;
      actions.removeIf(action -> taken.contains((action.actionName().length() + index) % 7));
      if (!actions.isEmpty()) {
        fewer.add(new Privilege(privilege.resource(), actions));
      }
    }
    Command command = Corpus.command(document);
    Decision less = decide(command, fewer);
    Decision more = decide(command, privileges);
    Statistics.label("with fewer").collect(less.getClass().getSimpleName());
    if (less instanceof Decision.Allow narrow) {
      assertThat(more).isInstanceOf(Decision.Allow.class);
      // Nor do they show more: whoever has less is narrowed at least as much.
      assertThat(((Decision.Allow) more).rewrites())
          .hasSizeLessThanOrEqualTo(narrow.rewrites().size());
    }
  }

  @Property(tries = 500)
  void theOrderOfPrivilegesDoesNotMatter(
      @ForAll("commands") BsonDocument document, @ForAll("privileges") List<Privilege> privileges) {
    Command command = Corpus.command(document);
    assertThat(decide(command, privileges.reversed()).getClass())
        .isEqualTo(decide(command, privileges).getClass());
  }

  @Property(tries = 500)
  void whatIsAllowedIsCoveredTouchByTouch(
      @ForAll("commands") BsonDocument document, @ForAll("privileges") List<Privilege> privileges) {
    Lease lease = TestLeases.of(privileges);
    if (decide(Corpus.command(document), privileges) instanceof Decision.Allow allow
        && allow.footprint() instanceof Footprint.Touches touches) {
      for (Touch touch : touches.touches()) {
        for (Action action : touch.actions()) {
          assertThat(privileges).anyMatch(privilege -> privilege.carries(action, touch.resource()));
        }
      }
      assertThat(touches.runsJavaScript()).isFalse();
      assertThat(lease.allowJavaScript()).isFalse();
    }
  }

  @Provide
  Arbitrary<BsonDocument> commands() {
    return Arbitraries.of(COMMANDS);
  }

  @Provide
  Arbitrary<List<Privilege>> privileges() {
    Arbitrary<List<Privilege>> roles =
        Arbitraries.of(
                "read",
                "readWrite",
                "dbAdmin",
                "dbOwner",
                "readAnyDatabase",
                "readWriteAnyDatabase",
                "clusterMonitor",
                "backup",
                "root")
            .map(role ->
                BuiltInRoles.of(role, BuiltInRoles.exists(role, "shop") ? "shop" : "admin"));
    Arbitrary<List<Privilege>> exact =
        Combinators.combine(
                Arbitraries.of("", "shop", "hr", "admin"),
                Arbitraries.of("", "orders", "customers", "scratch"),
                Arbitraries.of(Action.class).set().ofMinSize(1).ofMaxSize(60))
            .as((database, collection, actions) ->
                List.of(new Privilege(ResourcePattern.of(database, collection), actions)));
    return Arbitraries.oneOf(roles, exact)
        .list()
        .ofMaxSize(3)
        .map(lists -> lists.stream().flatMap(Collection::stream).toList());
  }

  private static Decision decide(Command command, List<Privilege> privileges) {
    return Policy.decide(TestLeases.of(privileges), command, TestLeases.DURING);
  }
}
