package io.tidegate.control.portal;

import io.tidegate.control.application.DatabaseUser;
import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.application.DatabaseUsers;
import io.tidegate.control.application.DatabaseUsers.Reach;
import io.tidegate.control.cluster.CustomRole;
import io.tidegate.control.cluster.CustomRoles;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.identity.Passwords;
import io.tidegate.control.org.Project;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.portal.view.DatabaseAccessView;
import io.tidegate.control.portal.view.DatabaseAccessView.ReachRow;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.Option;
import io.tidegate.control.portal.view.Pill;
import io.tidegate.control.portal.view.Tide;
import io.tidegate.control.portal.view.Tone;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

/** A project's database users and custom roles: seeing them all, and making new ones. */
@Controller
class DatabaseAccessPages {
  /** The ways to sign in that gateways serve, and so those that people may choose here. */
  private static final List<Option> KINDS =
      List.of(
          new Option("SCRAM", "With a password"),
          new Option("X509_MANAGED", "With a certificate that this project issues"),
          new Option("X509_CUSTOMER", "With a certificate of the project's own authority"));

  private final Frames frames;
  private final ProjectChoice projects;
  private final DatabaseUsers users;
  private final CustomRoles roles;
  private final Resources resources;
  private final Passwords passwords;
  private final InstantSource clock;

  DatabaseAccessPages(
      Frames frames,
      ProjectChoice projects,
      DatabaseUsers users,
      CustomRoles roles,
      Resources resources,
      Passwords passwords,
      InstantSource clock) {
    this.frames = frames;
    this.projects = projects;
    this.users = users;
    this.roles = roles;
    this.resources = resources;
    this.passwords = passwords;
    this.clock = clock;
  }

  @GetMapping("/database-access")
  ModelAndView any(@AuthenticationPrincipal Actor actor) {
    return new ModelAndView(
        "redirect:/projects/" + projects.first(actor).name() + "/database-access");
  }

  @GetMapping("/projects/{project}/database-access")
  ModelAndView list(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project) {
    return page(
        actor,
        request,
        projects.named(actor, project),
        FormView.of(Map.of("kind", "SCRAM", "roles", "readWrite@")),
        null);
  }

  /** Shows a password that was made here in the answer itself: it is told once. */
  @PostMapping("/projects/{project}/database-access/users")
  ModelAndView add(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @RequestParam MultiValueMap<String, String> fields) {
    Project found = projects.named(actor, project);
    FormView form = filled(fields);
    try {
      Kind kind =
          KINDS.stream()
              .map(Option::value)
              .filter(form.value("kind")::equals)
              .findFirst()
              .map(Kind::valueOf)
              .orElse(Kind.SCRAM);
      String typed = form.value("password");
      boolean makes = kind == Kind.SCRAM && typed.isEmpty();
      Secret password =
          kind != Kind.SCRAM ? null : makes ? passwords.generate() : new Secret(typed);
      DatabaseUser user =
          users.create(
              actor,
              found.id(),
              new DatabaseUsers.Draft(
                  form.value("username").strip(),
                  kind,
                  password,
                  RightsText.userRoles(form.value("roles")),
                  fields.getOrDefault("cluster", List.of()),
                  List.of(),
                  form.value("description").strip(),
                  Ends.instant(form.value("end"), clock.instant())));
      if (kind != Kind.SCRAM) {
        return new ModelAndView("redirect:" + DatabaseUserPages.path(found, user) + "?done=added");
      }
      return page(
          actor,
          request,
          found,
          FormView.of(Map.of("kind", "SCRAM", "roles", "readWrite@")),
          new DatabaseAccessView.Made(
              user.username(),
              makes ? Objects.requireNonNull(password).reveal() : null,
              uris(users.reach(actor, user), user)));
    } catch (Refused refused) {
      return again(actor, request, found, form, refused);
    }
  }

  private ModelAndView again(
      Actor actor, HttpServletRequest request, Project project, FormView form, Refused refused) {
    if (refused.code().status() == 403) {
      throw refused;
    }
    ModelAndView again =
        page(actor, request, project, DatabaseUserPages.beside(form, refused), null);
    again.setStatus(HttpStatusCode.valueOf(refused.code().status()));
    return again;
  }

