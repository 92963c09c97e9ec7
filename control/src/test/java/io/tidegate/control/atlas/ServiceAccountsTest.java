package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.keys.ApiKeys;
import io.tidegate.control.org.Projects;
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

/** Service accounts: what they hold, the tokens that their secrets are traded for, and the end. */
@ParameterizedClass
@EnumSource(Backend.class)
class ServiceAccountsTest {
  private static final String DATE = "2024-08-05";

  private final Plane plane;
  private final String org;
  private final AtlasClient owner;
  private final OAuthClient oauth;
  private final String accounts;

  ServiceAccountsTest(Backend backend) {
    plane = Plane.shared(backend);
    org = plane.system().organizationId();
    owner =
        AtlasClient.of(
                plane,
                plane
                    .bean(ApiKeys.class)
                    .create(plane.system(), org, "service accounts", List.of(Role.ORG_OWNER)))
            .version(DATE);
    oauth = new OAuthClient(plane.url());
    accounts = "/orgs/" + org + "/serviceAccounts";
    // What other tests got wrong from this address is forgiven.
    plane.clock.advance(Duration.ofMinutes(5));
  }

  private record Account(String clientId, String secret, String secretId) {}

  private Account make(String path, String... roles) {
    AtlasClient.Answer made =
        owner.post(
            path,
            Map.of(
                "name",
                "robot",
                "description",
                "moves things",
                "roles",
                List.of(roles),
                "secretExpiresAfterHours",
                8));
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    assertThat(made.header("Cache-Control")).isEqualTo("no-store");
    return new Account(
        made.text("clientId"), made.text("secrets.0.secret"), made.text("secrets.0.id"));
  }

  private AtlasClient as(String token) {
    return AtlasClient.bearer(plane.url(), token).version(DATE);
  }

  private String group(String name) {
    return plane.bean(Projects.class).create(plane.system(), name + System.nanoTime(), name).id();
  }

  @Test
  void aSecretIsTradedForATokenThatOpensUntilItEnds() {
    Account account = make(accounts, "ORG_OWNER");
    assertThat(account.clientId()).hasSize(34).startsWith("mdb_sa_id_");
    assertThat(account.secret()).startsWith("mdb_sa_sk_");
    OAuthClient.Answer granted = oauth.token(account.clientId(), account.secret());
    assertThat(granted.status()).as(granted.body()).isEqualTo(200);
    assertThat(granted.number("expires_in")).isEqualTo(3600);
    assertThat(granted.text("token_type")).isEqualTo("Bearer");
    assertThat(granted.header("Cache-Control")).isEqualTo("no-store");
    String token = granted.text("access_token");
    // Clients open it to see whose it is, and until when.
    assertThat(OAuthClient.claim(token, "sub")).isEqualTo(account.clientId());
    assertThat(Long.parseLong(OAuthClient.claim(token, "exp")))
        .isEqualTo(plane.clock.instant().plusSeconds(3600).getEpochSecond());

    AtlasClient.Answer root = as(token).get("/");
    assertThat(root.status()).as(root.body()).isEqualTo(200);
    assertThat(root.text("apiKey.publicKey")).isEqualTo(account.clientId());
    assertThat(plane.auditActions()).contains("service-account.create", "sign-in");

    plane.clock.advance(Duration.ofMinutes(59));
    assertThat(as(token).get("/").status()).isEqualTo(200);
    plane.clock.advance(Duration.ofMinutes(1));
    AtlasClient.Answer late = as(token).get("/");
    assertThat(late.status()).isEqualTo(401);
    assertThat(late.header("WWW-Authenticate")).contains("Bearer", "invalid_token");
  }

