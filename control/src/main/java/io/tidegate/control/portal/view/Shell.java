package io.tidegate.control.portal.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every page has around its own content.
 *
 * @param nav the groups of the side bar; the first has no title
 * @param notice what the last act did, shown once; null when there is nothing to say
 * @param assets a short hash of the shipped files, so that browsers may keep them for good
 * @param now the instant that the page was made at, by the server's clock
 */
public record Shell(
    Viewer viewer,
    List<NavGroup> nav,
    Theme theme,
    Csrf csrf,
    @Nullable Notice notice,
    String assets,
    Instant now) {

  public Shell {
    nav = List.copyOf(nav);
  }

  /** Who reads the page. */
  public record Viewer(String name, String role) {
    /** One or two letters for the round mark beside the name. */
    public String initials() {
      if (name.isBlank()) {
        return "?";
      }
      String[] words = name.strip().split("\\s+", 3);
      int[] first = words[0].codePoints().limit(1).toArray();
      if (words.length == 1) {
        return new String(first, 0, first.length);
      }
      int[] second = words[1].codePoints().limit(1).toArray();
      return new String(first, 0, first.length) + new String(second, 0, second.length);
    }
  }

  /** A titled run of links in the side bar. */
  public record NavGroup(@Nullable String title, List<NavItem> items) {
    public NavGroup {
      items = List.copyOf(items);
    }
  }

  /**
   * A link of the side bar.
   *
   * @param count how many wait or are live there; 0 shows no mark
   * @param calls whether the count asks for an act of the reader's, which makes the mark loud
   */
  public record NavItem(
      String icon, String label, String href, boolean current, int count, boolean calls) {}

  /** The token that every form carries back. */
  public record Csrf(String parameter, String token) {
    @Override
    public String toString() {
      return "Csrf[" + parameter + ", <hidden>]";
    }
  }

  /** Light, dark, or as the reader's system says. */
  public enum Theme {
    AUTO,
    LIGHT,
    DARK;

    /** The value of the page's {@code data-theme}, and of the cookie that remembers it. */
    public String attribute() {
      return switch (this) {
        case AUTO -> "auto";
        case LIGHT -> "light";
        case DARK -> "dark";
      };
    }

    /** Whatever is not a known choice is no choice. */
    public static Theme of(@Nullable String cookie) {
      if (cookie == null) {
        return AUTO;
      }
      return switch (cookie) {
        case "light" -> LIGHT;
        case "dark" -> DARK;
        default -> AUTO;
      };
    }
  }
}
