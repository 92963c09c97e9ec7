package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.access.AccountSetup;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An account and the flow that leads to it are one change. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class AccountSetupTest {
  private final Plane plane;
  private final Rest owner;
  private final Plane.Place place;
  private final String accounts;

  AccountSetupTest(Backend backend) {
    plane = Plane.shared(backend);
    owner = plane.as("owner");
    place = plane.autoPlace();
    accounts = "/resources/" + place.resource().id() + "/accounts";
  }

  private static Map<String, Object> body(String name, List<String> approvers) {
    Map<String, Object> body = new HashMap<>();
    body.put("name", name);
    body.put("username", "u");
    body.put("password", "p");
    body.put("roles", List.of(Map.of("role", "read", "db", "shop")));
    body.put("flow", Map.of("approval", "APPROVER", "approvers", approvers, "maxDuration", "PT1H"));
    return body;
  }

  private List<String> names() {
    return plane.bean(Resources.class).accounts(plane.system(), place.resource().id()).stream()
        .map(Account::name)
        .toList();
  }

  private long events(String action, String name) {
    return plane
        .database()
        .sql()
        .sql("select count(*) from audit_event where action = ? and target_name like ?")
        .params(action, "%/" + name)
        .query(Long.class)
        .single();
  }

  @Test
  void bothAreMade() {
    Rest.Answer made = owner.post(accounts, body("both", List.of("owner")));
    assertThat(made.status()).isEqualTo(201);
    AccessFlow flow =
        plane.bean(AccessFlows.class).ofAccount(plane.system(), made.text("id")).orElseThrow();
    assertThat(flow.maxDuration()).isEqualTo(Duration.ofHours(1));
    assertThat(events("account.create", "both")).isEqualTo(1);
  }

  @Test
  void aFlowThatCannotBeTakesItsAccountWithIt() {
    Rest.Answer refused = owner.post(accounts, body("half", List.of("nobody-of-that-name")));
    assertThat(refused.text("code")).isEqualTo("bad-input");
    assertThat(names()).containsExactly("main");
    assertThat(events("account.create", "half")).isZero();
    // Corrected, the same name is free.
    assertThat(owner.post(accounts, body("half", List.of("owner"))).status()).isEqualTo(201);
  }

  @Test
  void sentTwiceUnderOneKeyItIsMadeOnce() {
    Rest keyed = owner.with("Idempotency-Key", "k-" + place.resource().id());
    String first = keyed.post(accounts, body("twice", List.of("owner"))).text("id");
    assertThat(keyed.post(accounts, body("twice", List.of("owner"))).text("id")).isEqualTo(first);
    assertThat(names()).containsExactly("main", "twice");
    assertThat(owner.post(accounts, body("twice", List.of("owner"))).text("code"))
        .isEqualTo("name-taken");
  }

  @Test
  void aChangeOfBothIsOneToo() {
    AccountSetup setup = plane.bean(AccountSetup.class);
    Account account = place.account();
    Resources.AccountDraft renamed =
        new Resources.AccountDraft("renamed", "", null, null, account.roles(), false);
    AccessFlows.Draft longer =
        new AccessFlows.Draft(
            AccessFlow.Approval.APPROVER,
            List.of(),
            List.of(),
            Duration.ofHours(1),
            Duration.ofHours(2),
            true);
    assertThatThrownBy(() ->
            setup.update(
                plane.actor("owner"),
                account.id(),
                account.version(),
                renamed,
                new AccountSetup.FlowChange(place.flow().id(), place.flow().version() + 1, longer)))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
    assertThat(names()).containsExactly("main");

    setup.update(
        plane.actor("owner"),
        account.id(),
        account.version(),
        renamed,
        new AccountSetup.FlowChange(place.flow().id(), place.flow().version(), longer));

    assertThat(names()).containsExactly("renamed");
    assertThat(plane.bean(AccessFlows.class).flow(plane.system(), place.flow().id()).maxDuration())
        .isEqualTo(Duration.ofHours(2));
  }

  /** Nothing asks for a second factor, so nobody may be led to believe that something does. */
  @Test
  void aSecondFactorCannotBeRequiredYet() {
    Map<String, Object> body = body("mfa", List.of("owner"));
    body.put("requireMfa", true);
    Rest.Answer refused = owner.post(accounts, body);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("detail")).contains("second factor");
    body.put("requireMfa", false);
    Rest.Answer made = owner.post(accounts, body);
    assertThat(made.status()).isEqualTo(201);
    body.remove("flow");
    body.put("requireMfa", true);
    assertThat(
            owner
                .with("If-Match", made.etag())
                .put("/accounts/" + made.text("id"), body)
                .text("detail"))
        .contains("second factor");
  }
}