  @Test
  void aTokenEndsWhenItIsRevokedAndNoOtherDoes() {
    Account account = make(accounts, "ORG_MEMBER");
    Account other = make(accounts, "ORG_MEMBER");
    String token = oauth.token(account.clientId(), account.secret()).text("access_token");
    String second = oauth.token(account.clientId(), account.secret()).text("access_token");
    // Not by somebody else's secret.
    assertThat(oauth.revoke(other.clientId(), other.secret(), token).status()).isEqualTo(200);
    assertThat(as(token).get("/").status()).isEqualTo(200);
    assertThat(oauth.revoke(account.clientId(), "mdb_sa_sk_wrong", token).status()).isEqualTo(401);
    assertThat(as(token).get("/").status()).isEqualTo(200);

    assertThat(oauth.revoke(account.clientId(), account.secret(), token).status()).isEqualTo(200);
    assertThat(as(token).get("/").status()).isEqualTo(401);
    assertThat(as(second).get("/").status()).isEqualTo(200);
    // Again, as clients do that lost the answer.
    assertThat(oauth.revoke(account.clientId(), account.secret(), token).status()).isEqualTo(200);
  }

  @Test
  void unknownAccountsAndWrongSecretsLookAlike() {
    Account account = make(accounts, "ORG_MEMBER");
    OAuthClient.Answer wrong = oauth.token(account.clientId(), "mdb_sa_sk_wrong");
    OAuthClient.Answer unknown = oauth.token("mdb_sa_id_" + "0".repeat(24), account.secret());
    OAuthClient.Answer strange = oauth.token("somebody", account.secret());
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.text("error")).isEqualTo("invalid_client");
    assertThat(wrong.header("WWW-Authenticate")).startsWith("Basic ");
    assertThat(unknown.body()).isEqualTo(wrong.body());
    assertThat(strange.body()).isEqualTo(wrong.body());
    assertThat(oauth.token(account.clientId(), account.secret()).status()).isEqualTo(200);
  }

  @Test
  void guessesAreStoppedAndTheRightSecretWaitsToo() {
    Account account = make(accounts, "ORG_MEMBER");
    OAuthClient.Answer answer = null;
    for (int i = 0; i < 25; i++) {
      answer = oauth.token(account.clientId(), "mdb_sa_sk_" + i);
    }
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
    assertThat(oauth.token(account.clientId(), account.secret()).status()).isEqualTo(429);
    // Somebody else's secret is not slowed down by that.
    Account other = make(accounts, "ORG_MEMBER");
    assertThat(oauth.token(other.clientId(), other.secret()).status()).isEqualTo(200);
    plane.clock.advance(Duration.ofMinutes(5));
    assertThat(oauth.token(account.clientId(), account.secret()).status()).isEqualTo(200);
  }

  @Test
  void requestsForTokensAreOfTheFormThatTheyHave() {
    Account account = make(accounts, "ORG_MEMBER");
    assertThat(oauth.post("/api/oauth/token", null, "grant_type=client_credentials").status())
        .isEqualTo(401);
    String basic = OAuthClient.basic(account.clientId(), account.secret());
    assertThat(oauth.post("/api/oauth/token", basic, "grant_type=password").text("error"))
        .isEqualTo("unsupported_grant_type");
    assertThat(oauth.post("/api/oauth/token", basic, "").text("error"))
        .isEqualTo("invalid_request");
    assertThat(
            oauth
                .post(
                    "/api/oauth/token",
                    basic,
                    "grant_type=client_credentials&grant_type=client_credentials")
                .text("error"))
        .isEqualTo("invalid_request");
    assertThat(oauth.post("/api/oauth/token", basic, "grant_type=%zz").text("error"))
        .isEqualTo("invalid_request");
    assertThat(oauth.post("/api/oauth/token", "Basic !!!", "grant_type=x").status()).isEqualTo(401);
    assertThat(oauth.post("/api/oauth/revoke", basic, "").text("error"))
        .isEqualTo("invalid_request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"signature", "payload", "none", "truncated", "opaque", "empty"})
  void whatWasNotIssuedHereOpensNothing(String cheat) {
    Account account = make(accounts, "ORG_OWNER");
    String token = oauth.token(account.clientId(), account.secret()).text("access_token");
    String[] parts = token.split("\\.", -1);
    String made =
        switch (cheat) {
          case "signature" -> parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length());
          case "payload" ->
              parts[0]
                  + "."
                  + OAuthClient.base64(
                      "{\"iss\":\"tidegate\",\"sub\":\"x\",\"aud\":\"atlas-program\",\"exp\":99999999999}")
                  + "."
                  + parts[2];
          case "none" -> OAuthClient.base64("{\"alg\":\"none\"}") + "." + parts[1] + ".";
          case "truncated" -> token.substring(0, token.length() - 2);
          case "opaque" -> account.secret();
          default -> "";
        };
    assertThat(as(made).get("/").status()).isEqualTo(401);
    assertThat(as(token).get("/").status()).isEqualTo(200);
  }

  @Test
  void secretsRotateAndTakeTheirTokensAlong() {
    Account account = make(accounts, "ORG_MEMBER");
    String old = oauth.token(account.clientId(), account.secret()).text("access_token");
    plane.clock.advance(Duration.ofSeconds(1));
    AtlasClient.Answer made =
        owner.post(
            accounts + "/" + account.clientId() + "/secrets",
            Map.of("secretExpiresAfterHours", 24));
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    String fresh = made.text("secret");
    String token = oauth.token(account.clientId(), fresh).text("access_token");

    AtlasClient.Answer shown = owner.get(accounts + "/" + account.clientId());
    assertThat(shown.at("secrets")).hasSize(2);
    assertThat(shown.body()).doesNotContain(fresh, account.secret());
    assertThat(shown.text("secrets.1.maskedSecretValue"))
        .endsWith(fresh.substring(fresh.length() - 4));
    assertThat(shown.has("secrets.0.lastUsedAt")).isTrue();

    assertThat(
            owner
                .delete(accounts + "/" + account.clientId() + "/secrets/" + account.secretId())
                .status())
        .isEqualTo(204);
    assertThat(as(old).get("/").status()).isEqualTo(401);
    assertThat(oauth.token(account.clientId(), account.secret()).status()).isEqualTo(401);
    assertThat(as(token).get("/").status()).isEqualTo(200);
  }

  @Test
  void anExpiredSecretGivesNothingAndItsLastTokenEndsWithIt() {
    Account account = make(accounts, "ORG_MEMBER");
    plane.clock.advance(Duration.ofHours(8).minusMinutes(10));
    OAuthClient.Answer last = oauth.token(account.clientId(), account.secret());
    assertThat(last.number("expires_in")).isLessThanOrEqualTo(600).isPositive();
    plane.clock.advance(Duration.ofMinutes(10));
    assertThat(oauth.token(account.clientId(), account.secret()).status()).isEqualTo(401);
    assertThat(as(last.text("access_token")).get("/").status()).isEqualTo(401);
  }

  @Test
  void anAccountThatIsDeletedEndsAtOnce() {
    Account account = make(accounts, "ORG_OWNER");
    String token = oauth.token(account.clientId(), account.secret()).text("access_token");
    assertThat(owner.delete(accounts + "/" + account.clientId()).status()).isEqualTo(204);
    assertThat(as(token).get("/").status()).isEqualTo(401);
    assertThat(oauth.token(account.clientId(), account.secret()).status()).isEqualTo(401);
    assertThat(owner.get(accounts + "/" + account.clientId()).text("errorCode"))
        .isEqualTo("SERVICE_ACCOUNT_NOT_FOUND");
  }

  @Test
  void rolesAreThoseHeldNow() {
    Account account = make(accounts, "ORG_OWNER");
    String token = oauth.token(account.clientId(), account.secret()).text("access_token");
    assertThat(as(token).get(accounts).status()).isEqualTo(200);
    assertThat(
            owner
                .patch(accounts + "/" + account.clientId(), Map.of("roles", List.of("ORG_MEMBER")))
                .status())
        .isEqualTo(200);
    AtlasClient.Answer refused = as(token).get(accounts);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text("errorCode")).isEqualTo("USER_UNAUTHORIZED");
  }

  @Test
  void aProjectsAccountHasItsRolesThereAndStaysInTheOrganization() {
    String group = group("one");
    String other = group("two");
    Account account = make("/groups/" + group + "/serviceAccounts", "GROUP_READ_ONLY");
    String inGroup = "/groups/" + group + "/serviceAccounts/" + account.clientId();
    assertThat(owner.get(inGroup).text("roles.0")).isEqualTo("GROUP_READ_ONLY");
    assertThat(owner.get(accounts + "/" + account.clientId()).text("roles.0"))
        .isEqualTo("ORG_MEMBER");
    assertThat(owner.get("/groups/" + other + "/serviceAccounts").at("totalCount").asInt())
        .isZero();
    assertThat(owner.get("/groups/" + other + "/serviceAccounts/" + account.clientId()).status())
        .isEqualTo(404);

    AtlasClient.Answer invited =
        owner.post(
            "/groups/" + other + "/serviceAccounts/" + account.clientId() + ":invite",
            Map.of("roles", List.of("GROUP_OWNER")));
    assertThat(invited.status()).as(invited.body()).isEqualTo(200);
    assertThat(invited.text("roles.0")).isEqualTo("GROUP_OWNER");
    AtlasClient.Answer groups = owner.get(accounts + "/" + account.clientId() + "/groups");
    assertThat(groups.at("totalCount").asInt()).isEqualTo(2);

    assertThat(owner.delete(inGroup).status()).isEqualTo(204);
    assertThat(owner.get(inGroup).status()).isEqualTo(404);
    assertThat(owner.get(accounts + "/" + account.clientId() + "/groups").at("results")).hasSize(1);
  }

  @Test
  void nobodyGetsRolesBySecretsOfAStrongerAccount() {
    String group = group("escalation");
    Account strong = make(accounts, "ORG_OWNER");
    assertThat(
            owner
                .post(
                    "/groups/" + group + "/serviceAccounts/" + strong.clientId() + ":invite",
                    Map.of("roles", List.of("GROUP_READ_ONLY")))
                .status())
        .isEqualTo(200);
    Account local = make("/groups/" + group + "/serviceAccounts", "GROUP_OWNER");
    AtlasClient projectOwner =
        as(oauth.token(local.clientId(), local.secret()).text("access_token"));
    String path = "/groups/" + group + "/serviceAccounts/" + strong.clientId();
    AtlasClient.Answer secret =
        projectOwner.post(path + "/secrets", Map.of("secretExpiresAfterHours", 8));
    assertThat(secret.status()).as(secret.body()).isEqualTo(403);
    assertThat(projectOwner.patch(path, Map.of("name", "mine")).status()).isEqualTo(403);
    assertThat(
            projectOwner
                .post(path + "/accessList", List.of(Map.of("ipAddress", "192.0.2.1")))
                .status())
        .isEqualTo(403);
    // Its own kind it may.
    assertThat(
            projectOwner
                .post(
                    "/groups/" + group + "/serviceAccounts/" + local.clientId() + "/secrets",
                    Map.of("secretExpiresAfterHours", 8))
                .status())
        .isEqualTo(201);
    assertThat(plane.auditActions()).contains("service-account-secret.create");
  }

  @Test
  void badDocumentsNameTheField() {
    AtlasClient.Answer answer =
        owner.post(accounts, Map.of("name", "x".repeat(65), "roles", List.of()));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .contains("\"name\"", "\"description\"", "\"roles\"", "\"secretExpiresAfterHours\"");
    for (Object hours : List.of(7, 8761, -1, "8")) {
      AtlasClient.Answer wrong =
          owner.post(
              accounts,
              Map.of(
                  "name",
                  "x",
                  "description",
                  "y",
                  "roles",
                  List.of("ORG_MEMBER"),
                  "secretExpiresAfterHours",
                  hours));
      assertThat(wrong.status()).as(wrong.body()).isEqualTo(400);
    }
    assertThat(
            owner
                .post(
                    accounts,
                    Map.of(
                        "name",
                        "x",
                        "description",
                        "y",
                        "roles",
                        List.of("GROUP_OWNER"),
                        "secretExpiresAfterHours",
                        8))
                .status())
        .isEqualTo(400);
  }

  @Test
  void secretsAreStoredNowhere() throws Exception {
    Account account = make(accounts, "ORG_MEMBER");
    String token = oauth.token(account.clientId(), account.secret()).text("access_token");
    for (String table : List.of("service_account_secret", "program_token", "audit_event")) {
      String rows =
          plane.database().sql().sql("select * from " + table).query().listOfRows().toString();
      assertThat(rows).doesNotContain(account.secret(), token);
    }
  }
}
