package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.Terminal;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** From a wish to a grant: uses one that lives, goes on with a request that waits, or files one. */
final class AccessRequesting {
  private static final Duration POLL = Duration.ofSeconds(25);
  private static final Duration AWAY_AT_MOST = Duration.ofMinutes(5);
  private static final Duration AGAIN = Duration.ofSeconds(2);

  /** With less left than this, a grant is not worth beginning under. */
  private static final Duration WORTHWHILE = Duration.ofMinutes(1);

  private final Surroundings surroundings;
  private final ControlPlane control;
  private final Wish wish;

  /**
   * What is asked for.
   *
   * @param project null if the resource's name is enough
   * @param duration null for the rule's own
   * @param renew file a request even if a grant lives
   */
  record Wish(
      @Nullable String project,
      String resource,
      String account,
      @Nullable Duration duration,
      String reason,
      boolean renew) {}

  AccessRequesting(Surroundings surroundings, ControlPlane control, Wish wish) {
    this.surroundings = surroundings;
    this.control = control;
    this.wish = wish;
  }

  /** The id of a grant that lives. */
  String grant() throws Failure, InterruptedException {
    if (!wish.renew) {
      Optional<Fields> living = living();
      if (living.isPresent()) {
        Instant end = living.get().instant("expiresAt").orElse(now());
        terminal()
            .err(
                "Your access lives until "
                    + Durations.clockTime(end, now(), surroundings.zone())
                    + "; using it.");
        return living.get().text("id");
      }
    }
    Fields request = waiting().orElse(null);
    if (request != null) {
      terminal().err("Going on with your request of " + age(request) + ".");
    } else {
      request = file();
    }
    return decided(request);
  }

  private Optional<Fields> living() throws Failure, InterruptedException {
    Fields best = null;
    for (Fields grant :
        RemoteCommand.all(control, "/grants", Map.of("mine", "true", "live", "true"), 200)) {
      Instant end = grant.instant("expiresAt").orElse(Instant.EPOCH);
      boolean longer = best == null || end.isAfter(best.instant("expiresAt").orElse(Instant.EPOCH));
      if (RequestCommands.status(grant).equals("ACTIVE")
          && isMeant(grant)
          && end.isAfter(now().plus(WORTHWHILE))
          && longer) {
        best = grant;
      }
    }
    return Optional.ofNullable(best);
  }

  private Optional<Fields> waiting() throws Failure, InterruptedException {
    for (Fields request :
        RemoteCommand.all(
            control, "/requests", Map.of("mine", "true", "status", "PENDING_APPROVAL"), 200)) {
      if (RequestCommands.status(request).equals("PENDING_APPROVAL")
          && isMeant(request)
          && (wish.duration == null
              || request.duration("duration").filter(wish.duration::equals).isPresent())
          && (wish.reason.isEmpty() || wish.reason.equals(request.text("reason")))) {
        return Optional.of(request);
      }
    }
    return Optional.empty();
  }

  private boolean isMeant(Fields one) {
    return named(one, wish.resource, "resource")
        && named(one, wish.account, "account")
        && (wish.project == null || named(one, wish.project, "project"));
  }

  private static boolean named(Fields one, String wanted, String what) {
    return wanted.equals(one.text(what + "Name")) || wanted.equals(one.text(what + "Id"));
  }

  private Fields file() throws Failure, InterruptedException {
    JsonObject body = new JsonObject();
    if (wish.project != null) {
      body.addProperty("projectId", wish.project);
    }
    body.addProperty("resource", wish.resource);
    body.addProperty("account", wish.account);
    if (wish.duration != null) {
      body.addProperty("duration", wish.duration.toString());
    }
    body.addProperty("reason", wish.reason);
    byte[] key = new byte[16];
    surroundings.random().nextBytes(key);
    try {
      return control.post(
          "/requests", body, Map.of("Idempotency-Key", HexFormat.of().formatHex(key)));
    } catch (Failure e) {
      if (e.exitCode() != ExitCode.NOT_FOUND) {
        throw e;
      }
      throw new Failure(
          e.exitCode(),
          e.code(),
          e.sentence(),
          "See what you can ask for with `tidegate resources list`.");
    }
  }

