package io.tidegate.control.portal;

import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.Option;
import io.tidegate.control.portal.view.PeopleView;
import io.tidegate.control.portal.view.Pill;
import io.tidegate.control.portal.view.Tone;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The people of the organization: adding and disabling them. */
@Controller
class PeoplePages {
  private static final List<Option> ROLES =
      List.of(
          new Option("GROUP_READ_ONLY", "Project member: asks for access"),
          new Option("GROUP_OWNER", "Project owner: decides for a project"),
          new Option("ORG_OWNER", "Organization owner: sees and ends everything"),
          new Option("VENDOR", "Vendor support: sees nothing without a grant"));

  private final Frames frames;
  private final People people;
  private final Projects projects;

  PeoplePages(Frames frames, People people, Projects projects) {
    this.frames = frames;
    this.people = people;
    this.projects = projects;
  }

  @GetMapping("/people")
  ModelAndView list(@AuthenticationPrincipal Actor actor, HttpServletRequest request) {
    return page(actor, request, FormView.of(Map.of("role", "GROUP_READ_ONLY")));
  }

  @PostMapping("/people")
  ModelAndView add(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam Map<String, String> fields) {
    FormView form = FormView.of(fields);
    try {
      Role role =
          ROLES.stream()
              .map(Option::value)
              .filter(form.value("role")::equals)
              .findFirst()
              .map(Role::valueOf)
              .orElse(Role.GROUP_READ_ONLY);
      String project = form.value("project");
      boolean inProject = role.level() == Role.Level.PROJECT;
      if (inProject && project.isEmpty()) {
        throw FieldRefused.of("project", "Choose the project that this role is in.");
      }
      Actor.Assignment assignment =
          new Actor.Assignment(
              role,
              actor.organizationId(),
              inProject ? projects.project(actor, project).id() : null);
      people.create(
          actor,
          new People.Draft(
              form.value("username").strip(),
              form.value("displayName").strip(),
              role == Role.VENDOR ? Person.Kind.VENDOR : Person.Kind.USER,
              true,
              List.of(assignment)),
          new Secret(form.value("password")));
      return new ModelAndView("redirect:/people?done=added");
    } catch (Refused refused) {
      if (refused.code().status() == 403) {
        throw refused;
      }
      ModelAndView again = page(actor, request, ResourcePages.beside(form, refused));
      again.setStatus(HttpStatusCode.valueOf(refused.code().status()));
      return again;
    }
  }

  @PostMapping("/people/{id}/disable")
  ModelAndView disable(
      @AuthenticationPrincipal Actor actor, @PathVariable String id, @RequestParam String confirm) {
    Confirmed.byName(confirm, people.person(actor, id).username());
    setActive(actor, id, false);
    return new ModelAndView("redirect:/people?done=disabled");
  }

  @PostMapping("/people/{id}/enable")
  ModelAndView enable(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
    setActive(actor, id, true);
    return new ModelAndView("redirect:/people?done=enabled");
  }

  private void setActive(Actor actor, String id, boolean active) {
    Person person = people.person(actor, id);
    people.update(
        actor,
        id,
        person.version(),
        new People.Draft(
            person.username(), person.displayName(), person.kind(), active, person.assignments()));
  }

  private ModelAndView page(Actor actor, HttpServletRequest request, FormView form) {
    List<Project> known = projects.list(actor, new Page.Ask(Page.Ask.MOST, null)).items();
    Map<String, String> names =
        known.stream().collect(Collectors.toMap(Project::id, Project::name));
    List<PeopleView.Row> rows =
        people.list(actor, new Page.Ask(Page.Ask.MOST, null)).items().stream()
            .map(person -> row(actor, person, names))
            .toList();
    List<Option> choices =
        known.stream().map(project -> new Option(project.name(), project.displayName())).toList();
    return frames.page(
        request,
        actor,
        Place.PEOPLE,
        "page/people",
        Map.of("view", new PeopleView(rows, form, ROLES, choices, false)));
  }

  private static PeopleView.Row row(Actor actor, Person person, Map<String, String> projects) {
    String roles =
        person.assignments().stream()
            .map(assignment -> {
              String project = assignment.projectId();
              return RoleNames.of(assignment.role())
                  + (project == null ? "" : " of " + projects.getOrDefault(project, project));
            })
            .collect(Collectors.joining(", "));
    return new PeopleView.Row(
        person.id(),
        person.username(),
        person.displayName(),
        roles.isEmpty() ? "none" : roles,
        person.active() ? new Pill("active", Tone.OPEN) : new Pill("disabled", Tone.NO),
        actor.is(person.id()));
  }
}
