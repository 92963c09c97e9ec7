package io.tidegate.control.portal;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessRequest;
import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.access.Catalogue;
import io.tidegate.control.access.Catalogue.AccountOffer;
import io.tidegate.control.access.Grants;
import io.tidegate.control.access.RequestState.Status;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.Page;
import io.tidegate.control.portal.view.HomeView;
import io.tidegate.control.portal.view.HomeView.Again;
import io.tidegate.control.portal.view.HomeView.First;
import io.tidegate.control.portal.view.Lines.GrantLine;
import io.tidegate.control.portal.view.Lines.RequestLine;
import io.tidegate.control.portal.view.Lines.SessionLine;
import io.tidegate.control.portal.view.Wording;
import io.tidegate.control.session.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Home: what can I reach now, what waits for me, what is live. */
@Controller
class HomePage {
  private static final int AGAIN = 3;
  private static final int LIVE = 5;
  private static final int WAITING = 5;

  private final Frames frames;
  private final Rows rows;
  private final AccessRequests requests;
  private final Grants grants;
  private final Sessions sessions;
  private final Catalogue catalogue;
  private final ControlSettings settings;

  HomePage(
      Frames frames,
      Rows rows,
      AccessRequests requests,
      Grants grants,
      Sessions sessions,
      Catalogue catalogue,
      ControlSettings settings) {
    this.frames = frames;
    this.rows = rows;
    this.requests = requests;
    this.grants = grants;
    this.sessions = sessions;
    this.catalogue = catalogue;
    this.settings = settings;
  }

  @GetMapping("/")
  ModelAndView home(@AuthenticationPrincipal Actor actor, HttpServletRequest request) {
    List<GrantLine> reach =
        rows.grants(actor, grants.list(actor, true, true, Page.Ask.first()).items());
    List<AccessRequest> mine =
        requests.list(actor, AccessRequests.View.MINE, Set.of(), Page.Ask.first()).items();
    List<RequestLine> waiting =
        mine.stream()
            .filter(r -> r.status() == Status.PENDING_APPROVAL)
            .map(Rows::request)
            .toList();
    List<SessionLine> live =
        sessions.list(actor, true, new Page.Ask(LIVE, null)).items().stream()
            .map(Rows::session)
            .toList();
    List<RequestLine> decides = decides(actor);
    Map<String, AccountOffer> offers = offers(actor);
    boolean vendor = Frames.isVendor(actor);
    boolean newcomer = reach.isEmpty() && mine.isEmpty() && !vendor && !actor.administersAnything();
    HomeView view =
        new HomeView(
            "Hello, " + actor.displayName(),
            summary(live.size(), decides, waiting.size()),
            reach,
            waiting,
            decides,
            live,
            again(mine, offers),
            newcomer ? first(actor) : null,
            vendor);
    return frames.page(request, actor, Place.HOME, "page/home", Map.of("view", view));
  }

  private @Nullable List<RequestLine> decides(Actor actor) {
    List<RequestLine> waiting =
        requests
            .list(actor, AccessRequests.View.TO_APPROVE, Set.of(), new Page.Ask(WAITING, null))
            .items()
            .stream()
            .map(Rows::request)
            .toList();
    return waiting.isEmpty() && !actor.administersAnything() ? null : waiting;
  }

  private static String summary(int live, @Nullable List<RequestLine> decides, int waiting) {
    List<String> parts = new ArrayList<>();
    parts.add(live == 0 ? "Nothing is live" : live + " live");
    if (decides != null && !decides.isEmpty()) {
      parts.add(decides.size() == 1 ? "1 request waits for you" : decides.size() + " wait for you");
    }
    if (waiting > 0) {
      parts.add("you wait for " + Wording.count(waiting, "decision"));
    }
    return String.join(" · ", parts);
  }

  private Map<String, AccountOffer> offers(Actor actor) {
    return catalogue.list(actor, null, new Page.Ask(Page.Ask.MOST, null)).items().stream()
        .flatMap(offer -> offer.accounts().stream())
        .collect(Collectors.toMap(offer -> offer.account().id(), offer -> offer, (a, _) -> a));
  }

  private static List<Again> again(List<AccessRequest> mine, Map<String, AccountOffer> offers) {
    List<Again> again = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (AccessRequest before : mine) {
      AccountOffer offer = offers.get(before.accountId());
      if (again.size() == AGAIN
          || !before.status().isFinal()
          || offer == null
          || !offer.mayRequest()
          || offer.flow() == null
          || offer.usableGrant() != null
          || offer.openRequest() != null
          || !seen.add(before.accountId())) {
        continue;
      }
      boolean atOnce =
          offer.flow().approval() == AccessFlow.Approval.AUTO && !offer.flow().reasonRequired();
      Duration length =
          before.duration().compareTo(offer.flow().maxDuration()) > 0
              ? offer.flow().maxDuration()
              : before.duration();
      again.add(
          new Again(
              before.resourceName(),
              before.accountName(),
              before.projectName(),
              Flows.sentence(offer.flow(), offer.approvers()),
              atOnce,
              length.toSeconds(),
              Wording.span(length),
              "/requests/new?resource="
                  + before.resourceId()
                  + "&account="
                  + before.accountName()));
    }
    return again;
  }

  private First first(Actor actor) {
    String command =
        catalogue.list(actor, null, Page.Ask.first()).items().stream()
            .flatMap(offer ->
                offer.accounts().stream()
                    .filter(AccountOffer::mayRequest)
                    .map(account ->
                        Rows.accessCommand(
                            offer.resource().name(),
                            account.account().name(),
                            offer.resource().projectName(),
                            Duration.ofHours(1))))
            .findFirst()
            .orElse(null);
    return new First(
        "tidegate login --domain " + publicUrl() + " --user " + actor.username(), command);
  }

  private String publicUrl() {
    String url = settings.publicUrl();
    return url != null
        ? url
        : ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString();
  }
}
