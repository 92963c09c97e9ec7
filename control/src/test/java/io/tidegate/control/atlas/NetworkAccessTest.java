package io.tidegate.control.atlas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.application.ApplicationReconciler;
import io.tidegate.control.platform.Role;
import io.tidegate.control.testing.AtlasClient;
import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A project's access list over the API, in a project of the test's own. */
@NullUnmarked
@ParameterizedClass
@EnumSource(Backend.class)
class NetworkAccessTest {
  private final Plane plane;
  private final AtlasClient atlas;
  private final String list;

  NetworkAccessTest(Backend backend) {
    plane = Plane.shared(backend);
    atlas = AtlasClient.owner(plane);
    list = "/groups/" + project() + "/accessList";
  }

  private String project() {
    String name = "net-" + Long.toString(System.nanoTime(), 36);
    return plane
        .as("security")
        .post("/projects", Map.of("name", name, "displayName", "Net"))
        .text("id");
  }

  private AtlasClient.Answer add(Map<?, ?>... entries) {
    return atlas.post(list + "?includeCount=true&itemsPerPage=100&pageNum=1", List.of(entries));
  }

  @Test
  void entriesAreAddedShownAndRemoved() {
    AtlasClient.Answer added =
        add(
            Map.of("cidrBlock", "10.0.0.0/8", "comment", "office"),
            Map.of("ipAddress", "203.0.113.7"),
            Map.of("cidrBlock", "2001:db8::/32"),
            Map.of("ipAddress", "2001:db8::1"));
    assertThat(added.status()).as(added.body()).isEqualTo(200);
    assertThat(added.at("totalCount").asInt()).isEqualTo(4);
    AtlasClient.Answer range = atlas.get(list + "/10.0.0.0%2F8");
    assertThat(range.text("cidrBlock")).isEqualTo("10.0.0.0/8");
    assertThat(range.text("comment")).isEqualTo("office");
    assertThat(range.has("ipAddress")).isFalse();
    AtlasClient.Answer one = atlas.get(list + "/203.0.113.7");
    assertThat(one.text("cidrBlock")).isEqualTo("203.0.113.7/32");
    assertThat(one.text("ipAddress")).isEqualTo("203.0.113.7");
    assertThat(atlas.get(list + "/203.0.113.7%2F32").json()).isEqualTo(one.json());
    assertThat(atlas.get(list + "/2001:db8::%2F32").text("cidrBlock")).isEqualTo("2001:db8::/32");
    assertThat(atlas.get(list + "/2001:db8::1").text("ipAddress")).isEqualTo("2001:db8::1");
    assertThat(atlas.get(list + "/10.0.0.0%2F8/status").text("STATUS")).isEqualTo("ACTIVE");

    AtlasClient.Answer page = atlas.get(list + "?itemsPerPage=3&pageNum=2");
    assertThat(page.at("results").size()).isEqualTo(1);
    assertThat(page.at("totalCount").asInt()).isEqualTo(4);

    assertThat(atlas.delete(list + "/10.0.0.0%2F8").status()).isEqualTo(204);
    assertThat(atlas.get(list + "/10.0.0.0%2F8").status()).isEqualTo(404);
    assertThat(atlas.delete(list + "/10.0.0.0%2F8").status()).isEqualTo(404);
    assertThat(atlas.get(list + "/10.0.0.0%2F8/status").status()).isEqualTo(404);
    assertThat(atlas.get(list + "/203.0.113.7").status()).isEqualTo(200);
    assertThat(plane.auditActions()).contains("access-list.add", "access-list.remove");
  }

