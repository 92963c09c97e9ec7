package io.tidegate.control.portal.view;

import java.util.List;

/** Every rule that can refuse, with its sentence and what to do next. */
public record RulesView(List<Group> groups) {

  /** The rules of one place. */
  public record Group(String title, String sentence, List<Rule> rules) {}

  /** One rule. */
  public record Rule(String id, String sentence, String next) {}
}
