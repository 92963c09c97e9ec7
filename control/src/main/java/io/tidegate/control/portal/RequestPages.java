package io.tidegate.control.portal;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessRequest;
import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.access.Catalogue;
import io.tidegate.control.access.Catalogue.AccountOffer;
import io.tidegate.control.access.Catalogue.Offer;
import io.tidegate.control.access.Grant;
import io.tidegate.control.access.Grants;
import io.tidegate.control.access.RequestState.Status;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.AccessView;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.Lines.GrantLine;
import io.tidegate.control.portal.view.Lines.RequestLine;
import io.tidegate.control.portal.view.Option;
import io.tidegate.control.portal.view.RequestFormView;
import io.tidegate.control.portal.view.RequestFormView.Choice;
import io.tidegate.control.portal.view.RequestFormView.Length;
import io.tidegate.control.portal.view.Wording;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** Asking for access, and what one holds, waits for and had. */
@Controller
class RequestPages {
  /** How long a page that waits for a decision is held before it is answered unchanged. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private static final List<Duration> LENGTHS =
      List.of(
          Duration.ofMinutes(15),
          Duration.ofMinutes(30),
          Duration.ofHours(1),
          Duration.ofHours(2),
          Duration.ofHours(4),
          Duration.ofHours(8));

  private final Frames frames;
  private final Rows rows;
  private final RequestStories stories;
  private final AccessRequests requests;
  private final Grants grants;
  private final Catalogue catalogue;

  RequestPages(
      Frames frames,
      Rows rows,
      RequestStories stories,
      AccessRequests requests,
      Grants grants,
      Catalogue catalogue) {
    this.frames = frames;
    this.rows = rows;
    this.stories = stories;
    this.requests = requests;
    this.grants = grants;
    this.catalogue = catalogue;
  }

  @GetMapping("/access")
  ModelAndView access(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String cursor) {
    List<GrantLine> open =
        rows.grants(actor, grants.list(actor, true, true, Page.Ask.first()).items());
    List<RequestLine> waiting =
        requests
            .list(
                actor,
                AccessRequests.View.MINE,
                EnumSet.of(Status.PENDING_APPROVAL),
                Page.Ask.first())
            .items()
            .stream()
            .map(Rows::request)
            .toList();
    Set<Status> over = EnumSet.noneOf(Status.class);
    for (Status status : Status.values()) {
      if (status.isFinal()) {
        over.add(status);
      }
    }
    Page<AccessRequest> past =
        requests.list(actor, AccessRequests.View.MINE, over, Page.Ask.of(20, cursor));
    List<GrantLine> others =
        actor.administersAnything()
            ? rows.grants(
                actor,
                grants.list(actor, false, true, Page.Ask.first()).items().stream()
                    .filter(grant -> !actor.is(grant.grantee().id()))
                    .toList())
            : null;
    AccessView view =
        new AccessView(
            open,
            waiting,
            past.items().stream().map(Rows::request).toList(),
            others,
            past.nextCursor() == null ? null : "/access?cursor=" + past.nextCursor());
    return frames.page(request, actor, Place.ACCESS, "page/access", Map.of("view", view));
  }

  @GetMapping("/requests/new")
  ModelAndView ask(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String resource,
      @RequestParam(required = false) @Nullable String account) {
    FormView form = FormView.of(account == null ? Map.of() : Map.of("account", account));
    return form(actor, request, form, Rows.orNull(resource));
  }

  @PostMapping("/requests")
  ModelAndView file(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam Map<String, String> fields) {
    FormView form = FormView.of(fields);
    try {
      AccessRequests.Filed filed =
          requests.file(
              actor,
              new AccessRequests.Draft(
                  Rows.orNull(form.value("project")),
                  form.value("resource"),
                  form.value("account"),
                  length(form.value("duration")),
                  form.value("reason").strip()));
      boolean open = filed.request().status() == Status.ACTIVE;
      Done done = !filed.created() ? Done.ALREADY_OPEN : open ? Done.GRANTED : Done.REQUESTED;
      return new ModelAndView(
          "redirect:/requests/" + filed.request().id() + "?done=" + done.code());
    } catch (Refused refused) {
      String field =
          switch (refused.code()) {
            case REASON_REQUIRED -> "reason";
            case DURATION_OUT_OF_BOUNDS -> "duration";
            case NO_FLOW, REQUEST_OPEN -> "account";
            default -> throw refused;
          };
      ModelAndView again =
          form(
              actor,
              request,
              form.with(field, refused.detail() + " " + refused.next()),
              Rows.orNull(form.value("resource")));
      again.setStatus(HttpStatusCode.valueOf(refused.code().status()));
      return again;
    }
  }

  private static @Nullable Duration length(String seconds) {
    if (seconds.isEmpty()) {
      return null;
    }
    try {
      return Duration.ofSeconds(Long.parseLong(seconds));
    } catch (NumberFormatException | ArithmeticException e) {
      throw new Refused(ErrorCode.BAD_INPUT, "The duration is not a number of seconds.");
    }
  }

  private ModelAndView form(
      Actor actor, HttpServletRequest request, FormView form, @Nullable String wanted) {
    List<Offer> offers =
        catalogue.list(actor, null, new Page.Ask(Page.Ask.MOST, null)).items().stream()
            .filter(offer -> offer.accounts().stream().anyMatch(AccountOffer::mayRequest))
            .toList();
    Offer chosen =
        offers.stream()
            .filter(offer ->
                offers.size() == 1
                    || Objects.equals(offer.resource().id(), wanted)
                    || Objects.equals(offer.resource().name(), wanted))
            .findFirst()
            .orElse(null);
    List<Option> resources =
        offers.stream()
            .map(offer ->
                new Option(
                    offer.resource().id(),
                    offer.resource().name() + "  ·  " + offer.resource().projectName()))
            .toList();
    List<Choice> choices = new ArrayList<>();
    long longest = 0;
    long usual = Duration.ofHours(1).toSeconds();
    if (chosen != null) {
      List<AccountOffer> open =
          chosen.accounts().stream().filter(AccountOffer::mayRequest).toList();
      String picked = form.value("account");
      boolean known = open.stream().anyMatch(o -> o.account().name().equals(picked));
      for (AccountOffer offer : open) {
        AccessFlow flow = Objects.requireNonNull(offer.flow());
        boolean checked =
            offer.account().name().equals(known ? picked : open.getFirst().account().name());
        choices.add(choice(offer, flow, checked));
        longest = Math.max(longest, flow.maxDuration().toSeconds());
        if (checked) {
          usual = flow.defaultDuration().toSeconds();
        }
      }
    }
    RequestFormView view =
        new RequestFormView(
            form,
            chosen == null ? null : chosen.resource().id(),
            chosen == null ? null : chosen.resource().name(),
            chosen == null ? null : chosen.resource().projectName(),
            resources,
            choices,
            lengths(form.value("duration"), usual, longest));
    return frames.page(request, actor, Place.ACCESS, "page/requestForm", Map.of("view", view));
  }

  private static Choice choice(AccountOffer offer, AccessFlow flow, boolean checked) {
    boolean atOnce = flow.approval() == AccessFlow.Approval.AUTO;
    return new Choice(
        offer.account().name(),
        Rows.orNull(offer.account().description()),
        RoleWords.sentence(offer.account().roles())
            + " · "
            + Flows.sentence(flow, offer.approvers()),
        atOnce,
        flow.reasonRequired(),
        flow.maxDuration().toSeconds(),
        atOnce ? "It opens at once." : "An approver is told at once.",
        atOnce ? "Open it" : "Ask for it",
        checked);
  }

  private static List<Length> lengths(String given, long usual, long longest) {
    List<Duration> lengths = new ArrayList<>();
    for (Duration length : LENGTHS) {
      if (length.toSeconds() <= longest) {
        lengths.add(length);
      }
    }
    if (longest > 0 && lengths.stream().noneMatch(l -> l.toSeconds() == longest)) {
      lengths.add(Duration.ofSeconds(longest));
    }
    long picked = usual;
    try {
      picked = given.isEmpty() ? usual : Long.parseLong(given);
    } catch (NumberFormatException e) {
      // What is not a number picks nothing; the usual length stays picked.
    }
    long chosen = picked;
    boolean offered = lengths.stream().anyMatch(l -> l.toSeconds() == chosen);
    List<Length> views = new ArrayList<>();
    for (Duration length : lengths) {
      boolean checked = offered ? length.toSeconds() == chosen : length.equals(lengths.getFirst());
      views.add(
          new Length(
              length.toSeconds(),
              Long.toString(length.toSeconds()),
              Wording.span(length),
              checked));
    }
    return views;
  }

  @GetMapping("/requests/{id}")
  ModelAndView request(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String id,
      @RequestParam(defaultValue = "false") boolean wait) {
    AccessRequest asked = wait ? requests.await(actor, id, PATIENCE) : requests.request(actor, id);
    return frames.page(
        request,
        actor,
        actor.is(asked.requester().id()) ? Place.ACCESS : Place.APPROVALS,
        "page/request",
        Map.of("view", stories.tell(actor, asked)));
  }

  @PostMapping("/requests/{id}/cancel")
  ModelAndView cancel(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    requests.cancel(actor, id, "");
    return done("/requests/" + id, Done.WITHDRAWN);
  }

  @PostMapping("/grants/{id}/return")
  ModelAndView giveBack(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    Grant grant = grants.grant(actor, id);
    if (!actor.is(grant.grantee().id())) {
      throw Refused.notAllowed("Only its holder gives a grant back; others revoke it.");
    }
    grants.revoke(actor, id, "");
    return done("/access", Done.RETURNED);
  }

  @PostMapping("/grants/{id}/revoke")
  ModelAndView revoke(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam String confirm,
      @RequestParam String reason) {
    Confirmed.byName(confirm, grants.grant(actor, id).resourceName());
    grants.revoke(actor, id, reason.strip());
    return done("/access", Done.REVOKED);
  }

  @GetMapping("/approvals")
  ModelAndView approvals(@AuthenticationPrincipal Actor actor, HttpServletRequest request) {
    List<RequestLine> waiting =
        requests
            .list(actor, AccessRequests.View.TO_APPROVE, Set.of(), Page.Ask.first())
            .items()
            .stream()
            .map(Rows::request)
            .toList();
    List<RequestLine> past =
        requests.list(actor, AccessRequests.View.ALL, Set.of(), Page.Ask.first()).items().stream()
            .filter(r -> r.status() != Status.PENDING_APPROVAL)
            .filter(r -> r.approval() == AccessFlow.Approval.APPROVER)
            .filter(r -> !actor.is(r.requester().id()))
            .map(Rows::request)
            .toList();
    return frames.page(
        request,
        actor,
        Place.APPROVALS,
        "page/approvals",
        Map.of("waiting", waiting, "past", past));
  }

  @GetMapping("/approvals/{id}")
  ModelAndView approval(
      @AuthenticationPrincipal Actor actor, HttpServletRequest request, @PathVariable String id) {
    return approval(actor, request, requests.request(actor, id), FormView.blank());
  }

  private ModelAndView approval(
      Actor actor, HttpServletRequest request, AccessRequest asked, FormView form) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("view", stories.tell(actor, asked));
    parameters.put("form", form);
    return frames.page(request, actor, Place.APPROVALS, "page/approval", parameters);
  }

  @PostMapping("/approvals/{id}")
  ModelAndView decide(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String id,
      @RequestParam String decision,
      @RequestParam(defaultValue = "") String reason) {
    if (decision.equals("approve")) {
      requests.approve(actor, id, reason.strip());
      return done("/approvals/" + id, Done.APPROVED);
    }
    if (reason.isBlank()) {
      ModelAndView again =
          approval(
              actor,
              request,
              requests.request(actor, id),
              FormView.blank()
                  .with("reason", "Say why: the requester sees it, and knows what to do instead."));
      again.setStatus(HttpStatusCode.valueOf(ErrorCode.REASON_REQUIRED.status()));
      return again;
    }
    requests.deny(actor, id, reason.strip());
    return done("/approvals/" + id, Done.REFUSED);
  }

  private static ModelAndView done(String path, Done done) {
    return new ModelAndView("redirect:" + path + "?done=" + done.code());
  }
}
