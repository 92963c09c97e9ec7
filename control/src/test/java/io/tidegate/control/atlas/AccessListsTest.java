package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.keys.ApiKeys;
import io.tidegate.control.platform.Role;
import io.tidegate.control.testing.AtlasClient;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.OAuthClient;
import io.tidegate.control.testing.Plane;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs call from where their access list says, and from nowhere else. */
@ParameterizedClass
@EnumSource(Backend.class)
class AccessListsTest {
  private final Plane plane;
  private final String org;
  private final AtlasClient owner;
  private final ApiKeys.Made made;
  private final AtlasClient key;
  private final String list;

  AccessListsTest(Backend backend) {
    plane = Plane.shared(backend);
    org = plane.system().organizationId();
    ApiKeys keys = plane.bean(ApiKeys.class);
    owner =
        AtlasClient.of(plane, keys.create(plane.system(), org, "owner", List.of(Role.ORG_OWNER)));
    made = keys.create(plane.system(), org, "limited", List.of(Role.ORG_OWNER));
    key = AtlasClient.of(plane, made);
    list = "/orgs/" + org + "/apiKeys/" + made.key().id() + "/accessList";
    plane.clock.advance(Duration.ofMinutes(5));
  }

  private static List<Map<String, String>> address(String address) {
    return List.of(Map.of("ipAddress", address));
  }

  private static List<Map<String, String>> block(String block) {
    return List.of(Map.of("cidrBlock", block));
  }

  @Test
  void aKeyWithoutAListMayCallFromAnywhere() {
    assertThat(owner.get(list).at("totalCount").asInt()).isZero();
    assertThat(key.get("/").status()).isEqualTo(200);
  }

  @Test
  void aKeyIsHeldToItsListAsItChanges() {
    AtlasClient.Answer added = owner.post(list, address("192.0.2.7"));
    assertThat(added.status()).as(added.body()).isEqualTo(200);
    assertThat(added.text("results.0.cidrBlock")).isEqualTo("192.0.2.7/32");
    assertThat(added.text("results.0.ipAddress")).isEqualTo("192.0.2.7");

    AtlasClient.Answer refused = key.get("/");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text("errorCode")).isEqualTo("IP_ADDRESS_NOT_ON_ACCESS_LIST");
    assertThat(refused.text("detail")).contains("127.0.0.1");
    // Nobody else is held to it.
    assertThat(owner.get("/").status()).isEqualTo(200);

    assertThat(owner.post(list, block("127.0.0.0/8")).status()).isEqualTo(200);
    assertThat(key.get("/").status()).isEqualTo(200);
    assertThat(key.get("/").status()).isEqualTo(200);
    AtlasClient.Answer entry = owner.get(list + "/127.0.0.0%2F8");
    assertThat(entry.at("count").asInt()).isEqualTo(2);
    assertThat(entry.text("lastUsedAddress")).isEqualTo("127.0.0.1");
    assertThat(entry.has("ipAddress")).isFalse();
    assertThat(owner.get(list + "/192.0.2.7").at("count").asInt()).isZero();

