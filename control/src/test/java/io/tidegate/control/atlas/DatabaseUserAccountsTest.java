package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.platform.Role;
import io.tidegate.control.testing.AtlasClient;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.DemoSeed;
import io.tidegate.control.testing.Plane;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.trust.Validity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Database users and their certificates over the API. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class DatabaseUserAccountsTest {
  private static final String PASSWORD = "pl4nted-Passw0rd-of-an-app";
  private static final List<?> READ = List.of(role("read", "shop"));

  private final Plane plane;
  private final AtlasClient atlas;
  private final String group;
  private final String users;

  DatabaseUserAccountsTest(Backend backend) {
    plane = Plane.shared(backend);
    atlas = AtlasClient.owner(plane);
    group = "/groups/" + plane.demo.project().id();
    users = group + "/databaseUsers";
  }

  private static Map<String, Object> role(String name, String db) {
    return Map.of("roleName", name, "databaseName", db);
  }

  private static String name() {
    return "u" + Long.toString(System.nanoTime(), 36);
  }

  private static Map<String, Object> body(String name, Object... more) {
    Map<String, Object> body = new HashMap<>();
    body.put("username", name);
    body.put("databaseName", "admin");
    body.put("password", PASSWORD);
    body.put("roles", READ);
    for (int i = 0; i < more.length; i += 2) {
      if (more[i + 1] == null) {
        body.remove((String) more[i]);
      } else {
        body.put((String) more[i], more[i + 1]);
      }
    }
    return body;
  }

  private static Map<String, Object> external(String name, String type, String kind) {
    return body(name, "databaseName", "$external", "password", null, type, kind);
  }

  @Test
  void aUserIsMadeShownChangedListedAndDeleted() {
    String name = name();
    AtlasClient.Answer made =
        atlas.post(
            users,
            body(
                name,
                "awsIAMType",
                "NONE",
                "x509Type",
                "NONE",
                "labels",
                List.of(Map.of("key", "team", "value", "shop")),
                "scopes",
                List.of(Map.of("name", DemoSeed.RESOURCE, "type", "CLUSTER")),
                "description",
                "the shop's own"));
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    assertThat(made.body()).doesNotContain(PASSWORD).doesNotContain("password");
    AtlasClient.Answer seen = atlas.get(users + "/admin/" + name);
    assertThat(seen.json()).isEqualTo(made.json());
    assertThat(seen.text("groupId")).isEqualTo(plane.demo.project().id());
    assertThat(seen.text("roles.0.roleName")).isEqualTo("read");
    assertThat(seen.text("scopes.0.name")).isEqualTo(DemoSeed.RESOURCE);
    assertThat(seen.text("labels.0.value")).isEqualTo("shop");
    assertThat(seen.text("awsIAMType")).isEqualTo("NONE");

    AtlasClient.Answer changed =
        atlas.patch(
            users + "/admin/" + name,
            Map.of(
                "username",
                name,
                "databaseName",
                "admin",
                "x509Type",
                "NONE",
                "roles",
                List.of(
                    Map.of(
                        "roleName",
                        "readWrite",
                        "databaseName",
                        "shop",
                        "collectionName",
                        "orders"))));
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    assertThat(changed.text("roles.0.collectionName")).isEqualTo("orders");
    assertThat(changed.text("description")).isEqualTo("the shop's own");
    assertThat(atlas.patch(users + "/admin/" + name, Map.of("scopes", List.of())).at("scopes"))
        .isEmpty();

    atlas.post(users, body(name + "-b"));
    AtlasClient.Answer page = atlas.get(users + "?itemsPerPage=1&pageNum=2&includeCount=true");
    assertThat(page.at("results").size()).isEqualTo(1);
    assertThat(page.at("totalCount").asInt()).isGreaterThanOrEqualTo(2);

    assertThat(atlas.delete(users + "/admin/" + name).status()).isEqualTo(204);
    AtlasClient.Answer gone = atlas.get(users + "/admin/" + name);
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.text("errorCode")).isEqualTo("USER_NOT_FOUND");
    assertThat(atlas.delete(users + "/admin/" + name).status()).isEqualTo(404);
    assertThat(atlas.patch(users + "/admin/" + name, Map.of()).status()).isEqualTo(404);
    assertThat(atlas.get(users + "/admin/" + name + "-b").status()).isEqualTo(200);
    atlas.delete(users + "/admin/" + name + "-b");
    assertThat(plane.auditActions())
        .contains("database-user.create", "database-user.update", "database-user.delete");
  }

  @Test
  void noPasswordIsKeptAnywhere() throws IOException {
    String name = name();
    atlas.post(users, body(name));
    atlas.patch(users + "/admin/" + name, Map.of("password", PASSWORD + "-2"));
    for (String column : List.of("verifiers", "roles", "labels")) {
      assertThat(
              plane
                  .database()
                  .sql()
                  .sql("select " + column + " from database_user where username = ?")
                  .param(name)
                  .query(String.class)
                  .single())
          .doesNotContain("pl4nted");
    }
    assertThat(plane.as("security").get("/audit?limit=100").body()).doesNotContain("pl4nted-P");
    try (Stream<Path> files = Files.walk(plane.data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("pl4nted-Passw0rd");
      }
    }
    atlas.delete(users + "/admin/" + name);
  }

  @Test
  void everyKindHasItsDatabaseAndItsFormOfName() {
    String id = name();
    List<Map<String, Object>> good =
        List.of(
            external("CN=" + id, "x509Type", "MANAGED"),
            external("CN=" + id + ",OU=shop", "x509Type", "CUSTOMER"),
            external(id, "ldapAuthType", "USER"),
            external("CN=" + id + ",DC=example", "ldapAuthType", "GROUP"),
            external("arn:aws:iam::123456789012:user/" + id, "awsIAMType", "USER"),
            external("arn:aws:iam::1:role/" + id, "awsIAMType", "ROLE"),
            external("idp/" + id, "oidcAuthType", "USER"),
            body("idp/g" + id, "password", null, "oidcAuthType", "IDP_GROUP"));
    for (Map<String, Object> body : good) {
      AtlasClient.Answer made = atlas.post(users, body);
      assertThat(made.status()).as(made.body()).isEqualTo(201);
      String path =
          users
              + "/"
              + made.text("databaseName")
              + "/"
              + java.net.URLEncoder.encode(made.text("username"), StandardCharsets.UTF_8)
                  .replace("+", "%20");
      assertThat(atlas.get(path).json()).isEqualTo(made.json());
      assertThat(atlas.delete(path).status()).isEqualTo(204);
    }
    List<Map<String, Object>> bad =
        List.of(
            body(id, "databaseName", "$external"),
            body(id, "databaseName", "shop"),
            body("idp/x", "databaseName", "$external", "oidcAuthType", "IDP_GROUP"),
            body(id, "password", null, "oidcAuthType", "IDP_GROUP"),
            external("not a name", "x509Type", "CUSTOMER"),
            external("no/arn", "awsIAMType", "ROLE"),
            external(id, "awsIAMType", "SOME"),
            body("CN=" + id, "databaseName", "$external", "x509Type", "MANAGED"),
            external(id, "x509Type", "MANAGED").entrySet().stream()
                .collect(
                    HashMap::new,
                    (map, entry) -> {
                      map.put(entry.getKey(), entry.getValue());
                      map.put("ldapAuthType", "USER");
                    },
                    Map::putAll));
    for (Map<String, Object> body : bad) {
      AtlasClient.Answer answer = atlas.post(users, body);
      assertThat(answer.status()).as(body.toString()).isEqualTo(400);
      assertThat(answer.text("detail")).isNotEmpty().doesNotContain(PASSWORD);
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    String name = name();
    assertThat(atlas.post(users, body(name)).status()).isEqualTo(201);
    AtlasClient.Answer twice = atlas.post(users, body(name));
    assertThat(twice.status()).isEqualTo(409);
    assertThat(twice.text("errorCode")).isEqualTo("USER_ALREADY_EXISTS");
    assertThat(atlas.post(users, body(name(), "password", "short")).status()).isEqualTo(400);
    assertThat(atlas.post(users, body(name(), "password", null)).text("detail"))
        .contains("password");
    assertThat(atlas.post(users, body(name(), "roles", List.of())).status()).isEqualTo(400);
    assertThat(
            atlas
                .post(users, body(name(), "roles", List.of(role("nobody", "admin"))))
                .text("detail"))
        .contains("nobody");
    assertThat(atlas.post(users, body(name(), "roles", List.of(role("root", "admin")))).status())
        .isEqualTo(400);
    assertThat(
            atlas
                .post(users, body(name(), "roles", List.of(role("readAnyDatabase", "shop"))))
                .status())
        .isEqualTo(400);
    assertThat(
            atlas
                .post(
                    users,
                    body(
                        name(),
                        "roles",
                        List.of(
                            Map.of(
                                "roleName",
                                "dbAdmin",
                                "databaseName",
                                "shop",
                                "collectionName",
                                "x"))))
                .status())
        .isEqualTo(400);
    AtlasClient.Answer cluster =
        atlas.post(
            users, body(name(), "scopes", List.of(Map.of("name", "nowhere", "type", "CLUSTER"))));
    assertThat(cluster.status()).isEqualTo(404);
    assertThat(cluster.text("errorCode")).isEqualTo("CLUSTER_NOT_FOUND");
    assertThat(
            atlas
                .post(
                    users,
                    body(name(), "scopes", List.of(Map.of("name", "x", "type", "DATA_LAKE"))))
                .status())
        .isEqualTo(400);
    assertThat(atlas.post(users, body(name(), "description", "x".repeat(101))).status())
        .isEqualTo(400);
    assertThat(atlas.patch(users + "/admin/" + name, Map.of("x509Type", "MANAGED")).status())
        .isEqualTo(400);
    assertThat(atlas.patch(users + "/admin/" + name, Map.of("password", "short")).status())
        .isEqualTo(400);
    atlas.delete(users + "/admin/" + name);
  }

  @Test
  void temporaryUsersLastAWeekAtMostAndMayBeMadeToStay() {
    var now = plane.clock.instant().truncatedTo(ChronoUnit.SECONDS);
    String name = name();
    for (var bad : List.of(now.minusSeconds(1), now.plus(Duration.ofDays(7)).plusSeconds(60))) {
      AtlasClient.Answer answer = atlas.post(users, body(name, "deleteAfterDate", bad.toString()));
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text("detail")).contains("deleteAfterDate");
    }
    String end = now.plus(Duration.ofDays(1)).toString();
    AtlasClient.Answer made = atlas.post(users, body(name, "deleteAfterDate", end));
    assertThat(made.text("deleteAfterDate")).isEqualTo(end);
    String path = users + "/admin/" + name;
    assertThat(atlas.patch(path, Map.of("description", "x")).text("deleteAfterDate"))
        .isEqualTo(end);
    Map<String, Object> stay = new HashMap<>();
    stay.put("deleteAfterDate", null);
    assertThat(atlas.patch(path, stay).has("deleteAfterDate")).isFalse();
    AtlasClient.Answer back = atlas.patch(path, Map.of("deleteAfterDate", end));
    assertThat(back.status()).isEqualTo(400);
    assertThat(back.text("detail")).contains("temporary");
    atlas.delete(path);
  }

  @Test
  void customRolesOfUsersAreInUse() {
    String role = name();
    String roles = group + "/customDBRoles/roles";
    atlas.post(
        roles,
        Map.of(
            "roleName",
            role,
            "actions",
            List.of(
                Map.of(
                    "action",
                    "FIND",
                    "resources",
                    List.of(Map.of("db", "shop", "collection", "", "cluster", false))))));
    String name = name();
    assertThat(atlas.post(users, body(name, "roles", List.of(role(role, "admin")))).status())
        .isEqualTo(201);
    AtlasClient.Answer used = atlas.delete(roles + "/" + role);
    assertThat(used.status()).isEqualTo(409);
    assertThat(used.text("detail")).contains("database user " + name);
    atlas.delete(users + "/admin/" + name);
    assertThat(atlas.delete(roles + "/" + role).status()).isEqualTo(204);
  }

  @Test
  void onlyDatabaseAdministratorsChangeThem() {
    AtlasClient reader = AtlasClient.inProject(plane, Role.GROUP_READ_ONLY);
    assertThat(reader.get(users).status()).isEqualTo(200);
    AtlasClient.Answer refused = reader.post(users, body(name()));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text("errorCode")).isEqualTo("USER_UNAUTHORIZED");
    AtlasClient administrator = AtlasClient.inProject(plane, Role.GROUP_DATABASE_ACCESS_ADMIN);
    String name = name();
    assertThat(administrator.post(users, body(name)).status()).isEqualTo(201);
    assertThat(reader.patch(users + "/admin/" + name, Map.of("description", "x")).status())
        .isEqualTo(403);
    assertThat(reader.delete(users + "/admin/" + name).status()).isEqualTo(403);
    assertThat(administrator.delete(users + "/admin/" + name).status()).isEqualTo(204);
    // The access list is not theirs.
    assertThat(
            administrator
                .post(group + "/accessList", List.of(Map.of("ipAddress", "192.0.2.3")))
                .status())
        .isEqualTo(403);
  }

  @Test
  void certificatesAreIssuedByTheProjectAndListed() throws Exception {
    String name = name();
    atlas.post(users, external(name, "x509Type", "MANAGED"));
    AtlasClient.Answer issued =
        atlas.post(users + "/" + name + "/certs", Map.of("monthsUntilExpiration", 2));
    assertThat(issued.status()).as(issued.body()).isEqualTo(201);
    assertThat(issued.header("Cache-Control")).isEqualTo("no-store");
    X509Certificate certificate = Pem.readCertificates(issued.body()).getFirst();
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + name);
    assertThat(Pem.readPrivateKey(issued.body())).isNotNull();
    assertThat(certificate.getNotAfter().toInstant())
        .isBetween(
            plane.clock.instant().plus(Duration.ofDays(57)),
            plane.clock.instant().plus(Duration.ofDays(63)));
    AtlasClient.Answer list = atlas.get(users + "/" + name + "/certs");
    assertThat(list.at("totalCount").asInt()).isEqualTo(1);
    assertThat(list.text("results.0.subject")).isEqualTo("CN=" + name);
    assertThat(list.at("results.0._id").isIntegralNumber()).isTrue();
    assertThat(list.body()).doesNotContain("PRIVATE");

    assertThat(
            atlas.post(users + "/" + name + "/certs", Map.of("monthsUntilExpiration", 25)).status())
        .isEqualTo(400);
    assertThat(atlas.post(users + "/nobody/certs", Map.of()).status()).isEqualTo(404);
    assertThat(atlas.get(users + "/nobody/certs").status()).isEqualTo(404);
    String withPassword = name();
    atlas.post(users, body(withPassword));
    assertThat(atlas.post(users + "/" + withPassword + "/certs", Map.of()).status()).isEqualTo(400);
    AtlasClient reader = AtlasClient.inProject(plane, Role.GROUP_READ_ONLY);
    assertThat(reader.post(users + "/" + name + "/certs", Map.of()).status()).isEqualTo(403);
    atlas.delete(users + "/admin/" + withPassword);
    atlas.delete(users + "/%24external/" + name);
    // A user of the same name has none of the old one's.
    atlas.post(users, external(name, "x509Type", "MANAGED"));
    assertThat(atlas.get(users + "/" + name + "/certs").at("totalCount").asInt()).isZero();
    atlas.delete(users + "/$external/" + name);
  }

  @Test
  void theProjectsOwnAuthoritiesAreSetShownAndTakenAway() {
    String security = group + "/userSecurity";
    SecureRandom random = new SecureRandom();
    CertificateAuthority authority =
        CertificateAuthority.create(
            "Customer", Validity.lasting(plane.clock.instant(), Duration.ofDays(30)), random);
    AtlasClient.Answer set =
        atlas.patch(security, Map.of("customerX509", Map.of("cas", authority.certificatePem())));
    assertThat(set.status()).as(set.body()).isEqualTo(202);
    assertThat(atlas.get(security).text("customerX509.cas")).isEqualTo(authority.certificatePem());
    String leaf =
        Pem.certificate(
            authority.issueClient(
                CertificateAuthority.newKeyPair(random).getPublic(),
                "x",
                Validity.lasting(plane.clock.instant(), Duration.ofDays(1))));
    assertThat(atlas.patch(security, Map.of("customerX509", Map.of("cas", leaf))).text("detail"))
        .contains("not an authority");
    assertThat(atlas.patch(security, Map.of("customerX509", Map.of("cas", "x"))).status())
        .isEqualTo(400);
    AtlasClient reader = AtlasClient.inProject(plane, Role.GROUP_READ_ONLY);
    assertThat(reader.get(security).status()).isEqualTo(403);
    assertThat(reader.delete(security + "/customerX509").status()).isEqualTo(403);
    AtlasClient.Answer disabled = atlas.delete(security + "/customerX509");
    assertThat(disabled.status()).isEqualTo(202);
    assertThat(disabled.has("customerX509.cas")).isFalse();
    assertThat(atlas.get(security).has("customerX509.cas")).isFalse();
  }
}
