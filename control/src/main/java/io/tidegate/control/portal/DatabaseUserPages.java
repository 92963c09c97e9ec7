package io.tidegate.control.portal;

import io.tidegate.control.application.DatabaseUser;
import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUser.Scope;
import io.tidegate.control.application.DatabaseUsers;
import io.tidegate.control.application.UserCertificates;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.org.Project;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.portal.view.DatabaseUserView;
import io.tidegate.control.portal.view.DatabaseUserView.CertificateRow;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.Tide;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** One database user: how far gateways are with it, changing it, its certificates, its end. */
@Controller
class DatabaseUserPages {
  private static final int MONTHS = 3;

  private final Frames frames;
  private final ProjectChoice projects;
  private final DatabaseUsers users;
  private final UserCertificates certificates;
  private final Resources resources;

  DatabaseUserPages(
      Frames frames,
      ProjectChoice projects,
      DatabaseUsers users,
      UserCertificates certificates,
      Resources resources) {
    this.frames = frames;
    this.projects = projects;
    this.users = users;
    this.certificates = certificates;
    this.resources = resources;
  }

  static String path(Project project, DatabaseUser user) {
    return "/projects/" + project.name() + "/database-access/users/" + user.id();
  }

  @GetMapping("/projects/{project}/database-access/users/{id}")
  ModelAndView user(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @PathVariable String id) {
    Project found = projects.named(actor, project);
    DatabaseUser user = found(actor, found, id);
    return page(actor, request, found, user, asItIs(user), null);
  }

  private static FormView asItIs(DatabaseUser user) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    values.put(
        "roles",
        List.of(user.roles().stream().map(RightsText::of).collect(Collectors.joining("\n"))));
    values.put("cluster", user.scopes().stream().map(Scope::name).toList());
    values.put("description", List.of(user.description()));
    return new FormView(values, Map.of());
  }

  @PostMapping("/projects/{project}/database-access/users/{id}")
  ModelAndView update(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @PathVariable String id,
      @RequestParam MultiValueMap<String, String> fields) {
    Project found = projects.named(actor, project);
    DatabaseUser user = found(actor, found, id);
    FormView form = DatabaseAccessPages.filled(fields);
    String password = form.value("password");
    try {
      users.update(
          actor,
          found.id(),
          user.authDatabase(),
          user.username(),
          new DatabaseUsers.Change(
              password.isEmpty() ? null : new Secret(password),
              RightsText.userRoles(form.value("roles")),
              fields.getOrDefault("cluster", List.of()),
              null,
              form.value("description").strip(),
              form.ticked("stays") ? new DatabaseUsers.End(null) : null));
      return new ModelAndView("redirect:" + path(found, user) + "?done=saved");
    } catch (Refused refused) {
      if (refused.code().status() == 403) {
        throw refused;
      }
      ModelAndView again = page(actor, request, found, user, beside(form, refused), null);
      again.setStatus(HttpStatusCode.valueOf(refused.code().status()));
      return again;
    }
  }

  /** The refusal beside its field; a name that is taken is the user's, not a form's. */
  static FormView beside(FormView form, Refused refused) {
    String field =
        switch (FieldRefused.field(refused)) {
          case "password" -> "password";
          case "roles" -> "roles";
          case "description" -> "description";
          default -> "username";
        };
    return form.with(field, FieldRefused.sentence(refused));
  }

  @PostMapping("/projects/{project}/database-access/users/{id}/remove")
  ModelAndView remove(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String project,
      @PathVariable String id,
      @RequestParam String confirm) {
    Project found = projects.named(actor, project);
    DatabaseUser user = found(actor, found, id);
    Confirmed.byName(confirm, user.username());
    users.delete(actor, found.id(), user.authDatabase(), user.username());
    return new ModelAndView("redirect:/projects/" + found.name() + "/database-access?done=removed");
  }

  /** Shows the certificate and its key in the answer itself: they are told once. */
  @PostMapping("/projects/{project}/database-access/users/{id}/certificates")
  ModelAndView issue(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @PathVariable String id) {
    Project found = projects.named(actor, project);
    DatabaseUser user = found(actor, found, id);
    String pem = certificates.issue(actor, found.id(), user.username(), MONTHS).reveal();
    return page(actor, request, found, user, asItIs(user), pem);
  }

  private DatabaseUser found(Actor actor, Project project, String id) {
    return users.list(actor, project.id()).stream()
        .filter(user -> user.id().equals(id))
        .findFirst()
        .orElseThrow(() -> Refused.notFound("database user", id));
  }

  private ModelAndView page(
      Actor actor,
      HttpServletRequest request,
      Project project,
      DatabaseUser user,
      FormView form,
      @Nullable String pem) {
    Instant end = user.deleteAfter();
    boolean managed = user.kind() == Kind.X509_MANAGED;
    List<CertificateRow> rows =
        managed
            ? certificates.list(actor, project.id(), user.username()).stream()
                .map(one -> new CertificateRow(one.subject(), one.serial(), one.notAfter()))
                .toList()
            : List.of();
    return frames.page(
        request,
        actor,
        Place.DATABASE_ACCESS,
        "page/databaseUser",
        Map.of(
            "view",
            new DatabaseUserView(
                project.name(),
                user.id(),
                user.username(),
                DatabaseAccessPages.kind(user.kind()),
                end == null ? null : new Tide(user.createdAt(), end),
                users.reach(actor, user).stream().map(DatabaseAccessPages::row).toList(),
                form,
                DatabaseAccessPages.clusters(resources, actor, project),
                user.kind() == Kind.SCRAM,
                managed,
                rows,
                actor.managesDatabaseUsers(project.id()),
                pem)));
  }
}
