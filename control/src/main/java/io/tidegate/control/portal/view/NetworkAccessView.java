package io.tidegate.control.portal.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A project's access list.
 *
 * @param yours the address that the reader comes from
 */
public record NetworkAccessView(
    String project,
    List<Option> projects,
    List<Row> rows,
    FormView form,
    List<Option> ends,
    String yours,
    boolean mayChange) {

  public NetworkAccessView {
    projects = List.copyOf(projects);
    rows = List.copyOf(rows);
    ends = List.copyOf(ends);
  }

  /**
   * An entry.
   *
   * @param tide the time left of a temporary one; null for one that stays
   * @param wide whether it lets everybody in
   * @param removal where its removal is sent
   */
  public record Row(
      String id,
      String range,
      String comment,
      @Nullable Tide tide,
      Pill state,
      boolean wide,
      String removal) {}
}