    assertThat(owner.delete(list + "/127.0.0.0%2F8").status()).isEqualTo(204);
    assertThat(key.get("/").status()).isEqualTo(403);
    assertThat(owner.delete(list + "/192.0.2.7").status()).isEqualTo(204);
    assertThat(key.get("/").status()).isEqualTo(200);
    assertThat(plane.auditActions()).contains("access-list.add", "access-list.remove");
  }

  @Test
  void aListIsSaidToWhoHasTheSecretOnly() {
    owner.post(list, address("192.0.2.7"));
    AtlasClient wrong =
        AtlasClient.digest(plane.url(), made.key().publicKey(), "00000000-0000-4000-8000-0");
    assertThat(wrong.get("/").status()).isEqualTo(401);
  }

  @Test
  void entriesStandOnceAndInPages() {
    owner.post(list, List.of(Map.of("cidrBlock", "10.1.2.3/8"), Map.of("ipAddress", "::1")));
    AtlasClient.Answer again = owner.post(list, block("10.0.0.0/8"));
    assertThat(again.at("totalCount").asInt()).isEqualTo(2);
    AtlasClient.Answer page = owner.get(list + "?itemsPerPage=1&pageNum=2");
    assertThat(page.at("results")).hasSize(1);
    assertThat(page.at("totalCount").asInt()).isEqualTo(2);
    assertThat(owner.get(list + "/172.16.0.1").text("errorCode"))
        .isEqualTo("ACCESS_LIST_ENTRY_NOT_FOUND");
    assertThat(owner.delete(list + "/172.16.0.1").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "[{}]",
        "[{\"ipAddress\":\"10.1\"}]",
        "[{\"ipAddress\":\"10.0.0.0/8\"}]",
        "[{\"ipAddress\":\"example.com\"}]",
        "[{\"cidrBlock\":\"10.0.0.0/33\"}]",
        "[{\"cidrBlock\":\"\"}]",
        "[{\"cidrBlock\":\"10.0.0.0/8\",\"ipAddress\":\"10.0.0.1\"}]",
        "{\"ipAddress\":\"10.0.0.1\"}"
      })
  void whatIsNoAddressIsRefusedAndNothingAdded(String body) {
    AtlasClient.Answer answer =
        owner.send("POST", list, body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(owner.get(list).at("totalCount").asInt()).isZero();
  }

  @Test
  void aKeyDoesNotShutItselfOut() {
    AtlasClient.Answer out = key.post(list, address("192.0.2.7"));
    assertThat(out.status()).isEqualTo(400);
    assertThat(out.text("detail")).contains("127.0.0.1");
    assertThat(key.post(list, block("127.0.0.1/32")).status()).isEqualTo(200);
    assertThat(key.post(list, address("192.0.2.7")).status()).isEqualTo(200);
    assertThat(key.delete(list + "/127.0.0.1").status()).isEqualTo(400);
    assertThat(key.get("/").status()).isEqualTo(200);
  }

  @Test
  void onlyOwnersAndTheKeyItselfChangeAList() {
    AtlasClient member =
        AtlasClient.of(
            plane,
            plane
                .bean(ApiKeys.class)
                .create(plane.system(), org, "member", List.of(Role.ORG_MEMBER)));
    assertThat(member.get(list).status()).isEqualTo(200);
    assertThat(member.post(list, address("192.0.2.7")).status()).isEqualTo(403);
    assertThat(member.delete(list + "/192.0.2.7").status()).isEqualTo(403);
  }

  @Test
  void aServiceAccountGetsItsTokenAnywhereAndCallsFromItsListOnly() {
    AtlasClient newer = owner.version("2024-08-05");
    String accounts = "/orgs/" + org + "/serviceAccounts";
    AtlasClient.Answer account =
        newer.post(
            accounts,
            Map.of(
                "name",
                "limited",
                "description",
                "from afar",
                "roles",
                List.of("ORG_OWNER"),
                "secretExpiresAfterHours",
                8));
    String of = accounts + "/" + account.text("clientId") + "/accessList";
    assertThat(newer.post(of, address("192.0.2.7")).at("totalCount").asInt()).isEqualTo(1);
    OAuthClient.Answer granted =
        new OAuthClient(plane.url())
            .token(account.text("clientId"), account.text("secrets.0.secret"));
    assertThat(granted.status()).isEqualTo(200);
    AtlasClient robot =
        AtlasClient.bearer(plane.url(), granted.text("access_token")).version("2024-08-05");
    assertThat(robot.get("/").text("errorCode")).isEqualTo("IP_ADDRESS_NOT_ON_ACCESS_LIST");
    newer.post(of, address("127.0.0.1"));
    assertThat(robot.get("/").status()).isEqualTo(200);
    AtlasClient.Answer shown = newer.get(of);
    assertThat(shown.at("results.0.requestCount").asInt()).isEqualTo(1);
    assertThat(robot.delete(of + "/127.0.0.1").status()).isEqualTo(400);
    assertThat(newer.delete(of + "/127.0.0.1").status()).isEqualTo(204);
    assertThat(robot.get("/").status()).isEqualTo(403);
  }
}
