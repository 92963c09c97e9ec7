package io.tidegate.control.portal.view;

/** A run of text of one kind, of a document written out with its types. */
public record TypedText(Kind kind, String text) {

  /** What the run is. */
  public enum Kind {
    KEY("k"),
    STRING("s"),
    NUMBER("u"),
    TYPE("t"),
    PUNCTUATION("p");

    private final String css;

    Kind(String css) {
      this.css = css;
    }

    public String css() {
      return css;
    }
  }
}
