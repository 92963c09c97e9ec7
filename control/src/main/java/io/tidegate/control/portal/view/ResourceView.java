package io.tidegate.control.portal.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One resource with its accounts and the flows that lead to them. */
public record ResourceView(
    String id,
    String name,
    String project,
    String address,
    String authDatabase,
    String tls,
    Pill gateway,
    @Nullable String description,
    List<Account> accounts,
    List<Fact> facts,
    boolean mayChange,
    Applications applications) {

  /**
   * By which account applications reach it, after a gateway has let their own users in.
   *
   * @param account its id; empty when none are let in
   * @param choices the accounts that there are, by id
   */
  public record Applications(String account, List<Option> choices, long version) {
    public Applications {
      choices = List.copyOf(choices);
    }
  }

  /** A labelled fact of the side card. */
  public record Fact(String label, String value, boolean mono) {}

  /**
   * An account and how one gets it.
   *
   * @param how one sentence: auto-approved up to 8 h, or who approves
   * @param atOnce whether no approval is needed
   * @param requestable whether some flow leads there for the reader
   * @param why why not, when it is not requestable
   * @param command what to type to request and use it
   */
  public record Account(
      String id,
      String name,
      @Nullable String description,
      String reaches,
      String how,
      boolean atOnce,
      boolean requestable,
      @Nullable String why,
      String command,
      String requestHref,
      List<Flow> flows) {}

  /** A flow as its administrators see it. */
  public record Flow(String id, String name, String sentence) {}
}
