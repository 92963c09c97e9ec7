package io.tidegate.control.access;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Requests for access, and their decisions. */
public interface AccessRequests {

  /**
   * What is asked for.
   *
   * @param project an id or name; null when the resource is named by id or unambiguous
   * @param duration null for the flow's default
   */
  record Draft(
      @Nullable String project,
      String resource,
      String account,
      @Nullable Duration duration,
      String reason) {}

  /**
   * What came of asking.
   *
   * @param created false when an equal request of the same person was open already
   */
  record Filed(AccessRequest request, boolean created) {}

  /** Which requests a list shows. */
  enum View {
    /** Those the actor made. */
    MINE,
    /** Those that wait for a decision the actor may take. */
    TO_APPROVE,
    /** Those of the projects that the actor administers, and the actor's own. */
    ALL
  }

  /**
   * Files a request. With an AUTO flow it is ACTIVE when this returns, with an APPROVER flow
   * PENDING_APPROVAL.
   *
   * @throws io.tidegate.control.platform.Refused not-found, no-flow, duration-out-of-bounds,
   *     reason-required, request-open
   */
  Filed file(Actor actor, Draft draft);

  /**
   * What {@link #file} would do, without doing it: the request as it would be, with id {@code
   * req_dry-run}.
   */
  AccessRequest dryRun(Actor actor, Draft draft);

  /**
   * Requests, newest first.
   *
   * @param statuses those to show; empty for all
   */
  Page<AccessRequest> list(Actor actor, View view, Set<RequestState.Status> statuses, Page.Ask ask);

  AccessRequest request(Actor actor, String requestId);

  /**
   * The request, as soon as its state differs from when this was called, at the latest after the
   * wait.
   */
  AccessRequest await(Actor actor, String requestId, Duration atMost);

  /**
   * Approves; the grant starts now.
   *
   * @throws io.tidegate.control.platform.Refused own-request, not-allowed, state-conflict
   */
  AccessRequest approve(Actor actor, String requestId, String reason);

  AccessRequest deny(Actor actor, String requestId, String reason);

  AccessRequest cancel(Actor actor, String requestId, String reason);

  /** Whether the actor may decide this request as it stands. */
  boolean mayDecide(Actor actor, AccessRequest request);

  /** How many requests wait for the actor. */
  int waitingFor(Actor actor);
}
