package io.tidegate.control.portal;

import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.access.Grants;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Role;
import io.tidegate.control.portal.view.Notice;
import io.tidegate.control.portal.view.Shell;
import io.tidegate.control.portal.view.Shell.NavGroup;
import io.tidegate.control.portal.view.Shell.NavItem;
import io.tidegate.control.session.Sessions;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.ModelAndView;

/** Puts the frame around a page: who reads it, where one can go, what waits, how it is coloured. */
@Component
class Frames {
  private static final String THEME_COOKIE = "tidegate-theme";

  private final AccessRequests requests;
  private final Grants grants;
  private final Sessions sessions;
  private final Assets assets;
  private final InstantSource clock;

  Frames(
      AccessRequests requests,
      Grants grants,
      Sessions sessions,
      Assets assets,
      InstantSource clock) {
    this.requests = requests;
    this.grants = grants;
    this.sessions = sessions;
    this.assets = assets;
    this.clock = clock;
  }

  /** A page inside the frame. */
  ModelAndView page(
      HttpServletRequest request,
      Actor actor,
      Place place,
      String template,
      Map<String, ?> parameters) {
    ModelAndView page = new ModelAndView(template);
    page.addAllObjects(parameters);
    page.addObject("shell", shell(request, actor, place));
    return page;
  }

  /** A page of its own: signing in, a device, a refusal. */
  ModelAndView gate(
      HttpServletRequest request,
      @Nullable Actor actor,
      String template,
      Map<String, ?> parameters) {
    ModelAndView page = new ModelAndView(template);
    page.addAllObjects(parameters);
    page.addObject("shell", shell(request, viewer(actor), List.of()));
    return page;
  }

  Shell shell(HttpServletRequest request, Actor actor, Place place) {
    return shell(request, viewer(actor), nav(actor, place));
  }

  private Shell shell(HttpServletRequest request, Shell.Viewer viewer, List<NavGroup> nav) {
    Done done = Done.of(request.getParameter("done"));
    Notice notice = done == null ? null : done.notice();
    return new Shell(
        viewer, nav, theme(request), csrf(request), notice, assets.version(), clock.instant());
  }

  private static Shell.Viewer viewer(@Nullable Actor actor) {
    return actor == null
        ? new Shell.Viewer("", "")
        : new Shell.Viewer(actor.displayName(), roleOf(actor));
  }

  static String roleOf(Actor actor) {
    if (actor.administersOrganization()) {
      return "Organization owner";
    }
    if (actor.holdsAnywhere(Role.GROUP_OWNER)) {
      return "Project owner";
    }
    if (isVendor(actor)) {
      return "Vendor support";
    }
    return "Member";
  }

  static boolean isVendor(Actor actor) {
    return actor.assignments().stream().allMatch(a -> a.role() == Role.VENDOR)
        && actor.holdsAnywhere(Role.VENDOR);
  }

  private List<NavGroup> nav(Actor actor, Place place) {
    int open = grants.list(actor, true, true, Page.Ask.first()).items().size();
    int live = sessions.list(actor, true, Page.Ask.first()).items().size();
    int waiting = requests.waitingFor(actor);
    boolean administers = actor.administersOrganization();

    List<NavItem> main = new ArrayList<>();
    main.add(item("home", "Home", "/", Place.HOME, place, 0, false));
    if (!isVendor(actor)) {
      main.add(item("resources", "Resources", "/resources", Place.RESOURCES, place, 0, false));
    }
    main.add(item("access", "My access", "/access", Place.ACCESS, place, open, false));
    if (actor.administersAnything() || waiting > 0) {
      main.add(item("approvals", "Approvals", "/approvals", Place.APPROVALS, place, waiting, true));
    }
    List<NavItem> watch = new ArrayList<>();
    watch.add(item("sessions", "Sessions", "/sessions", Place.SESSIONS, place, live, false));
    if (actor.runsInstallation()) {
      watch.add(item("audit", "Audit", "/audit", Place.AUDIT, place, 0, false));
    }
    List<NavItem> applications = new ArrayList<>();
    if (!isVendor(actor)) {
      applications.add(
          item(
              "terminal",
              "Database access",
              "/database-access",
              Place.DATABASE_ACCESS,
              place,
              0,
              false));
      applications.add(
          item("lock", "Network access", "/network-access", Place.NETWORK_ACCESS, place, 0, false));
    }
    NavItem rules = item("rules", "Rules", "/rules", Place.RULES, place, 0, false);
    List<NavItem> govern = new ArrayList<>();
    if (administers) {
      if (actor.runsInstallation()) {
        govern.add(item("gateways", "Gateways", "/gateways", Place.GATEWAYS, place, 0, false));
      }
      govern.add(item("people", "People", "/people", Place.PEOPLE, place, 0, false));
      govern.add(rules);
    } else {
      watch.add(rules);
    }
    return groups(main, applications, watch, govern);
  }

  private static List<NavGroup> groups(
      List<NavItem> main, List<NavItem> applications, List<NavItem> watch, List<NavItem> govern) {
    return Stream.of(
            new NavGroup(null, main),
            new NavGroup("Applications", applications),
            new NavGroup("Watch", watch),
            new NavGroup("Govern", govern))
        .filter(group -> !group.items().isEmpty())
        .toList();
  }

  private static NavItem item(
      String icon, String label, String href, Place is, Place here, int count, boolean calls) {
    return new NavItem(icon, label, href, is == here, count, calls);
  }

  private static Shell.Theme theme(HttpServletRequest request) {
    Cookie[] cookies = request.getCookies();
    if (cookies != null) {
      for (Cookie cookie : cookies) {
        if (cookie.getName().equals(THEME_COOKIE)) {
          return Shell.Theme.of(cookie.getValue());
        }
      }
    }
    return Shell.Theme.AUTO;
  }

  private static Shell.Csrf csrf(HttpServletRequest request) {
    Object token = request.getAttribute("_csrf");
    return token instanceof CsrfToken csrf
        ? new Shell.Csrf(csrf.getParameterName(), csrf.getToken())
        : new Shell.Csrf("_csrf", "");
  }
}