  @Test
  void whatIsThereAlreadyIsNotAddedTwice() {
    add(Map.of("ipAddress", "192.0.2.1", "comment", "one"));
    AtlasClient.Answer again = add(Map.of("cidrBlock", "192.0.2.1/32", "comment", "two"));
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.at("totalCount").asInt()).isEqualTo(1);
    assertThat(atlas.get(list + "/192.0.2.1").text("comment")).isEqualTo("two");
    // Bits beyond the prefix say nothing more.
    AtlasClient.Answer wide = add(Map.of("cidrBlock", "192.0.2.99/24"));
    assertThat(wide.body()).contains("192.0.2.0/24");
  }

  @Test
  void temporaryOnesGoByThemselves() {
    var soon = plane.clock.instant().plus(Duration.ofHours(2)).truncatedTo(ChronoUnit.SECONDS);
    add(
        Map.of("ipAddress", "198.51.100.1", "deleteAfterDate", soon.toString()),
        Map.of("ipAddress", "198.51.100.2"));
    assertThat(atlas.get(list + "/198.51.100.1").text("deleteAfterDate"))
        .isEqualTo(soon.toString());
    plane.clock.advance(Duration.ofHours(2));
    plane.bean(ApplicationReconciler.class).reconcile();
    assertThat(atlas.get(list + "/198.51.100.1").status()).isEqualTo(404);
    assertThat(atlas.get(list + "/198.51.100.2").status()).isEqualTo(200);
    assertThat(plane.auditActions()).contains("access-list.expire");
  }

  @Test
  void datesLieWithinAWeek() {
    var now = plane.clock.instant();
    for (var bad :
        List.of(
            now.minusSeconds(60).toString(),
            now.plus(Duration.ofDays(7)).plusSeconds(60).toString(),
            "tomorrow")) {
      AtlasClient.Answer answer = add(Map.of("ipAddress", "198.51.100.9", "deleteAfterDate", bad));
      assertThat(answer.status()).as(bad).isEqualTo(400);
      assertThat(answer.text("detail")).contains("deleteAfterDate");
    }
    assertThat(atlas.get(list).at("totalCount").asInt()).isZero();
  }

  @Test
  void whatIsNoEntryIsRefused() {
    assertThat(add(Map.of("comment", "nothing")).status()).isEqualTo(400);
    assertThat(add(Map.of("ipAddress", "1.2.3.4", "cidrBlock", "1.2.3.4/32")).status())
        .isEqualTo(400);
    for (String bad : List.of("1.2.3", "1.2.3.4/33", "010.0.0.1", "::/129", "example.com", "")) {
      assertThat(add(Map.of("cidrBlock", bad)).status()).as(bad).isEqualTo(400);
    }
    assertThat(add(Map.of("ipAddress", "1.2.3.0/24")).status()).isEqualTo(400);
    assertThat(add(Map.of("ipAddress", "1.2.3.4", "comment", "x".repeat(81))).status())
        .isEqualTo(400);
    AtlasClient.Answer group = add(Map.of("awsSecurityGroup", "sg-0123456789"));
    assertThat(group.status()).isEqualTo(400);
    assertThat(group.text("detail")).contains("peering");
    assertThat(atlas.post(list, List.of()).status()).isEqualTo(400);
    // One bad entry and none of them is added.
    assertThat(add(Map.of("ipAddress", "1.2.3.4"), Map.of("cidrBlock", "bad")).status())
        .isEqualTo(400);
    assertThat(atlas.get(list).at("totalCount").asInt()).isZero();
    Object[] many =
        IntStream.range(0, 201).mapToObj(i -> Map.of("ipAddress", "10.9.0." + i % 256)).toArray();
    assertThat(atlas.post(list, many).status()).isEqualTo(409);
  }

  @Test
  void onlyThoseWhoManageTheNetworkChangeIt() {
    String own = "/groups/" + plane.demo.project().id() + "/accessList";
    AtlasClient reader = AtlasClient.inProject(plane, Role.GROUP_READ_ONLY);
    AtlasClient.Answer refused = reader.post(own, List.of(Map.of("ipAddress", "192.0.2.55")));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text("errorCode")).isEqualTo("USER_UNAUTHORIZED");
    assertThat(reader.get(own).status()).isEqualTo(200);
    assertThat(reader.delete(own + "/192.0.2.55").status()).isEqualTo(403);
    assertThat(reader.get(list).status()).isEqualTo(404);
  }
}
