package io.tidegate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.OpenApi;
import io.tidegate.control.testing.Plane;
import io.tidegate.control.testing.Rest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The REST interface: every operation once, what it refuses, and to whom. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class ApiTest {
  private final Plane plane;

  ApiTest(Backend backend) {
    plane = Plane.shared(backend);
  }

  private static Map<String, Object> resource(String name, String connectionString) {
    return Map.of(
        "projectId",
        "shop",
        "name",
        name,
        "connectionString",
        connectionString,
        "tls",
        Map.of("enabled", false));
  }

  @Test
  void everyOperationAnswersAsTheDocumentSays() {
    Rest security = plane.as("security");
    String unique = Long.toString(System.nanoTime(), 36);
    security.get("/health");
    plane.nobody().get("/openapi.json");
    security.get("/me");
    security.get("/users");
    Rest.Answer user =
        security.post(
            "/users", Map.of("username", "u" + unique, "password", "long enough for all"));
    assertThat(user.status()).as(user.body()).isEqualTo(201);
    String userPath = "/users/u" + unique;
    security
        .with("If-Match", security.get(userPath).etag())
        .put(userPath, Map.of("username", "u" + unique, "displayName", "Changed"));
    security.put(userPath + "/password", Map.of("password", "another one, long enough"));
    Rest.Answer project = security.post("/projects", Map.of("name", "p" + unique));
    security.get("/projects");
    security.get("/projects/" + project.text("id"));

    Rest.Answer made =
        security.post("/resources", resource("r" + unique, "mongodb://a.example:27017,b.example"));
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    String path = "/resources/" + made.text("id");
    security.get("/resources?projectId=shop&limit=3");
    Rest.Answer one = security.get(path);
    assertThat(one.text("connectionString")).contains("b.example");
    assertThat(plane.as("engineer").get(path).has("connectionString")).isFalse();
    Rest.Answer account =
        security.post(
            path + "/accounts",
            Map.of(
                "name",
                "main",
                "username",
                "x",
                "password",
                Plane.PLANTED,
                "roles",
                List.of(Map.of("role", "read", "db", "shop"))));
    assertThat(account.status()).as(account.body()).isEqualTo(201);
    assertThat(account.body()).doesNotContain(Plane.PLANTED);
    Rest.Answer changed =
        security
            .with("If-Match", account.etag())
            .put(
                "/accounts/" + account.text("id"),
                Map.of(
                    "name", "main", "roles", List.of(Map.of("role", "readWrite", "db", "shop"))));
    assertThat(changed.text("roles.0.role")).isEqualTo("readWrite");
    Rest.Answer serving =
        security
            .with("If-Match", made.etag())
            .put(path + "/applications", Map.of("account", "main"));
    assertThat(serving.at("directPort").asInt()).as(serving.body()).isPositive();
    String roles = "/projects/shop/roles";
    Map<String, Object> right =
        Map.of("actions", List.of("find"), "on", Map.of("db", "shop", "collection", "orders"));
    Rest.Answer role =
        security.post(roles, Map.of("name", "r" + unique, "privileges", List.of(right)));
    assertThat(role.status()).as(role.body()).isEqualTo(201);
    security.get(roles);
    assertThat(security.get(roles + "/r" + unique).etag()).isEqualTo(role.etag());
    Rest.Answer wider =
        security
            .with("If-Match", role.etag())
            .put(
                roles + "/r" + unique,
                Map.of(
                    "name",
                    "r" + unique,
                    "privileges",
                    List.of(right),
                    "inherits",
                    List.of(Map.of("role", "read", "db", "notes"))));
    security.with("If-Match", wider.etag()).delete(roles + "/r" + unique);
    Rest.Answer flow =
        security.post(
            "/accounts/" + account.text("id") + "/flow",
            Map.of("approval", "auto", "maxDuration", "PT2H"));
    String flowPath = "/flows/" + flow.text("id");
    security
        .with("If-Match", security.get(flowPath).etag())
        .put(
            flowPath,
            Map.of("approval", "approver", "maxDuration", "PT1H", "reasonRequired", true));
    security.with("If-Match", security.get(flowPath).etag()).delete(flowPath);
    security.with("If-Match", changed.etag()).delete("/accounts/" + account.text("id"));
    security
        .with("If-Match", security.get(path).etag())
        .put(path, resource("r" + unique, "mongodb+srv://cluster.example"));
    assertThat(security.with("If-Match", security.get(path).etag()).delete(path).status())
        .isEqualTo(204);
    assertThat(security.get(path).status()).isEqualTo(404);

    plane.gateway();
    security.get("/gateways");
    security.post("/gateways/tokens", Map.of("name", "g" + unique));
    security.get("/audit?limit=5");
    Rest.Answer proof = security.post("/audit/verify", null);
    assertThat(proof.status()).as(proof.body()).isEqualTo(200);
    assertThat(proof.at("whole").asBoolean()).as(proof.body()).isTrue();

    Plane.Place place = plane.approvedPlace();
    Rest engineer = plane.as("engineer");
    Map<String, Object> wish =
        Map.of("resource", place.resource().id(), "account", "main", "reason", "r");
    Rest.Answer request = engineer.post("/requests", wish);
    engineer.get("/requests?mine=true&status=PENDING_APPROVAL,ACTIVE");
    plane.as("owner").get("/requests?toApprove");
    engineer.get("/requests/" + request.text("id"));
    engineer.post("/requests/" + request.text("id") + "/cancel", Map.of("reason", "x"));
    Rest.Answer denied = engineer.post("/requests", wish);
    plane.as("owner").post("/requests/" + denied.text("id") + "/deny", Map.of());
    Rest.Answer approved = engineer.post("/requests", wish);
    Rest.Answer granted =
        plane.as("owner").post("/requests/" + approved.text("id") + "/approve", Map.of());
    engineer.get("/grants?mine&live");
    engineer.get("/grants/" + granted.text("grantId"));
    engineer.get("/sessions?live=true");
    engineer.post("/grants/" + granted.text("grantId") + "/revoke", Map.of());

    Set<String> missing = new TreeSet<>(OpenApi.operations());
    missing.removeAll(OpenApi.answered());
    // Signing in has tests of its own, and so have sessions, which need a gateway that plays along.
    missing.removeIf(op -> op.contains("/auth/") || op.contains("sessions"));
    assertThat(missing).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST | /requests             | {\"resource\":\"x\"}                            | account",
        "POST | /requests             | {\"resource\":\"x\",\"account\":\"y\",\"z\":1}  | z",
        "POST | /requests             | {\"resource\":                                  | JSON",
        "POST | /requests             | []                                              | JSON",
        "POST | /requests             | {\"resource\":{},\"account\":\"y\"}             | resource",
        "POST | /auth/token           | {\"username\":\"engineer\"}                     | password",
        "POST | /auth/token           | {\"username\":[\"a\"],\"password\":\"b\"}       | username",
        "POST | /users                | {\"username\":\"A B\",\"password\":\"long enough, yes\"} |"
            + " username",
        "POST | /users                | {\"username\":\"ab\",\"password\":\"short\"}    | password",
        "POST | /projects             | {\"name\":\"../etc\"}                           | name",
        "POST | /gateways/tokens      | {\"name\":\"\"}                                 | name"
      })
  void badInputNamesTheField(String method, String path, String body, String field) {
    Rest.Answer answer = plane.as("security").postRaw(path, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.text("code")).isEqualTo("bad-input");
    assertThat(answer.text("detail")).contains(field);
    assertThat(answer.raw().headers().firstValue("Content-Type"))
        .contains("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource({
    "mongodb://user:hunter2secret@db.example,credentials",
    "http://db.example,must start with",
    "mongodb://,host",
    "mongodb://a b,host",
    "mongodb://db:99999,host",
    "mongodb+srv://a:27017,exactly one host",
    "mongodb://db?x=1,needs a /",
    "mongodb://db/?authMechanism=PLAIN,authmechanism"
  })
  void connectionStringsAreChecked(String text, String says) {
    Rest.Answer answer = plane.as("security").post("/resources", resource("bad", text));
    assertThat(answer.text("code")).isEqualTo("bad-input");
    assertThat(answer.text("detail")).contains(says);
    assertThat(answer.body()).doesNotContain("hunter2secret");
  }

  @Test
  void rolesMustExistInMongoDb() {
    Plane.Place place = plane.autoPlace();
    Rest.Answer answer =
        plane
            .as("owner")
            .post(
                "/resources/" + place.resource().id() + "/accounts",
                Map.of(
                    "name",
                    "other",
                    "username",
                    "x",
                    "password",
                    "y",
                    "roles",
                    List.of(Map.of("role", "root", "db", "shop"))));
    assertThat(answer.text("code")).isEqualTo("bad-input");
    assertThat(answer.text("detail")).contains("root");
  }

  @Test
  void changesNeedTheNewestVersion() {
    Plane.Place place = plane.autoPlace();
    String path = "/resources/" + place.resource().id();
    Rest owner = plane.as("owner");
    Map<String, Object> body = resource(place.resource().name(), "mongodb://new.example");
    assertThat(owner.put(path, body).status()).isEqualTo(428);
    assertThat(owner.with("If-Match", "W/\"x\"").put(path, body).status()).isEqualTo(400);
    assertThat(owner.with("If-Match", "\"7\"").put(path, body).status()).isEqualTo(412);
    assertThat(owner.with("If-Match", "\"1\"").put(path, body).status()).isEqualTo(200);
    assertThat(owner.with("If-Match", "\"1\"").put(path, body).status()).isEqualTo(412);
    assertThat(owner.get(path).text("connectionString")).isEqualTo("mongodb://new.example");
  }

  @Test
  void namesAreTakenOnceAndFreeAfterRemoval() {
    Plane.Place place = plane.autoPlace();
    Rest owner = plane.as("owner");
    Map<String, Object> body = resource(place.resource().name(), "mongodb://x.example");
    assertThat(owner.post("/resources", body).text("code")).isEqualTo("name-taken");
    owner.with("If-Match", "\"1\"").delete("/resources/" + place.resource().id());
    assertThat(owner.post("/resources", body).status()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource({"engineer,403", "support,403", "owner,403", "security,201"})
  void onlyAdministratorsMakePeople(String who, int status) {
    Rest.Answer answer =
        plane
            .as(who)
            .post(
                "/users",
                Map.of(
                    "username",
                    "by-" + who + "-" + Long.toString(System.nanoTime(), 36),
                    "password",
                    "long enough for all"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "engineer,/users,403", "engineer,/audit,403", "engineer,/gateways,403",
    "owner,/users,403", "owner,/audit,403", "owner,/gateways,200",
    "support,/users,403", "support,/audit,403", "support,/gateways,403",
    "security,/users,200", "security,/audit,200", "security,/gateways,200"
  })
  void readingIsForThoseWhoNeedIt(String who, String path, int status) {
    assertThat(plane.as(who).get(path).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({"engineer,403", "support,404", "owner,200", "security,200"})
  void onlyOwnersAndAdministratorsChangeResources(String who, int status) {
    Plane.Place place = plane.autoPlace();
    Rest.Answer answer =
        plane
            .as(who)
            .with("If-Match", "\"1\"")
            .put(
                "/resources/" + place.resource().id(),
                resource(place.resource().name(), "mongodb://y.example"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
  }

  @Test
  void withoutATokenThereIsNothing() {
    Rest nobody = plane.nobody();
    for (String path :
        List.of("/me", "/projects", "/resources", "/requests", "/grants", "/sessions", "/audit")) {
      Rest.Answer answer = nobody.get(path);
      assertThat(answer.status()).as(path).isEqualTo(401);
      assertThat(answer.text("code")).isEqualTo("not-signed-in");
    }
    assertThat(new Rest(plane.url(), "tg_forged").get("/me").status()).isEqualTo(401);
    assertThat(nobody.get("/health").status()).isEqualTo(200);
  }

  @Test
  void unknownPathsAreProblemsToo() {
    Rest.Answer answer = plane.as("engineer").get("/no-such-thing");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text("code")).isEqualTo("not-found");
    assertThat(plane.as("engineer").delete("/me").status()).isIn(404, 405);
  }

  @Test
  void formsAreNotTakenForJson() {
    Rest.Answer answer =
        plane
            .as("engineer")
            .with("Content-Type", "application/x-www-form-urlencoded")
            .postRaw("/requests", "resource=x&account=y");
    assertThat(answer.status()).isEqualTo(415);
  }
}
