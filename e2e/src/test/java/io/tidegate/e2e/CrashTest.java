package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.e2e.support.Eventually;
import io.tidegate.e2e.support.Person;
import io.tidegate.e2e.support.RawSession;
import io.tidegate.e2e.support.Rest;
import io.tidegate.e2e.support.RunningTidegate;
import io.tidegate.e2e.support.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 at random instants around filing, approving, starting and revoking (goal R1): what was
 * answered is there after the restart, once; nothing lives that must not; the audit log is whole.
 * The number of kills is {@code -Dtidegate.kills} (10 unless given; 50 for a release), the seed
 * {@code -Dtidegate.kills.seed}.
 */
class CrashTest {

  private static final int KILLS = Integer.getInteger("tidegate.kills", 10);
  private static final long SEED = Long.getLong("tidegate.kills.seed", System.nanoTime());

  /** What the server had answered before it died; null where it had not. */
  private static final class Known {
    private volatile @Nullable String request;
    private volatile @Nullable String grant;
    private volatile @Nullable String session;
    private volatile boolean revoked;
  }

  @Test
  void nothingIsLostDoubledOrLeftOpen(@TempDir Path folder) throws Exception {
    var random = new SplittableRandom(SEED);
    try (Target target = Target.standalone();
        RunningTidegate tidegate =
            RunningTidegate.start(
                RunningTidegate.Settings.inFrontOf(folder.resolve("data"), target.uri()));
        var runner = Executors.newSingleThreadExecutor()) {
      Duration whole = rehearse(tidegate);
      System.out.printf(
          Locale.ROOT,
          "crash campaign: %d kills within %d ms of work each, seed %d%n",
          KILLS,
          whole.toMillis(),
          SEED);
      int[] reached = new int[5];
      for (int i = 0; i < KILLS; i++) {
        String reason = "crash-" + i;
        var known = new Known();
        Future<?> work = runner.submit(() -> work(tidegate, reason, known));
        Thread.sleep(random.nextLong(whole.toMillis() + 30));
        tidegate.crash();
        finished(work);
        reached[stage(known)]++;

        tidegate.startAgain();
        check(tidegate, target, reason, known);
      }
      System.out.printf(
          "crash campaign: died before filing was answered %d, approval %d, start %d, revocation"
              + " %d, after all %d times%n",
          reached[0], reached[1], reached[2], reached[3], reached[4]);
      Document proof =
          tidegate.person("security").rest().post("/audit/verify", new Document()).good();
      assertThat(proof.getBoolean("whole")).as(proof.toJson()).isTrue();
    }
  }

  private static int stage(Known known) {
    if (known.request == null) {
      return 0;
    }
    if (known.grant == null) {
      return 1;
    }
    if (known.session == null) {
      return 2;
    }
    return known.revoked ? 4 : 3;
  }

  /** Once through without a crash, twice, to know how long it takes. */
  private static Duration rehearse(RunningTidegate tidegate) throws Exception {
    work(tidegate, "rehearsal", new Known());
    long start = System.nanoTime();
    var known = new Known();
    work(tidegate, "rehearsal", known);
    assertThat(known.revoked).isTrue();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static Void work(RunningTidegate tidegate, String reason, Known known)
      throws IOException, InterruptedException {
    Person engineer = tidegate.person("engineer");
    Rest owner = tidegate.person("owner").rest();
    Document filed = RawSession.request(tidegate, engineer, "readwrite", "PT30M", reason).good();
    String request = filed.getString("id");
    known.request = request;
    Document approved = owner.post("/requests/" + request + "/approve", new Document()).good();
    String grant = approved.getString("grantId");
    known.grant = grant;
    known.session = RawSession.start(engineer, grant).id();
    owner.post("/grants/" + grant + "/revoke", new Document("reason", "over")).good();
    known.revoked = true;
    return null;
  }

  private static void finished(Future<?> work) throws InterruptedException {
    try {
      work.get();
    } catch (ExecutionException e) {
      // The server died under it.
      assertThat(e.getCause()).isInstanceOf(IOException.class);
    }
  }

  private static void check(RunningTidegate tidegate, Target target, String reason, Known known)
      throws Exception {
    Rest security = tidegate.person("security").rest();
    List<Document> requests =
        security.items("/requests?limit=50").stream()
            .filter(request -> reason.equals(request.getString("reason")))
            .toList();
    assertThat(requests).as("doubled: " + reason).hasSizeLessThanOrEqualTo(1);
    List<Document> grants =
        security.items("/grants?limit=50").stream()
            .filter(grant -> reason.equals(grant.getString("reason")))
            .toList();
    assertThat(grants).as("one grant a request").hasSizeLessThanOrEqualTo(1);
    if (known.request != null) {
      assertThat(requests).as("lost: " + reason).hasSize(1);
      assertThat(requests.getFirst().getString("id")).isEqualTo(known.request);
    }
    if (known.grant != null) {
      assertThat(grants).as("a grant that was answered is lost").hasSize(1);
      assertThat(grants.getFirst().getString("id")).isEqualTo(known.grant);
    }
    if (known.revoked) {
      assertThat(grants.getFirst().getString("status")).isEqualTo("ENDED");
    }
    if (!grants.isEmpty() && grants.getFirst().getString("status").equals("ENDED")) {
      assertThat(
              RawSession.tryStart(tidegate.person("engineer"), grants.getFirst().getString("id"))
                  .status())
          .as("an ended grant opens nothing")
          .isGreaterThanOrEqualTo(400);
    }
    // The gateway died too: whatever was open at the target is closed, and stays so.
    assertThat(
            target.sandbox().runningOperations().stream()
                .filter(op -> op.user().startsWith("stored") && !op.command().equals("hello")))
        .isEmpty();
    Eventually.yes(
        Duration.ofSeconds(5),
        () -> "a session outlives its grant",
        () -> {
          for (Document session : security.items("/sessions?live=true&limit=50")) {
            Document grant = security.get("/grants/" + session.getString("grantId")).good();
            if (!grant.getString("status").equals("ACTIVE")) {
              return false;
            }
          }
          return true;
        });
    // Killed between filing and approval, a request still waits, and would refuse the next one.
    for (Document request : requests) {
      String id = request.getString("id");
      Rest.Answer answer =
          tidegate
              .person("owner")
              .rest()
              .post("/requests/" + id + "/deny", new Document("reason", "over"));
      assertThat(answer.status()).as("denied now, or decided before").isIn(200, 409);
    }
  }
}
