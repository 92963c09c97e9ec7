package io.tidegate.control.portal.view;

/** The three colours that mean things, and the two that do not. A word always stands beside one. */
public enum Tone {
  /** Teal: open, yours, allowed. */
  OPEN("open"),
  /** Teal that breathes: happening now. */
  LIVE("live"),
  /** Amber: waits, nearly over, changed on the way. */
  WAIT("wait"),
  /** Red: refused, cut, overdue. */
  NO("no"),
  /** Ink: over and done. */
  QUIET("quiet");

  private final String css;

  Tone(String css) {
    this.css = css;
  }

  /** The class that the stylesheet knows it by. */
  public String css() {
    return css;
  }
}
