package io.tidegate.control.org;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;

/** The projects of the organization. */
public interface Projects {

  /** The projects that the actor may see, by name. */
  Page<Project> list(Actor actor, Page.Ask ask);

  /**
   * One project.
   *
   * @param reference an id or a name
   * @throws io.tidegate.control.platform.Refused not-found, also when it is not the actor's to see
   */
  Project project(Actor actor, String reference);

  Project create(Actor actor, String name, String displayName);
}