  private String decided(Fields filed) throws Failure, InterruptedException {
    Fields request = filed;
    boolean told = false;
    while (true) {
      String id = request.text("id");
      switch (RequestCommands.status(request)) {
        case "ACTIVE" -> {
          terminal().clearProgress();
          String grant = request.text("grantId");
          if (grant.isEmpty()) {
            throw new Failure(
                ExitCode.FAILURE,
                "no-grant",
                "The request " + id + " is active but names no grant.",
                "Check that the command line and the server are of one version.");
          }
          if (told) {
            terminal().err(decisionOf(request, "Approved"));
          }
          return grant;
        }
        case "REJECTED" ->
            throw new Failure(
                ExitCode.REFUSED,
                "rejected",
                decisionOf(request, "Denied"),
                "Ask again with another reason, or talk to the approver.");
        case "CANCELLED", "EXPIRED", "ENDED" ->
            throw new Failure(
                ExitCode.ENDED,
                "request-over",
                "The request "
                    + id
                    + " is "
                    + RemoteCommand.words(RequestCommands.status(request))
                    + ".",
                "Run the command again to ask anew.");
        default -> {
          if (!told) {
            explain(request);
            told = true;
          }
          request = wait(request);
        }
      }
    }
  }

  private void explain(Fields request) {
    String id = request.text("id");
    List<String> approvers =
        request.list("approvers").stream()
            .map(approver -> {
              String name = approver.text("username");
              String shown = approver.text("displayName");
              return shown.isEmpty() || shown.equals(name) ? name : name + " (" + shown + ")";
            })
            .toList();
    terminal().err(terminal().strong("Your request waits for approval.") + "  " + id);
    terminal()
        .err(
            "  who can approve  "
                + (approvers.isEmpty() ? "an owner of the project" : String.join(", ", approvers)));
    terminal().err("  in the portal    " + control.domain() + "/approvals/" + id);
    terminal().err("  or with          tidegate requests approve " + id);
    terminal().err("This goes on by itself then. Ctrl+C stops waiting; the request stays.");
  }

  private Fields wait(Fields request) throws Failure, InterruptedException {
    String id = request.text("id");
    Instant since = request.instant("createdAt").orElse(now());
    AtomicBoolean done = new AtomicBoolean();
    Thread ticker = ticker(since, done);
    Instant lost = null;
    try {
      while (true) {
        try {
          return control.poll("/requests/" + RemoteCommand.segment(id), POLL);
        } catch (Failure e) {
          if (e.exitCode() != ExitCode.UNREACHABLE) {
            throw e;
          }
          lost = lost == null ? now() : lost;
          if (Duration.between(lost, now()).compareTo(AWAY_AT_MOST) > 0) {
            throw e;
          }
          Thread.sleep(AGAIN);
        }
      }
    } catch (InterruptedException e) {
      throw new Failure(
          ExitCode.INTERRUPTED,
          "interrupted",
          "Stopped waiting. Your request " + id + " stays.",
          "Run the same command again to go on with it, or `tidegate requests cancel " + id + "`.");
    } finally {
      done.set(true);
      ticker.interrupt();
      terminal().clearProgress();
    }
  }

  private Thread ticker(Instant since, AtomicBoolean done) {
    return Thread.ofVirtual()
        .start(() -> {
          while (!done.get()) {
            terminal()
                .progress(
                    terminal()
                        .faint(
                            "Waiting for "
                                + Durations.words(Duration.between(since, now()))
                                + " …"));
            try {
              Thread.sleep(1000);
            } catch (InterruptedException e) {
              return;
            }
          }
        });
  }

  private String decisionOf(Fields request, String verb) {
    String by = RequestCommands.person(request, "decision.by");
    String reason = request.text("decision.reason");
    return verb + (by.isEmpty() ? "" : " by " + by) + (reason.isEmpty() ? "." : ": " + reason);
  }

  private String age(Fields request) {
    return request
        .instant("createdAt")
        .map(at -> Durations.relative(at, now()))
        .orElse("a while ago");
  }

  private Terminal terminal() {
    return surroundings.terminal();
  }

  private Instant now() {
    return surroundings.clock().instant();
  }
}
