package io.tidegate.control.portal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.access.RequestState;
import io.tidegate.control.audit.AuditTrail;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page, as each kind of person gets it. */
class PagesTest {
  private static final Instant NOW = Instant.parse("2026-11-23T09:00:00Z");
  private static final String HOSTILE = "<img src=x onerror=alert(1)>";
  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

  /** What a strict content security policy would refuse, and what should never be written. */
  private static final Pattern INLINE =
      Pattern.compile(
          "<script(?![^>]*\\ssrc=)|<style|\\sstyle=|\\son[a-z]+\\s*=|javascript:",
          Pattern.CASE_INSENSITIVE);

  private static PortalServer server;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    server = new PortalServer(new PortalWorld(InstantSource.fixed(NOW)).lived(), 0);
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    server.close();
    http.close();
  }

  @BeforeEach
  void forget() {
    server.world.calls.clear();
    server.world.findings = List.of();
  }

  @ParameterizedTest
  @CsvSource({
    "engineer,/",
    "newcomer,/",
    "owner,/",
    "security,/",
    "support,/",
    "engineer,/resources",
    "support,/resources",
    "engineer,/resources/res_orders-db",
    "owner,/resources/new",
    "owner,/resources/res_orders-db/edit",
    "owner,/resources/res_orders-db/accounts/new",
    "owner,/resources/res_orders-db/accounts/acc_1/edit",
    "engineer,/requests/new",
    "support,/requests/new",
    "engineer,/requests/new?resource=res_orders-db&account=readwrite",
    "engineer,/access",
    "owner,/access",
    "engineer,/requests/req_01",
    "engineer,/requests/req_11",
    "engineer,/requests/req_20",
    "owner,/approvals",
    "owner,/approvals/req_10",
    "engineer,/approvals/req_11",
    "engineer,/sessions",
    "security,/sessions",
    "support,/sessions",
    "engineer,/sessions/ses_01",
    "engineer,/sessions/ses_01?shown=refused",
    "security,/sessions/ses_05/commands/7",
    "security,/sessions/ses_07",
    "security,/audit",
    "security,/audit?q=hr.salaries&outcome=REFUSED",
    "engineer,/projects/shop/database-access",
    "owner,/projects/shop/database-access",
    "owner,/projects/shop/database-access/users/dbu_2",
    "engineer,/projects/shop/database-access/users/dbu_3",
    "owner,/projects/shop/database-access/roles/new",
    "owner,/projects/shop/database-access/roles/orders-reader/edit",
    "security,/projects/finance/database-access",
    "owner,/projects/shop/network-access",
    "engineer,/projects/shop/network-access",
    "security,/projects/finance/network-access",
    "security,/gateways",
    "security,/people",
    "engineer,/rules",
    "engineer,/find?q=orders",
    "engineer,/device",
    "engineer,/device?user_code=WDJB-MJHT",
    "engineer,/device?user_code=KXRB-FGHJ",
    "engineer,/device?user_code=nonsense",
  })
  void answersWithAWholePageUnderAStrictPolicy(String who, String path) {
    HttpResponse<String> page = get(who, path);

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy")).hasValue(PageHeaders.POLICY);
    assertThat(PageHeaders.POLICY).contains("script-src 'self'").doesNotContain("unsafe");
    assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(INLINE.matcher(page.body()).find()).as("inline script or style").isFalse();
    if (!path.startsWith("/find")) {
      assertThat(page.body()).startsWith("<!doctype html>").contains("</html>").contains("<h1>");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/audit", "/gateways", "/people"})
  void keepsWhatSecurityWatchesFromOthers(String path) {
    assertThat(get("security", "/").body()).contains("href=\"" + path + "\"");
    for (String who : List.of("engineer", "owner", "support")) {
      HttpResponse<String> refused = get(who, path);
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("/rules#not-allowed").contains("<h1>Not allowed</h1>");
      assertThat(get(who, "/").body()).doesNotContain("href=\"" + path + "\"");
    }
  }

  @Test
  void showsApprovalsToThoseWhoDecideOnly() {
    assertThat(get("owner", "/").body()).contains("Waits for you").contains("/approvals/req_10");
    assertThat(get("engineer", "/").body())
        .doesNotContain("Waits for you")
        .doesNotContain("/approvals/req_10");
  }

  @Test
  void showsAnEngineerNoOnesSessionsButTheirOwn() {
    assertThat(get("engineer", "/sessions").body())
        .contains("/sessions/ses_01")
        .doesNotContain("/sessions/ses_03");
    assertThat(get("engineer", "/sessions/ses_03").statusCode()).isEqualTo(404);
    assertThat(get("security", "/sessions").body()).contains("/sessions/ses_03");
  }

  @Test
  void showsSupportNothingButHowToGetIn() {
    String home = get("support", "/").body();

    assertThat(home)
        .contains("No access has been granted to you")
        .contains("<code>Vera Vance</code>");
    assertThat(home).doesNotContain("orders-db").doesNotContain("href=\"/resources\"");
    assertThat(get("support", "/resources/res_orders-db").statusCode()).isEqualTo(404);
    assertThat(get("support", "/sessions/ses_01").statusCode()).isEqualTo(404);
  }

  @Test
  void showsANewcomerTheFirstSteps() {
    assertThat(get("newcomer", "/").body())
        .contains("tidegate login --domain " + server.url() + " --user newcomer")
        .contains("tidegate db access --resource orders-db --account readonly --project-id shop");
    assertThat(get("engineer", "/").body()).doesNotContain("tidegate login");
  }

  @Test
  void opensTheDecisionToApproversAndNotToTheRequester() {
    assertThat(get("owner", "/approvals/req_10").body())
        .contains("you own project shop")
        .contains("value=\"approve\"");
    assertThat(get("engineer", "/approvals/req_11").body())
        .contains("Nobody decides their own request")
        .doesNotContain("value=\"approve\"");
  }

  @Test
  void escapesWhateverPeopleAndServersCallThings() {
    PortalWorld world = new PortalWorld(InstantSource.fixed(NOW)).lived();
    world.requestRows.add(
        world.request(
            "req_99",
            world.resource(HOSTILE, PortalWorld.SHOP, HOSTILE, HOSTILE, "mongodb://" + HOSTILE),
            1,
            "engineer",
            NOW.minus(Duration.ofMinutes(1)),
            "\"><script>alert(1)</script>",
            new RequestState.PendingApproval(NOW.plusSeconds(60)),
            null,
            List.of()));
    try (PortalServer hostile = new PortalServer(world, 0)) {
      for (String path :
          List.of(
              "/",
              "/approvals",
              "/approvals/req_99",
              "/requests/req_99",
              "/resources",
              "/find?q=",
              "/requests/new",
              "/sessions/ses_01/commands/7",
              "/audit?q=" + encode("\"><script>alert(1)</script>"),
              "/device?user_code=" + encode("\"><script>"))) {
        String body = get(hostile, "security", path).body();
        assertThat(body).as(path).doesNotContain("<img src=x").doesNotContain("<script>alert");
      }
      assertThat(get(hostile, "security", "/approvals/req_99").body())
          .contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/requests",
        "/approvals/req_10",
        "/grants/grt_01/return",
        "/grants/grt_03/revoke",
        "/sessions/ses_01/end",
        "/requests/req_10/cancel",
        "/resources",
        "/people",
        "/gateways/tokens",
        "/audit/verify",
        "/device"
      })
  void takesNoFormWithoutItsToken(String path) {
    HttpResponse<String> refused =
        post(
            "security",
            path,
            Map.of("decision", "approve", "confirm", "orders-db"),
            "forged",
            null);

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("/rules#csrf");
    assertThat(server.world.calls).isEmpty();
  }

  @Test
  void putsTheTokenInEveryForm() {
    for (String path :
        List.of("/", "/access", "/approvals/req_10", "/people", "/sessions/ses_01")) {
      Matcher form =
          Pattern.compile("<form method=\"post\".*?</form>", Pattern.DOTALL)
              .matcher(get("security", path).body());
      int forms = 0;
      while (form.find()) {
        forms++;
        assertThat(form.group()).as(path).containsPattern(TOKEN);
      }
      assertThat(forms).isPositive();
    }
  }

  @Test
  void approvesAndRefusesWithAReason() {
    assertThat(location(send("owner", "/approvals/req_10", Map.of("decision", "approve"))))
        .endsWith("/approvals/req_10?done=approved");
    assertThat(server.world.calls).containsExactly("approve req_10");
    server.world.calls.clear();

    HttpResponse<String> unexplained =
        send("owner", "/approvals/req_10", Map.of("decision", "refuse", "reason", " "));
    assertThat(unexplained.statusCode()).isEqualTo(400);
    assertThat(unexplained.body()).contains("Say why");
    assertThat(server.world.calls).isEmpty();

    send("owner", "/approvals/req_10", Map.of("decision", "refuse", "reason", "use the tool"));
    assertThat(server.world.calls).containsExactly("deny req_10 use the tool");
  }

  @Test
  void namesTheRuleAndTheNextStepOfARefusal() {
    HttpResponse<String> own = send("engineer", "/approvals/req_11", Map.of("decision", "approve"));

    assertThat(own.statusCode()).isEqualTo(403);
    assertThat(own.body())
        .contains("You asked for this yourself.")
        .contains("Another approver of this flow has to decide.")
        .contains("/rules#own-request");
    assertThat(get("engineer", "/rules").body()).contains("id=\"own-request\"");
  }

  @Test
  void cutsNobodyOffWithoutTheName() {
    HttpResponse<String> mistyped =
        send("security", "/sessions/ses_01/end", Map.of("confirm", "orders", "reason", "x"));
    assertThat(mistyped.statusCode()).isEqualTo(400);
    send("security", "/grants/grt_03/revoke", Map.of("confirm", "", "reason", "x"));
    assertThat(server.world.calls).isEmpty();

    send("security", "/sessions/ses_01/end", Map.of("confirm", "orders-db", "reason", "now"));
    send("security", "/grants/grt_03/revoke", Map.of("confirm", "orders-db", "reason", "now"));
    assertThat(server.world.calls).containsExactly("end ses_01 now", "revoke grt_03 now");
  }

  @Test
  void letsOnlyTheHolderGiveAGrantBack() {
    assertThat(send("security", "/grants/grt_01/return", Map.of()).statusCode()).isEqualTo(403);
    assertThat(server.world.calls).isEmpty();

    send("engineer", "/grants/grt_01/return", Map.of());
    assertThat(server.world.calls).containsExactly("revoke grt_01 ");
  }

  @Test
  void keepsTheFormWhenItIsRefused() {
    HttpResponse<String> again =
        send(
            "engineer",
            "/requests",
            Map.of(
                "resource", "res_orders-db",
                "account", "readwrite",
                "duration", "1800",
                "reason", ""));

    assertThat(again.statusCode()).isEqualTo(400);
    assertThat(again.body())
        .contains("readwrite asks for a reason.")
        .containsPattern("value=\"readwrite\" checked")
        .containsPattern("value=\"1800\"[^>]* checked");
  }

  @Test
  void putsErrorsBesideTheirFieldAndNeverASecretBack() {
    String resource =
        send(
                "owner",
                "/resources",
                Map.of("project", "shop", "name", "x", "connectionString", "mongodb://u:p@h"))
            .body();
    assertThat(resource)
        .contains("id=\"connectionString-wrong\"")
        .doesNotContain("id=\"name-wrong\"");

    String account =
        send(
                "owner",
                "/resources/res_orders-db/accounts",
                Map.of(
                    "name", "n",
                    "username", "u",
                    "password", "planted-password-51cd",
                    "roles", "read",
                    "approval", "AUTO",
                    "maxDuration", "8h"))
            .body();
    assertThat(account).contains("id=\"roles-wrong\"").doesNotContain("planted-password-51cd");
    assertThat(server.world.calls).isEmpty();
  }

  @Test
  void makesAnAccountTogetherWithItsFlow() {
    send(
        "owner",
        "/resources/res_orders-db/accounts",
        Map.of(
            "name", "n",
            "username", "u",
            "password", "p",
            "roles", "read@shop readWrite@logs",
            "approval", "AUTO",
            "maxDuration", "1h30m"));

    assertThat(server.world.calls).containsExactly("createAccount n", "flow AUTO PT1H30M");
  }

  @Test
  void showsAJoinTokenOnce() {
    assertThat(send("security", "/gateways/tokens", Map.of("name", "madrid-1")).body())
        .contains("planted-join-token-7f3a9c");
    assertThat(get("security", "/gateways").body()).doesNotContain("planted-join-token");
    assertThat(send("owner", "/gateways/tokens", Map.of("name", "madrid-1")).statusCode())
        .isEqualTo(403);
  }

  @Test
  void aGatewayIsRetiredByItsName() {
    String before = get("security", "/gateways").body();
    assertThat(before).contains("retire-gtw_2").doesNotContain("retire-gtw_1");
    HttpResponse<String> unsure =
        send(
            "security", "/gateways/gtw_2/retire", Map.of("reason", "gone", "confirm", "frankfurt"));
    assertThat(unsure.statusCode()).isEqualTo(400);
    assertThat(get("security", "/gateways").body()).contains("retire-gtw_2");

    send("security", "/gateways/gtw_2/retire", Map.of("reason", "gone", "confirm", "frankfurt-1"));

    assertThat(get("security", "/gateways").body())
        .doesNotContain("retire-gtw_2")
        .contains("retire-gtw_3", "frankfurt-1");
  }

  @Test
  void whatWasRefusedIsSaidOnceInTheAuditLog() {
    assertThat(get("security", "/audit").body())
        .contains("why the lease does not cover find on hr.salaries")
        .contains("longest 1 h")
        .doesNotContain("request access that does at")
        .doesNotContain("times 1");
  }

  @Test
  void aJoinTokenIsRevoked() {
    assertThat(get("security", "/gateways").body()).contains("madrid-2");
    send("security", "/gateways/tokens/0123456789abcdef0123456789abcdef/revoke", Map.of());
    assertThat(get("security", "/gateways").body())
        .doesNotContain("madrid-2")
        .contains("Nobody can join now");
  }

  @Test
  void saysWhetherTheLogIsWhole() {
    assertThat(send("security", "/audit/verify", Map.of()).body())
        .contains("The log is whole")
        .contains("<html");

    server.world.findings =
        List.of(new AuditTrail.Finding("altered", "00000001.seg:412", "Entry 4 was changed."));
    String broken = post("security", "/audit/verify", Map.of(), token("security"), "true").body();
    assertThat(broken)
        .contains("not as it was written")
        .contains("altered")
        .contains("00000001.seg:412")
        .doesNotContain("<html");
  }

  @Test
  void putsNoWordsOfTheAddressIntoAPage() {
    assertThat(get("engineer", "/access?done=returned").body()).contains("Given back.");
    assertThat(get("engineer", "/access?done=" + encode("<b>Send me your password</b>")).body())
        .doesNotContain("Send me your password");
  }

  @Test
  void showsTheTideLowInItsLastTenthOnly() {
    String access = get("engineer", "/access").body();

    assertThat(access).contains("43 min left").contains("4 min left");
    assertThat(access)
        .containsPattern("class=\"tide low *\"[^>]*aria-label=\"4 min left\"")
        .doesNotContainPattern("class=\"tide low *\"[^>]*aria-label=\"43 min left\"");
  }

  @Test
  void showsOneCommandWithItsTypesAndItsRule() {
    String page = get("security", "/sessions/ses_05/commands/7").body();

    assertThat(page)
        .contains("/rules#outside-lease")
        .contains("Decimal128")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    assertThat(get("security", "/sessions/ses_05/commands/9999").statusCode()).isEqualTo(404);
  }

  @Test
  void sendsALiveSessionAsItHappens() {
    HttpResponse<String> stream =
        get("security", "/sessions/ses_01/live?after=214&seen=214&shown=all");

    assertThat(stream.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(stream.body())
        .contains("event:commands")
        .contains("id:215-215")
        .contains("event:head")
        .contains("id=\"c215\"")
        .contains("&lt;b&gt;orders&lt;/b&gt;")
        .doesNotContain("<b>orders</b>");
    // The one that the page shows already is replaced, the new one is appended.
    assertThat(stream.body()).containsPattern("id=\"c214\"[^\\n]{0,300}hx-swap-oob=\"true\"");
    assertThat(stream.body()).doesNotContainPattern("id=\"c215\"[^\\n]{0,300}hx-swap-oob");
    assertThat(get("engineer", "/sessions/ses_03/live").statusCode()).isEqualTo(404);
  }

  @Test
  void remembersTheChosenColours() {
    assertThat(get("engineer", "/").body()).contains("data-theme=\"auto\"");
    assertThat(with("engineer; tidegate-theme=dark", "/").body())
        .contains("data-theme=\"dark\" data-bs-theme=\"dark\"");
    assertThat(with("engineer; tidegate-theme=pink", "/").body()).contains("data-theme=\"auto\"");
  }

  @Test
  void tellsThatThereIsNoSuchPage() {
    HttpResponse<String> nothing = get("engineer", "/no/such/page");

    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.body()).contains("/rules#not-found").contains("Home</a>");
  }

  @Test
  void shipsEveryFileThatAPageAsksFor() {
    Matcher asset =
        Pattern.compile("(?:href|src)=\"(/assets/[^\"]+)\"").matcher(get("engineer", "/").body());
    int found = 0;
    while (asset.find()) {
      found++;
      HttpResponse<String> file = get("engineer", asset.group(1));
      assertThat(file.statusCode()).as(asset.group(1)).isEqualTo(200);
      assertThat(file.headers().firstValue("Cache-Control").orElse("")).contains("immutable");
    }
    assertThat(found).isGreaterThanOrEqualTo(9);
    Matcher face =
        Pattern.compile("url\\(\"([^\"]+)\"\\)")
            .matcher(get("engineer", "/assets/tide.css").body());
    while (face.find()) {
      assertThat(get("engineer", "/assets/" + face.group(1)).statusCode())
          .as(face.group(1))
          .isEqualTo(200);
    }
  }

  @Test
  void hasNoTemplateWithInlineScriptOrStyle() throws IOException {
    try (Stream<Path> templates = Files.walk(Path.of("src/main/jte"))) {
      List<Path> all = templates.filter(p -> p.toString().endsWith(".jte")).toList();
      assertThat(all).hasSizeGreaterThan(30);
      for (Path template : all) {
        assertThat(INLINE.matcher(Files.readString(template)).find())
            .as(template.toString())
            .isFalse();
      }
    }
  }

  @Test
  void letsThoseWhoManageThemMakeDatabaseUsers() {
    String users = "/projects/shop/database-access/users";
    Map<String, String> form =
        Map.of(
            "username", "new-app",
            "kind", "SCRAM",
            "password", "",
            "roles", "read@shop.orders\nreadWrite@notes",
            "end", "1d",
            "description", "");
    HttpResponse<String> made = send("owner", users, form);
    assertThat(made.statusCode()).isEqualTo(200);
    assertThat(made.body())
        .contains("shown this once")
        .contains("mongodb://orders-worker@gateway.example:27100/?tls=true");
    assertThat(server.world.calls.getLast())
        .startsWith("user new-app SCRAM [UserRole[role=read, db=shop, collection=orders]")
        .endsWith(" 20");

    Map<String, String> taken = new LinkedHashMap<>(form);
    taken.put("username", "orders-worker");
    HttpResponse<String> twice = send("owner", users, taken);
    assertThat(twice.statusCode()).isEqualTo(409);
    assertThat(twice.body()).contains("id=\"username-wrong\"").contains("already");
    Map<String, String> wrong = new LinkedHashMap<>(form);
    wrong.put("roles", HOSTILE);
    HttpResponse<String> refused = send("owner", users, wrong);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("id=\"roles-wrong\"").doesNotContain(HOSTILE);
    assertThat(send("engineer", users, form).statusCode()).isEqualTo(403);
    assertThat(get("engineer", "/projects/shop/database-access").body())
        .contains("orders-worker")
        .doesNotContain("Add a database user");
    assertThat(get("engineer", "/").body()).contains("href=\"/database-access\"");
    assertThat(get("support", "/").body()).doesNotContain("/database-access");
  }

  @Test
  void letsOwnersSayWhichAccountApplicationsHave() {
    assertThat(get("security", "/resources/res_orders-db").body()).contains("They reach it as");
    assertThat(get("engineer", "/resources/res_orders-db").body())
        .doesNotContain("They reach it as");
    HttpResponse<String> saved =
        send(
            "owner",
            "/resources/res_orders-db/applications",
            Map.of("version", "1", "account", "acc_1"));
    assertThat(saved.statusCode()).isEqualTo(302);
    assertThat(server.world.calls).contains("serveApplications res_orders-db acc_1");
  }

  @Test
  void showsACertificateOnceAndAsksTheNameBeforeAnEnd() {
    String user = "/projects/shop/database-access/users/dbu_2";
    HttpResponse<String> issued = send("owner", user + "/certificates", Map.of());
    assertThat(issued.body()).contains("BEGIN CERTIFICATE");
    assertThat(get("owner", user).body()).doesNotContain("BEGIN CERTIFICATE");
    assertThat(send("owner", user + "/remove", Map.of("confirm", "no")).statusCode())
        .isEqualTo(400);
    assertThat(server.world.calls).doesNotContain("delete CN=reports,OU=shop");
    assertThat(
            send("owner", user + "/remove", Map.of("confirm", "CN=reports,OU=shop")).statusCode())
        .isEqualTo(302);
    assertThat(server.world.calls).contains("delete CN=reports,OU=shop");
  }

  @Test
  void makesCustomRolesOutOfLines() {
    String roles = "/projects/shop/database-access/roles";
    HttpResponse<String> made =
        send(
            "owner",
            roles,
            Map.of(
                "name", "r1",
                "privileges", "find, insert on shop.orders\nlistDatabases on cluster",
                "inherits", "read@reports"));
    assertThat(made.statusCode()).isEqualTo(302);
    assertThat(server.world.calls.getLast())
        .contains("Rights[actions=[find, insert], on=On[cluster=null, db=shop, collection=orders]]")
        .contains("cluster=true")
        .contains("RoleBinding[role=read, db=reports]");
    assertThat(get("owner", roles + "/orders-reader/edit").body())
        .contains("find, listIndexes on shop.orders")
        .contains("listDatabases on cluster");
    HttpResponse<String> refused =
        send("owner", roles, Map.of("name", "r1", "privileges", "find", "inherits", ""));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("id=\"privileges-wrong\"");
    assertThat(get("engineer", roles + "/new").statusCode()).isEqualTo(403);
  }

  @Test
  void letsThoseWhoManageItChangeTheAccessList() {
    String list = "/projects/shop/network-access";
    HttpResponse<String> added =
        send("owner", list, Map.of("range", "10.9.0.0/16", "comment", "", "end", "6h"));
    assertThat(added.statusCode()).isEqualTo(302);
    assertThat(server.world.calls.getLast())
        .isEqualTo("admit 10.9.0.0/16 until " + NOW.plus(Duration.ofHours(6)));
    HttpResponse<String> refused =
        send("owner", list, Map.of("range", "nonsense", "comment", "", "end", ""));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("id=\"range-wrong\"");
    String removal = list + "/remove?range=10.20.0.0%2F16";
    assertThat(send("owner", removal, Map.of("confirm", "10.0.0.0/8")).statusCode()).isEqualTo(400);
    assertThat(server.world.calls).doesNotContain("shut out 10.20.0.0/16");
    assertThat(send("owner", removal, Map.of("confirm", "10.20.0.0/16")).statusCode())
        .isEqualTo(302);
    assertThat(server.world.calls).contains("shut out 10.20.0.0/16");
    assertThat(get("engineer", list).body()).doesNotContain("Let them in");
  }

  private static HttpResponse<String> get(String who, String path) {
    return get(server, who, path);
  }

  private static HttpResponse<String> get(PortalServer at, String who, String path) {
    return send(
        HttpRequest.newBuilder(URI.create(at.url() + path))
            .header("Cookie", "as=" + who)
            .header("Accept", "text/html,text/event-stream,*/*")
            .build());
  }

  private static HttpResponse<String> with(String cookies, String path) {
    return get(cookies, path);
  }

  /** A form as the page sends it: with a token of the same visit. */
  private static HttpResponse<String> send(String who, String path, Map<String, String> fields) {
    return post(who, path, fields, token(who), null);
  }

  private record Visit(String session, String token) {}

  private static Visit token(String who) {
    HttpResponse<String> page = get(who, "/");
    String session = page.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
    Matcher token = TOKEN.matcher(page.body());
    assertThat(token.find()).isTrue();
    return new Visit(session, token.group(1));
  }

  private static HttpResponse<String> post(
      String who, String path, Map<String, String> fields, String token, @Nullable String htmx) {
    return post(who, path, fields, new Visit("none=0", token), htmx);
  }

  private static HttpResponse<String> post(
      String who, String path, Map<String, String> fields, Visit visit, @Nullable String htmx) {
    Map<String, String> all = new LinkedHashMap<>(fields);
    all.put("_csrf", visit.token());
    String body =
        all.entrySet().stream()
            .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Cookie", "as=" + who + "; " + visit.session())
            .header("Accept", "text/html")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (htmx != null) {
      request.header("HX-Request", htmx);
    }
    return send(request.build());
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String location(HttpResponse<String> response) {
    return response.headers().firstValue("Location").orElse("");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
