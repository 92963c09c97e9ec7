package io.tidegate.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a command speaks and is spoken to. What was asked for goes to {@link #out}; everything said
 * on the way goes to {@link #err}, so that output can be piped.
 */
public class Terminal {
  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final boolean colour;

  /**
   * @param interactive whether a person sits there: then there may be progress and questions
   * @param environment for {@code NO_COLOR} and {@code TERM}
   */
  public Terminal(
      PrintStream out, PrintStream err, boolean interactive, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.colour =
        interactive
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
  }

  /** The process's own. */
  static Terminal ofProcess() {
    return new Terminal(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        console().isPresent(),
        System.getenv());
  }

  public final void out(String line) {
    out.println(line);
  }

  /** Exactly this, without a line end. */
  public final void outRaw(String text) {
    out.print(text);
    out.flush();
  }

  public final void err(String line) {
    clearProgress();
    err.println(line);
  }

  public final boolean interactive() {
    return interactive;
  }

  /** One line that the next one replaces; nothing where nobody watches. */
  public final void progress(String line) {
    if (interactive) {
      err.print("\r\u001b[K" + line);
      err.flush();
    }
  }

  public final void clearProgress() {
    if (interactive) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }

  public final String strong(String text) {
    return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
  }

  public final String faint(String text) {
    return colour ? "\u001b[2m" + text + "\u001b[0m" : text;
  }

  /** Asks for a secret without showing it; null where nobody can be asked. */
  public char @Nullable [] askSecret(String prompt) {
    return console().map(console -> console.readPassword("%s", prompt)).orElse(null);
  }

  /** The first line of standard input. */
  public String readLine() throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = in.readLine();
    return line == null ? "" : line;
  }

  private static Optional<Console> console() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal);
  }
}
