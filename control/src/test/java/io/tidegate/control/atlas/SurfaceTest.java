package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.keys.ApiKeys;
import io.tidegate.control.platform.Role;
import io.tidegate.control.testing.AtlasClient;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths, versions, documents, envelopes and limits, over the operations that stand. */
class SurfaceTest {
  private static final Plane PLANE = Plane.shared(Backend.SQLITE);
  private static String org;
  private static AtlasClient owner;

  @BeforeAll
  static void key() {
    org = PLANE.system().organizationId();
    owner =
        AtlasClient.of(
            PLANE,
            PLANE
                .bean(ApiKeys.class)
                .create(PLANE.system(), org, "surface", List.of(Role.ORG_OWNER)));
  }

  @Test
  void theRootSaysWhoCalls() {
    AtlasClient.Answer answer = owner.get("/");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.text("apiKey.publicKey")).hasSize(8);
    assertThat(answer.text("apiKey.roles.0.roleName")).isEqualTo("ORG_OWNER");
    assertThat(answer.header("Content-Type")).isEqualTo(AtlasClient.V2023);
    assertThat(owner.get("/api/atlas/v2").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "application/vnd.atlas.2023-01-01+json,200,application/vnd.atlas.2023-01-01+json",
    "application/vnd.atlas.2025-03-12+json,200,application/vnd.atlas.2023-01-01+json",
    "application/vnd.atlas.2022-12-31+json,406,application/json",
    "application/vnd.atlas.preview+json,406,application/json",
    "application/vnd.atlas.never+json,406,application/json",
    "application/vnd.atlas.2023-01-01+gzip,406,application/json",
    "application/json,200,application/json",
    "*/*,200,application/json",
    "text/html,406,application/json",
    "'text/html,"
        + " application/vnd.atlas.2023-02-02+json;q=0.5',200,application/vnd.atlas.2023-01-01+json"
  })
  void theNewestVersionThatIsNotNewer(String accept, int status, String type) {
    AtlasClient.Answer answer = owner.with("Accept", accept).get("/");
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo(type);
    if (status == 406) {
      assertThat(answer.text("errorCode")).isEqualTo("INVALID_VERSION_DATE");
      assertThat(answer.text("detail")).contains("2023-01-01");
    }
  }

  @Test
  void aPathWithSlashesInsideOfItsPartsIsOneOfOurs() {
    // Found by their path: what is missing is the project.
    for (String path :
        List.of("/accessList/10.0.0.0%2F8/status", "/databaseUsers/%24external/CN=x,OU=%2Fy")) {
      AtlasClient.Answer answer = owner.get("/groups/aaaaaaaaaaaaaaaaaaaaaaaa" + path);
      assertThat(answer.text("errorCode")).as(answer.body()).isEqualTo("GROUP_NOT_FOUND");
    }
    assertThat(owner.get("/users/byName/a@b.c").status()).isNotIn(400, 405);
    assertThat(owner.post("/groups/a/clusters/c:grantMongoDBEmployeeAccess", Map.of()).status())
        .isNotIn(400, 405);
  }

  @Test
  void onlyOurPathsTakeEncodedSlashes() throws Exception {
    for (String path : List.of("/sessions%2Fx", "/api/v1/resources/a%2Fb", "/api/v1/..%2F..")) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(PLANE.url() + path)).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(path).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a;b", "/a%2e%2e", "/%0a", "/%zz", "/%ff"})
  void strangePathsAreRefusedInJson(String path) throws Exception {
    // The JDK's client would not send these.
    String answer = Raw.get(PLANE.url(), "/api/atlas/v2" + path);
    assertThat(answer).startsWith("HTTP/1.1 400");
  }

  @Test
  void unknownPathsAndMethodsSaySo() {
    assertThat(owner.get("/nothing").text("errorCode")).isEqualTo("RESOURCE_NOT_FOUND");
    AtlasClient.Answer answer = owner.delete("/");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET");
    assertThat(answer.text("reason")).isEqualTo("Method Not Allowed");
    assertThat(answer.at("error").asInt()).isEqualTo(405);
  }

  static Stream<Arguments> badDocuments() {
    return Stream.of(
        Arguments.of("deep", "{\"desc\":" + "[".repeat(5000) + "]".repeat(5000) + "}", 400),
        Arguments.of("deep objects", "{\"a\":".repeat(5000) + "1" + "}".repeat(5000), 400),
        Arguments.of("twice", "{\"desc\":\"a\",\"desc\":\"b\",\"roles\":[]}", 400),
        Arguments.of("number for text", "{\"desc\":5,\"roles\":[]}", 400),
        Arguments.of("text for list", "{\"desc\":\"a\",\"roles\":\"ORG_OWNER\"}", 400),
        Arguments.of("null in list", "{\"desc\":\"a\",\"roles\":[null]}", 400),
        Arguments.of("object for text", "{\"desc\":{},\"roles\":[]}", 400),
        Arguments.of("list", "[]", 400),
        Arguments.of("text", "\"x\"", 400),
        Arguments.of("null", "null", 400),
        Arguments.of("nothing", "", 400),
        Arguments.of("half", "{\"desc\":", 400),
        Arguments.of("two", "{} {}", 400),
        Arguments.of("huge number", "{\"desc\":" + "9".repeat(100_000) + "}", 400),
        Arguments.of("long name", "{\"" + "a".repeat(100_000) + "\":1}", 400),
        Arguments.of("long text", "{\"desc\":\"" + "a".repeat(900_000) + "\",\"roles\":[]}", 400),
        Arguments.of("too large", "{\"desc\":\"" + "a".repeat(1024 * 1024) + "\"}", 413));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badDocuments")
  void badDocumentsAreTheSendersFault(String name, String document, int status) {
    AtlasClient.Answer answer =
        owner.send("POST", "/orgs/" + org + "/apiKeys", document.getBytes(StandardCharsets.UTF_8));
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.text("detail")).isNotEmpty();
    assertThat(answer.text("errorCode")).isNotEmpty();
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    byte[] body = "{\"desc\":\"xx\",\"roles\":[]}".getBytes(StandardCharsets.UTF_8);
    body[9] = (byte) 0xff;
    AtlasClient.Answer answer = owner.send("POST", "/orgs/" + org + "/apiKeys", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("detail")).contains("UTF-8");
  }

  @Test
  void aBodyMustBeJson() {
    assertThat(
            owner
                .with("Content-Type", "application/xml")
                .post("/orgs/" + org + "/apiKeys", Map.of())
                .status())
        .isEqualTo(415);
  }

  @Test
  void theCallerIsKnownBeforeAnythingElse() {
    AtlasClient nobody = AtlasClient.nobody(PLANE.url());
    long events = eventsOfPeople();
    for (String path : List.of("/", "/nothing", "/orgs/" + org + "/apiKeys")) {
      AtlasClient.Answer answer = nobody.post(path, Map.of("desc", "x", "roles", List.of()));
      assertThat(answer.status()).as(path).isEqualTo(401);
      assertThat(answer.text("errorCode")).isEqualTo("UNAUTHORIZED");
      assertThat(answer.header("WWW-Authenticate")).startsWith("Digest ");
    }
    assertThat(eventsOfPeople()).isEqualTo(events);
  }

  /** Tidegate itself, and gateways, may write at any moment: others share this plane. */
  private static long eventsOfPeople() {
    return PLANE
        .database()
        .sql()
        .sql(
            """
            select count(*) from audit_event
            where actor_id <> 'system' and source not like 'gateway %'
            """)
        .query(Long.class)
        .single();
  }

  @Test
  void answersAreWrappedAndIndentedOnRequest() {
    AtlasClient.Answer answer = owner.get("/?envelope=true&pretty=true");
    assertThat(answer.at("status").asInt()).isEqualTo(200);
    assertThat(answer.text("content.appName")).isEqualTo("Tidegate");
    assertThat(answer.body()).contains("\n");
    assertThat(owner.get("/").body()).doesNotContain("\n");
  }

  @Test
  void whatIsNotBuiltSaysSo() {
    AtlasClient.Answer answer = owner.get("/groups/x/flexClusters");
    if (answer.status() == 501) {
      assertThat(answer.text("errorCode")).isEqualTo("NOT_IMPLEMENTED");
      assertThat(answer.text("detail")).contains("listGroupFlexClusters");
    }
  }

  @Test
  void limitsAreToldAndKept() {
    AtlasClient caller =
        AtlasClient.of(
            PLANE,
            PLANE
                .bean(ApiKeys.class)
                .create(PLANE.system(), org, "limited", List.of(Role.ORG_OWNER)));
    AtlasClient.Answer first = caller.get("/");
    assertThat(first.header("RateLimit-Limit")).isEqualTo("1200");
    assertThat(first.header("RateLimit-Remaining")).isEqualTo("1199");
    AtlasClient.Answer last = first;
    for (int i = 1; i <= 1200; i++) {
      last = caller.get("/");
    }
    assertThat(last.status()).isEqualTo(429);
    assertThat(last.header("Retry-After")).isEqualTo("1");
    assertThat(last.text("errorCode")).isEqualTo("RATE_LIMITED");
    // Another caller goes on, and this one after the wait.
    assertThat(owner.get("/").status()).isEqualTo(200);
    PLANE.clock.advance(Duration.ofSeconds(1));
    assertThat(caller.get("/").status()).isEqualTo(200);
  }

  @Test
  void limitsAreListedWithTheOperationsThatShareThem() {
    AtlasClient client = owner.version("2025-03-12");
    AtlasClient.Answer all = client.get("/rateLimits?itemsPerPage=500");
    assertThat(all.status()).as(all.body()).isEqualTo(200);
    assertThat(all.at("totalCount").asInt()).isGreaterThan(20);
    AtlasClient.Answer keys = client.get("/rateLimits?name=organization%20api%20keys");
    assertThat(keys.at("results")).hasSize(1);
    assertThat(keys.text("results.0.endpointSetId")).isEqualTo("organization-api-keys");
    assertThat(keys.body()).contains("/api/atlas/v2/orgs/{orgId}/apiKeys");
    assertThat(client.get("/rateLimits?endpointPath=/nowhere").at("results")).isEmpty();
    AtlasClient.Answer one = client.get("/rateLimits/organization-api-keys");
    // What it says is what the headers say.
    assertThat(one.text("capacity.value")).isEqualTo(one.header("RateLimit-Limit"));
    assertThat(one.at("refillDurationSeconds.value").asInt()).isEqualTo(60);
    AtlasClient.Answer none = client.get("/rateLimits/nothing");
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.text("errorCode")).isEqualTo("ENDPOINT_SET_NOT_FOUND");
  }
}
