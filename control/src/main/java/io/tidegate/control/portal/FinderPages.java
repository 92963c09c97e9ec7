package io.tidegate.control.portal;

import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.access.Catalogue;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.portal.view.FinderView;
import io.tidegate.control.portal.view.FinderView.Find;
import io.tidegate.control.portal.view.FinderView.Group;
import io.tidegate.control.portal.view.Shell;
import io.tidegate.control.portal.view.Wording;
import io.tidegate.control.session.Session;
import io.tidegate.control.session.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The finder: pages, resources, requests and sessions, of what the reader may see. */
@Controller
class FinderPages {
  private static final int EACH = 6;

  private final Frames frames;
  private final Catalogue catalogue;
  private final AccessRequests requests;
  private final Sessions sessions;

  FinderPages(Frames frames, Catalogue catalogue, AccessRequests requests, Sessions sessions) {
    this.frames = frames;
    this.catalogue = catalogue;
    this.requests = requests;
    this.sessions = sessions;
  }

  @GetMapping("/find")
  ModelAndView find(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam(defaultValue = "") String q) {
    String[] words = q.strip().toLowerCase(Locale.ROOT).split("\\s+", -1);
    List<Group> groups = new ArrayList<>();
    add(groups, "Pages", pages(actor, request), words);
    add(groups, "Resources", resources(actor), words);
    add(groups, "Requests", requests(actor), words);
    add(groups, "Sessions", sessions(actor), words);
    return new ModelAndView("page/found", Map.of("view", new FinderView(q, List.copyOf(groups))));
  }

  private List<Find> pages(Actor actor, HttpServletRequest request) {
    List<Find> pages = new ArrayList<>();
    if (!Frames.isVendor(actor)) {
      pages.add(new Find("plus", "Request access", "act", "/requests/new"));
    }
    for (Shell.NavGroup group : frames.shell(request, actor, Place.HOME).nav()) {
      for (Shell.NavItem item : group.items()) {
        pages.add(new Find(item.icon(), item.label(), "page", item.href()));
      }
    }
    return pages;
  }

  private List<Find> resources(Actor actor) {
    return catalogue.list(actor, null, new Page.Ask(Page.Ask.MOST, null)).items().stream()
        .map(offer ->
            new Find(
                "resources",
                offer.resource().name(),
                offer.resource().projectName(),
                "/resources/" + offer.resource().id()))
        .toList();
  }

  private List<Find> requests(Actor actor) {
    return requests
        .list(actor, AccessRequests.View.ALL, Set.of(), Page.Ask.first())
        .items()
        .stream()
        .map(asked ->
            new Find(
                "access",
                asked.accountName()
                    + " on "
                    + asked.resourceName()
                    + ", "
                    + Wording.span(asked.duration()),
                asked.requester().displayName() + " · " + Rows.pill(asked.state()).word(),
                "/requests/" + asked.id()))
        .toList();
  }

  private List<Find> sessions(Actor actor) {
    return sessions.list(actor, null, Page.Ask.first()).items().stream()
        .map(FinderPages::session)
        .toList();
  }

  private static Find session(Session session) {
    return new Find(
        "sessions",
        "Session on " + session.resourceName() + " as " + session.accountName(),
        session.person().displayName() + " · " + Rows.pill(session.state()).word(),
        "/sessions/" + session.id());
  }

  private static void add(List<Group> groups, String title, List<Find> finds, String[] words) {
    List<Find> matching = finds.stream().filter(find -> matches(find, words)).limit(EACH).toList();
    if (!matching.isEmpty()) {
      groups.add(new Group(title, matching));
    }
  }

  private static boolean matches(Find find, String[] words) {
    String text = (find.label() + ' ' + find.note()).toLowerCase(Locale.ROOT);
    for (String word : words) {
      if (!text.contains(word)) {
        return false;
      }
    }
    return true;
  }
}
