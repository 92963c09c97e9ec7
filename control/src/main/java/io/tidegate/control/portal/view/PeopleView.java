package io.tidegate.control.portal.view;

import java.util.List;

/** The people of the organization. */
public record PeopleView(
    List<Row> rows, FormView form, List<Option> roles, List<Option> projects, boolean adding) {

  /** A person in one row. */
  public record Row(
      String id, String username, String displayName, String roles, Pill state, boolean self) {}
}
