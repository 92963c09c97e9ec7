package io.tidegate.control.portal;

import io.tidegate.control.network.AccessList;
import io.tidegate.control.network.AccessListEntry;
import io.tidegate.control.org.Project;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.NetworkAccessView;
import io.tidegate.control.portal.view.Pill;
import io.tidegate.control.portal.view.Tide;
import io.tidegate.control.portal.view.Tone;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** From where a project's applications are let in. */
@Controller
class NetworkAccessPages {
  private final Frames frames;
  private final ProjectChoice projects;
  private final AccessList accessList;
  private final InstantSource clock;

  NetworkAccessPages(
      Frames frames, ProjectChoice projects, AccessList accessList, InstantSource clock) {
    this.frames = frames;
    this.projects = projects;
    this.accessList = accessList;
    this.clock = clock;
  }

  @GetMapping("/network-access")
  ModelAndView any(@AuthenticationPrincipal Actor actor) {
    return new ModelAndView(
        "redirect:/projects/" + projects.first(actor).name() + "/network-access");
  }

  @GetMapping("/projects/{project}/network-access")
  ModelAndView list(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project) {
    return page(actor, request, projects.named(actor, project), FormView.blank());
  }

  @PostMapping("/projects/{project}/network-access")
  ModelAndView add(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String project,
      @RequestParam Map<String, String> fields) {
    FormView form = FormView.of(fields);
    Project found = projects.named(actor, project);
    try {
      accessList.add(
          actor,
          found.id(),
          List.of(
              new AccessList.Draft(
                  form.value("range").strip(),
                  form.value("comment").strip(),
                  Ends.instant(form.value("end"), clock.instant()))));
      return to(found, "added");
    } catch (Refused refused) {
      if (refused.code().status() == 403) {
        throw refused;
      }
      String field = refused.detail().startsWith("comment") ? "comment" : "range";
      ModelAndView again =
          page(actor, request, found, form.with(field, FieldRefused.sentence(refused)));
      again.setStatus(HttpStatusCode.valueOf(refused.code().status()));
      return again;
    }
  }

  @PostMapping("/projects/{project}/network-access/remove")
  ModelAndView remove(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String project,
      @RequestParam String range,
      @RequestParam String confirm) {
    Project found = projects.named(actor, project);
    AccessListEntry entry = accessList.entry(actor, found.id(), range);
    Confirmed.byName(confirm, entry.text());
    accessList.remove(actor, found.id(), range);
    return to(found, "removed");
  }

  private static ModelAndView to(Project project, String done) {
    return new ModelAndView(
        "redirect:/projects/" + project.name() + "/network-access?done=" + done);
  }

  private ModelAndView page(
      Actor actor, HttpServletRequest request, Project project, FormView form) {
    List<NetworkAccessView.Row> rows =
        accessList.list(actor, project.id()).stream()
            .map(entry -> row(actor, project, entry))
            .toList();
    return frames.page(
        request,
        actor,
        Place.NETWORK_ACCESS,
        "page/networkAccess",
        Map.of(
            "view",
            new NetworkAccessView(
                project.name(),
                projects.options(actor),
                rows,
                form,
                Ends.OPTIONS,
                request.getRemoteAddr(),
                actor.managesNetwork(project.id()))));
  }

  private NetworkAccessView.Row row(Actor actor, Project project, AccessListEntry entry) {
    Instant end = entry.deleteAfter();
    return new NetworkAccessView.Row(
        entry.id(),
        entry.text(),
        entry.comment(),
        end == null ? null : new Tide(entry.createdAt(), end),
        accessList.inForce(actor, project.id(), entry.text())
            ? new Pill("in force", Tone.OPEN)
            : new Pill("on its way", Tone.WAIT),
        entry.range().prefix() == 0,
        "/projects/"
            + project.name()
            + "/network-access/remove?range="
            + URLEncoder.encode(entry.text(), StandardCharsets.UTF_8));
  }
}
