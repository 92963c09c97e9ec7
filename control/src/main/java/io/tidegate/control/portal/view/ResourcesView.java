package io.tidegate.control.portal.view;

import java.util.List;

/** The resources that the reader sees. */
public record ResourcesView(List<Row> rows, boolean mayAdd) {

  /** A resource in one row. */
  public record Row(
      String id,
      String name,
      String project,
      String kind,
      String accounts,
      Pill gateway,
      boolean reachable) {}
}
