package io.tidegate.control.portal.view;

import java.util.List;

/** What the finder found. */
public record FinderView(String query, List<Group> groups) {

  /** Finds of one kind. */
  public record Group(String title, List<Find> finds) {}

  /** One find. */
  public record Find(String icon, String label, String note, String href) {}
}
