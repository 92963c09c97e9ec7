package io.tidegate.control.portal;

import io.tidegate.control.cluster.CustomRole;
import io.tidegate.control.cluster.CustomRoles;
import io.tidegate.control.org.Project;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.FormView;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** Making and changing a project's custom roles. */
@Controller
class CustomRolePages {
  private final Frames frames;
  private final ProjectChoice projects;
  private final CustomRoles roles;

  CustomRolePages(Frames frames, ProjectChoice projects, CustomRoles roles) {
    this.frames = frames;
    this.projects = projects;
    this.roles = roles;
  }

  @GetMapping("/projects/{project}/database-access/roles/new")
  ModelAndView add(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project) {
    return form(actor, request, projects.named(actor, project), FormView.blank(), null);
  }

  @PostMapping("/projects/{project}/database-access/roles")
  ModelAndView create(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @RequestParam Map<String, String> fields) {
    Project found = projects.named(actor, project);
    FormView form = FormView.of(fields);
    try {
      roles.create(actor, found.id(), draft(form, form.value("name").strip()));
      return to(found, "added");
    } catch (Refused refused) {
      return again(actor, request, found, form, null, refused);
    }
  }

  @GetMapping("/projects/{project}/database-access/roles/{name}/edit")
  ModelAndView edit(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @PathVariable String name) {
    Project found = projects.named(actor, project);
    CustomRole role = roles.role(actor, found.id(), name);
    FormView form =
        FormView.of(
            Map.of(
                "privileges",
                RightsText.of(role),
                "inherits",
                role.inherits().stream()
                    .map(inherited -> inherited.role() + "@" + inherited.db())
                    .collect(Collectors.joining("\n")),
                "description",
                role.description(),
                "version",
                Long.toString(role.version())));
    return form(actor, request, found, form, role.name());
  }

  @PostMapping("/projects/{project}/database-access/roles/{name}")
  ModelAndView update(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @PathVariable String name,
      @RequestParam Map<String, String> fields) {
    Project found = projects.named(actor, project);
    FormView form = FormView.of(fields);
    try {
      roles.update(
          actor, found.id(), name, ResourcePages.version(form.value("version")), draft(form, name));
      return to(found, "saved");
    } catch (Refused refused) {
      return again(actor, request, found, form, name, refused);
    }
  }

  @PostMapping("/projects/{project}/database-access/roles/{name}/remove")
  ModelAndView remove(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String project,
      @PathVariable String name,
      @RequestParam String version,
      @RequestParam String confirm) {
    Project found = projects.named(actor, project);
    Confirmed.byName(confirm, name);
    roles.delete(actor, found.id(), name, ResourcePages.version(version));
    return to(found, "removed");
  }

  private static CustomRoles.Draft draft(FormView form, String name) {
    return new CustomRoles.Draft(
        name,
        form.value("description").strip(),
        RightsText.rights(form.value("privileges")),
        RightsText.inherited(form.value("inherits")));
  }

  private static ModelAndView to(Project project, String done) {
    return new ModelAndView(
        "redirect:/projects/" + project.name() + "/database-access?done=" + done);
  }

  private ModelAndView again(
      Actor actor,
      HttpServletRequest request,
      Project project,
      FormView form,
      @Nullable String name,
      Refused refused) {
    if (refused.code() == ErrorCode.NOT_ALLOWED) {
      throw refused;
    }
    String detail = refused.detail();
    String field =
        detail.startsWith("name") || refused.code() == ErrorCode.NAME_TAKEN
            ? "name"
            : detail.startsWith("inherits") || detail.startsWith("roles")
                ? "inherits"
                : "privileges";
    ModelAndView again =
        form(
            actor,
            request,
            project,
            form.with(name == null || !field.equals("name") ? field : "privileges", detail),
            name);
    again.setStatus(HttpStatusCode.valueOf(refused.code().status()));
    return again;
  }

  private ModelAndView form(
      Actor actor,
      HttpServletRequest request,
      Project project,
      FormView form,
      @Nullable String name) {
    if (!actor.managesDatabaseUsers(project.id())) {
      throw Refused.notAllowed(
          "Only owners and database access administrators of the project change its custom roles.");
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("form", form);
    parameters.put("project", project.name());
    if (name != null) {
      parameters.put("name", name);
    }
    return frames.page(request, actor, Place.DATABASE_ACCESS, "page/customRole", parameters);
  }
}