  /** Every field with all of its values, but for passwords, which are never put back. */
  static FormView filled(MultiValueMap<String, String> fields) {
    return new FormView(Map.copyOf(fields), Map.of());
  }

  private static List<String> uris(List<Reach> reach, DatabaseUser user) {
    return reach.stream()
        .map(Reach::address)
        .filter(Objects::nonNull)
        .map(address ->
            "mongodb://"
                + URLEncoder.encode(user.username(), StandardCharsets.UTF_8)
                + "@"
                + address
                + "/?tls=true&authSource=admin")
        .toList();
  }

  private ModelAndView page(
      Actor actor,
      HttpServletRequest request,
      Project project,
      FormView form,
      DatabaseAccessView.@Nullable Made made) {
    Map<String, List<Reach>> reaches = users.reaches(actor, project.id());
    List<DatabaseAccessView.UserRow> rows =
        users.list(actor, project.id()).stream()
            .map(user -> row(user, reaches.getOrDefault(user.id(), List.of())))
            .toList();
    List<DatabaseAccessView.RoleRow> roleRows =
        roles.list(actor, project.id()).stream().map(DatabaseAccessPages::row).toList();
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put(
        "view",
        new DatabaseAccessView(
            project.name(),
            projects.options(actor),
            rows,
            roleRows,
            form,
            KINDS,
            clusters(resources, actor, project),
            Ends.OPTIONS,
            actor.managesDatabaseUsers(project.id()),
            made));
    return frames.page(request, actor, Place.DATABASE_ACCESS, "page/databaseAccess", parameters);
  }

  static List<Option> clusters(Resources resources, Actor actor, Project project) {
    return resources.list(actor, project.id(), new Page.Ask(Page.Ask.MOST, null)).items().stream()
        .map(Resource::name)
        .map(name -> new Option(name, name))
        .toList();
  }

  private static DatabaseAccessView.UserRow row(DatabaseUser user, List<Reach> reach) {
    Instant end = user.deleteAfter();
    return new DatabaseAccessView.UserRow(
        user.id(),
        user.username(),
        kind(user.kind()),
        user.roles().stream().map(RightsText::of).collect(Collectors.joining(", ")),
        reach.stream().map(DatabaseAccessPages::row).toList(),
        end == null ? null : new Tide(user.createdAt(), end),
        reach.stream().mapToInt(Reach::connections).sum(),
        reach.stream()
            .map(Reach::last)
            .filter(Objects::nonNull)
            .map(DatabaseUsers.Use::at)
            .max(Instant::compareTo)
            .orElse(null));
  }

  static ReachRow row(Reach reach) {
    Pill pill =
        switch (reach.state()) {
          case IN_FORCE -> new Pill("let in", Tone.OPEN);
          case ON_ITS_WAY -> new Pill("on its way", Tone.WAIT);
          case IN_TROUBLE -> new Pill("in trouble", Tone.NO);
          case NOT_SERVED -> new Pill("not served", Tone.QUIET);
        };
    return new ReachRow(reach.cluster(), pill, reach.sentence(), reach.address());
  }

  static String kind(Kind kind) {
    return switch (kind) {
      case SCRAM -> "password";
      case X509_MANAGED -> "certificate of this project";
      case X509_CUSTOMER -> "certificate of the project's own authority";
      case LDAP_USER -> "LDAP user";
      case LDAP_GROUP -> "LDAP group";
      case OIDC_USER -> "workload of an identity provider";
      case OIDC_GROUP -> "group of an identity provider";
      case AWS_IAM_USER -> "AWS IAM user";
      case AWS_IAM_ROLE -> "AWS IAM role";
    };
  }

  private static DatabaseAccessView.RoleRow row(CustomRole role) {
    return new DatabaseAccessView.RoleRow(
        role.name(),
        RightsText.of(role).replace("\n", "; "),
        role.inherits().stream()
            .map(inherited -> inherited.role() + "@" + inherited.db())
            .collect(Collectors.joining(", ")));
  }
}
