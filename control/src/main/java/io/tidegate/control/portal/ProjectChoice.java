package io.tidegate.control.portal;

import io.tidegate.control.org.Project;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.Option;
import java.util.List;
import org.springframework.stereotype.Component;

/** Which project a page of projects' settings is about, and the others that one can go to. */
@Component
class ProjectChoice {
  private final Projects projects;

  ProjectChoice(Projects projects) {
    this.projects = projects;
  }

  /** The first that the reader sees. */
  Project first(Actor actor) {
    return all(actor).stream()
        .findFirst()
        .orElseThrow(
            () -> Refused.notAllowed("You are in no project, and see no project's settings."));
  }

  Project named(Actor actor, String name) {
    return projects.project(actor, name);
  }

  List<Option> options(Actor actor) {
    return all(actor).stream()
        .map(project -> new Option(project.name(), project.displayName()))
        .toList();
  }

  private List<Project> all(Actor actor) {
    return projects.list(actor, new Page.Ask(Page.Ask.MOST, null)).items();
  }
}
