package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.access.Action;
import io.tidegate.access.Resource.Collection;
import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.testing.AtlasClient;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.FakeGateway;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Roles that projects make, by both APIs, and what they come to in leases. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class CustomDatabaseRolesTest {
  private final Plane plane;
  private final AtlasClient atlas;
  private final String roles;

  CustomDatabaseRolesTest(Backend backend) {
    plane = Plane.shared(backend);
    atlas = AtlasClient.owner(plane);
    roles = "/groups/" + plane.demo.project().id() + "/customDBRoles/roles";
  }

  private static String name() {
    return "r" + Long.toString(System.nanoTime(), 36);
  }

  private static Map<String, Object> action(String action, String db, String collection) {
    return Map.of(
        "action",
        action,
        "resources",
        List.of(Map.of("cluster", false, "db", db, "collection", collection)));
  }

  private AtlasClient.Answer make(String name, List<?> actions, List<?> inherited) {
    return atlas.post(
        roles, Map.of("roleName", name, "actions", actions, "inheritedRoles", inherited));
  }

  private static Map<String, Object> inherits(String role) {
    return Map.of("role", role, "db", "admin");
  }

  @Test
  void aRoleIsMadeShownChangedListedAndDeleted() {
    String name = name();
    Map<String, Object> onTheCluster =
        Map.of("action", "IN_PROG", "resources", List.of(Map.of("cluster", true)));
    AtlasClient.Answer made =
        make(
            name,
            List.of(action("FIND", "shop", "orders"), action("KILL_OP", "shop", ""), onTheCluster),
            List.of(Map.of("role", "read", "db", "audit")));
    assertThat(made.status()).as(made.body()).isEqualTo(202);
    AtlasClient.Answer seen = atlas.get(roles + "/" + name);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.json()).isEqualTo(made.json());
    assertThat(seen.text("actions.0.action")).isEqualTo("FIND");
    assertThat(seen.text("actions.0.resources.0.collection")).isEqualTo("orders");
    assertThat(seen.text("actions.1.action")).isEqualTo("KILL_OP");
    assertThat(seen.at("actions.2.resources.0.cluster").asBoolean()).isTrue();
    assertThat(seen.text("inheritedRoles.0.db")).isEqualTo("audit");

    AtlasClient.Answer changed =
        atlas.patch(roles + "/" + name, Map.of("actions", List.of(action("UPDATE", "shop", ""))));
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    assertThat(changed.text("actions.0.action")).isEqualTo("UPDATE");
    assertThat(changed.has("actions.1")).isFalse();
    // What was not sent stays.
    assertThat(changed.text("inheritedRoles.0.role")).isEqualTo("read");

    AtlasClient.Answer list = atlas.get(roles);
    assertThat(list.json().isArray()).isTrue();
    assertThat(list.body()).contains(name);
    assertThat(plane.as("owner").get("/projects/shop/roles/" + name).at("version").asInt())
        .isEqualTo(2);
    assertThat(atlas.delete(roles + "/" + name).status()).isEqualTo(204);
    assertThat(atlas.get(roles + "/" + name).text("errorCode"))
        .isEqualTo("ATLAS_CUSTOM_ROLE_NOT_FOUND");
    assertThat(plane.auditActions()).contains("role.create", "role.update", "role.delete");
  }

  @Test
  void whatCannotBeIsRefused() {
    String name = name();
    assertThat(make(name, List.of(action("FIND", "shop", "")), List.of()).status()).isEqualTo(202);
    AtlasClient.Answer twice = make(name, List.of(action("FIND", "shop", "")), List.of());
    assertThat(twice.status()).isEqualTo(409);
    assertThat(make(name(), List.of(action("NEVER", "shop", "")), List.of()).text("detail"))
        .contains("actions.action");
    assertThat(make(name(), List.of(action("OUT_TO_S3", "shop", "")), List.of()).text("detail"))
        .contains("data federation");
    assertThat(make(name(), List.of(action("ANY_ACTION", "", "")), List.of()).status())
        .isEqualTo(400);
    assertThat(make(name(), List.of(), List.of()).text("detail")).contains("privileges");
    assertThat(make("xgen-" + name(), List.of(action("FIND", "a", "")), List.of()).status())
        .isEqualTo(400);
    assertThat(make("readWrite", List.of(action("FIND", "a", "")), List.of()).status())
        .isEqualTo(409);
    assertThat(make(name(), List.of(action("FIND", "a.b", "")), List.of()).status()).isEqualTo(400);
    assertThat(make(name(), List.of(), List.of(inherits("nobody"))).text("detail"))
        .contains("nobody");
    assertThat(atlas.post(roles, Map.of("actions", List.of())).text("detail")).contains("roleName");
    assertThat(atlas.patch(roles + "/none", Map.of()).status()).isEqualTo(404);
    assertThat(atlas.delete(roles + "/none").status()).isEqualTo(404);
    assertThat(atlas.get("/groups/" + "0".repeat(24) + "/customDBRoles/roles").text("errorCode"))
        .isEqualTo("GROUP_NOT_FOUND");
  }

  @Test
  void rolesInheritEachOtherInOneDirection() {
    String first = name();
    String second = name();
    String third = name();
    make(first, List.of(action("FIND", "shop", "")), List.of());
    make(second, List.of(), List.of(inherits(first)));
    make(third, List.of(), List.of(inherits(second)));
    AtlasClient.Answer round =
        atlas.patch(roles + "/" + first, Map.of("inheritedRoles", List.of(inherits(third))));
    assertThat(round.status()).isEqualTo(400);
    assertThat(round.text("detail")).contains(first + " → " + third + " → " + second);
    AtlasClient.Answer itself =
        atlas.patch(roles + "/" + first, Map.of("inheritedRoles", List.of(inherits(first))));
    assertThat(itself.status()).isEqualTo(400);
    AtlasClient.Answer used = atlas.delete(roles + "/" + second);
    assertThat(used.status()).isEqualTo(409);
    assertThat(used.text("errorCode")).isEqualTo("CUSTOM_ROLE_IN_USE");
    assertThat(used.text("detail")).contains(third);
    assertThat(atlas.delete(roles + "/" + third).status()).isEqualTo(204);
    assertThat(atlas.delete(roles + "/" + second).status()).isEqualTo(204);
  }

  @Test
  void onlyThoseWhoMayChangeThem() {
    Map<String, Object> body =
        Map.of(
            "name",
            name(),
            "privileges",
            List.of(
                Map.of("actions", List.of("find"), "on", Map.of("db", "shop", "collection", ""))));
    assertThat(plane.as("engineer").post("/projects/shop/roles", body).status()).isEqualTo(403);
    assertThat(plane.as("engineer").get("/projects/shop/roles").status()).isEqualTo(200);
    assertThat(plane.as("support").get("/projects/shop/roles").status()).isEqualTo(404);
    Rest.Answer made = plane.as("owner").post("/projects/shop/roles", body);
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    assertThat(
            plane
                .as("owner")
                .with("If-Match", "\"9\"")
                .put("/projects/shop/roles/" + body.get("name"), body)
                .status())
        .isEqualTo(412);
  }

  @Test
  void aSessionHasWhatTheRolesComeToAndEndsWhenTheyChange() {
    FakeGateway gateway = plane.gateway();
    String inner = name();
    String outer = name();
    make(inner, List.of(action("FIND", "shop", "orders")), List.of());
    make(outer, List.of(action("INSERT", "shop", "notes")), List.of(inherits(inner)));
    Plane.Place place =
        plane.place(
            new AccessFlows.Draft(
                AccessFlow.Approval.AUTO,
                List.of(),
                List.of(),
                Duration.ofHours(1),
                Duration.ofHours(8),
                false));
    plane
        .bean(Resources.class)
        .updateAccount(
            plane.system(),
            place.account().id(),
            place.account().version(),
            new Resources.AccountDraft(
                "main", "", null, null, List.of(new Account.RoleBinding(outer, "admin")), false));
    String session = session(place);
    Plane.until("the gateway has it", () -> gateway.leases().containsKey(session));
    var lease = gateway.leases().get(session);
    assertThat(lease.carries(Action.FIND, new Collection("shop", "orders"))).isTrue();
    assertThat(lease.carries(Action.INSERT, new Collection("shop", "notes"))).isTrue();
    assertThat(lease.carries(Action.INSERT, new Collection("shop", "orders"))).isFalse();
    assertThat(lease.carries(Action.FIND, new Collection("shop", "notes"))).isFalse();

    assertThat(atlas.delete(roles + "/" + outer).text("detail")).contains("account");
    atlas.patch(
        roles + "/" + inner, Map.of("actions", List.of(action("FIND", "shop", "payments"))));
    Plane.until("the session ends", () -> !gateway.leases().containsKey(session));
    String next = session(place);
    assertThat(gateway.leases().get(next).carries(Action.FIND, new Collection("shop", "payments")))
        .isTrue();
  }

  private String session(Plane.Place place) {
    Rest engineer = plane.as("engineer");
    String grant =
        engineer
            .post(
                "/requests",
                Map.of("resource", place.resource().id(), "account", "main", "duration", "PT1H"))
            .text("grantId");
    return engineer
        .post(
            "/grants/" + grant + "/sessions",
            Map.of(
                "publicKey",
                Pem.publicKey(CertificateAuthority.newKeyPair(new SecureRandom()).getPublic()),
                "advertisedAddress",
                "127.0.0.1:5000",
                "clientName",
                "test"))
        .text("sessionId");
  }

  @Test
  void anotherProjectKnowsNothingOfThem() {
    String name = name();
    make(name, List.of(action("FIND", "shop", "")), List.of());
    String other =
        plane
            .as("security")
            .post("/projects", Map.of("name", "p" + name, "displayName", "Other"))
            .text("id");
    assertThat(atlas.get("/groups/" + other + "/customDBRoles/roles/" + name).status())
        .isEqualTo(404);
  }
}
