package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidegate.e2e.support.Browser;
import io.tidegate.e2e.support.DbAccess;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.testkit.target.TargetReport;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/**
 * The story in a real browser, beside the real command line: the engineer asks, the owner approves
 * with a key, the session's commands appear as they come, and security ends it by name. The same on
 * both databases.
 */
class BrowserTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void theStoryOnSqlite(@TempDir Path folder) throws Exception {
    TargetReport.shared().ran(TargetReport.Target.SQLITE, "in the browser's story");
    try (RunningTidegate tidegate =
        RunningTidegate.start(RunningTidegate.Settings.demo(folder.resolve("data")))) {
      story(tidegate);
    }
  }

  @Test
  void theStoryOnPostgresql(@TempDir Path folder) throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      TargetReport.shared().ran(TargetReport.Target.POSTGRESQL, "in the browser's story");
      RunningTidegate.Settings settings =
          new RunningTidegate.Settings(
              folder.resolve("data"),
              null,
              null,
              List.of("--database-url", postgres.getJdbcUrl("postgres", "postgres")));
      try (RunningTidegate tidegate = RunningTidegate.start(settings)) {
        story(tidegate);
      }
    }
  }

  private static void story(RunningTidegate tidegate) throws Exception {
    try (Browser owner = Browser.open(tidegate.portal());
        Browser security = Browser.open(tidegate.portal())) {
      owner.signIn(tidegate.person("owner"));
      security.signIn(tidegate.person("security"));
      wrongPasswordIsRefused(tidegate);
      DbAccess waiting =
          tidegate
              .person("engineer")
              .beginAccess("readwrite", "30m", "--reason", "refund stuck, INC-2294");
      try (waiting) {
        approveByKey(owner);
        waiting.awaitReady(LIMIT);
        watchAndEnd(security, waiting);
        assertThat(waiting.awaitEnd(LIMIT)).isNotZero();
        assertThat(waiting.said()).contains("stop that at once");
      }
      everyPageIsWhole(security, waiting.sessionId());
      assertThat(owner.complaints()).isEmpty();
      assertThat(security.complaints()).isEmpty();
    }
  }

  private static void wrongPasswordIsRefused(RunningTidegate tidegate) throws Exception {
    try (Browser stranger = Browser.open(tidegate.portal())) {
      stranger.type("username", "engineer");
      stranger.type("password", "not the password");
      stranger.press("Sign in");
      stranger.awaitText("password");
      assertThat(stranger.path()).startsWith("/login");
      assertThat(stranger.text()).doesNotContain("Sign out");
    }
  }

  private static void approveByKey(Browser owner) throws Exception {
    for (int tries = 0; tries < 60; tries++) {
      owner.go("/approvals");
      if (owner.text().contains("refund stuck, INC-2294")) {
        break;
      }
      Thread.sleep(500);
    }
    owner.click(By.cssSelector("main a[href^='/approvals/']"));
    owner.awaitText("refund stuck, INC-2294");
    owner.awaitText("Approve");
    owner.key("a");
    owner.awaitText("It is open");
  }

  private static void watchAndEnd(Browser security, DbAccess access) throws Exception {
    security.go("/sessions/" + access.sessionId());
    security.awaitText("Session on orders-db");
    try (MongoClient client = MongoClients.create(access.uri())) {
      assertThat(client.getDatabase("shop").getCollection("orders").countDocuments()).isPositive();
      // It comes by itself: the page is not loaded again.
      security.awaitText("shop.orders");
    }
    security.press("End session");
    security.type("end-reason", "stop that at once");
    security.type("end-name", "orders-db");
    security.click(By.cssSelector("dialog#end button[type=submit]"));
    security.go("/sessions/" + access.sessionId());
    security.awaitText("stop that at once");
  }

  private static void everyPageIsWhole(Browser browser, String sessionId) {
    for (String page :
        List.of(
            "/",
            "/resources",
            "/access",
            "/approvals",
            "/sessions",
            "/sessions/" + sessionId,
            "/audit",
            "/gateways",
            "/people",
            "/rules",
            "/requests/new")) {
      browser.resize(1280, 900);
      browser.go(page);
      browser.awaitText("Sign out");
      assertThat(browser.overflows()).as("%s on a desk", page).isFalse();
      browser.resize(500, 844);
      browser.go(page);
      assertThat(browser.overflows()).as("%s on a phone", page).isFalse();
    }
    browser.resize(1280, 900);
  }
}
