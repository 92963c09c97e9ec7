package io.tidegate.cli;

import com.google.errorprone.annotations.Keep;
import io.tidegate.cli.command.AuditCommands;
import io.tidegate.cli.command.CompletionCommand;
import io.tidegate.cli.command.DbCommands;
import io.tidegate.cli.command.GatewayCommands;
import io.tidegate.cli.command.LauncherCommands;
import io.tidegate.cli.command.LoginCommand;
import io.tidegate.cli.command.LogoutCommand;
import io.tidegate.cli.command.OutputFormat;
import io.tidegate.cli.command.RemoteCommand;
import io.tidegate.cli.command.RequestCommands;
import io.tidegate.cli.command.ResourceCommands;
import io.tidegate.cli.command.SessionCommands;
import io.tidegate.cli.command.WhoamiCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code tidegate} program. */
@Command(
    name = "tidegate",
    description = {
      "Access to MongoDB for a reason, for a while, recorded, and then shut.",
      "",
      "A first session:",
      "  tidegate login --domain http://127.0.0.1:8420",
      "  tidegate db access --resource orders-db --account readonly --duration 1h"
    },
    versionProvider = TidegateCli.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n")
public final class TidegateCli implements Runnable {
  /** In the order of the help. Each is a class of its own to load, so it is loaded when needed. */
  private static final List<Named> COMMANDS =
      List.of(
          new Named("login", () -> LoginCommand.class),
          new Named("logout", () -> LogoutCommand.class),
          new Named("whoami", () -> WhoamiCommand.class),
          new Named("db", () -> DbCommands.class),
          new Named("requests", () -> RequestCommands.class),
          new Named("sessions", () -> SessionCommands.class),
          new Named("resources", () -> ResourceCommands.class),
          new Named("gateways", () -> GatewayCommands.class),
          new Named("audit", () -> AuditCommands.class),
          new Named("completion", () -> CompletionCommand.class),
          new Named("start", () -> LauncherCommands.Start.class),
          new Named("gateway", () -> LauncherCommands.Gateway.class),
          new Named("test", () -> LauncherCommands.Test.class));

  @Keep @Spec private CommandSpec spec = CommandSpec.create();

  @Keep
  @CommandLine.Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Keep
  @CommandLine.Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  private TidegateCli() {}

  /** Runs one command and ends the process with its {@link ExitCode}. */
  public static void main(String[] arguments) {
    Surroundings surroundings = Surroundings.ofProcess();
    try (Interruption interruption = Interruption.ofProcess()) {
      int exit = ExitCode.FAILURE.number();
      try {
        exit = run(surroundings, arguments);
      } finally {
        interruption.finished(exit);
      }
      System.exit(exit);
    }
  }

  /** Runs one command; the number is for the shell. */
  public static int run(Surroundings surroundings, String... arguments) {
    Terminal terminal = surroundings.terminal();
    if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
      // Asked often by scripts, and nothing has to be loaded to answer.
      terminal.out(Version.text());
      return ExitCode.OK.number();
    }
    CommandLine commandLine = commandLine(surroundings, arguments);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    if (!out.toString().isEmpty()) {
      terminal.outRaw(out.toString());
    }
    if (!err.toString().isEmpty()) {
      terminal.err(err.toString().stripTrailing());
    }
    return exit;
  }

  static CommandLine commandLine(Surroundings surroundings, String... arguments) {
    Factory factory = new Factory(surroundings);
    CommandLine commandLine = new CommandLine(new TidegateCli(), factory);
    String first = arguments.length == 0 ? "" : arguments[0];
    boolean known = COMMANDS.stream().anyMatch(command -> command.name.equals(first));
    for (Named command : COMMANDS) {
      // The completion script names all commands; any other needs itself only.
      if (!known || command.name.equals(first) || first.equals("completion")) {
        commandLine.addSubcommand(command.name, new CommandLine(command.type.get(), factory));
      }
    }
    commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setExpandAtFiles(false)
        .setAbbreviatedOptionsAllowed(false)
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setParameterExceptionHandler((failure, ignored) -> {
          String name = failure.getCommandLine().getCommandSpec().qualifiedName();
          surroundings.terminal().err("tidegate: " + notUnderstood(failure, name));
          surroundings.terminal().err("  See `" + name + " --help`.");
          return ExitCode.USAGE.number();
        })
        .setExecutionExceptionHandler(
            (failure, where, ignored) -> failed(surroundings.terminal(), where, failure));
    space(commandLine);
    commandLine.getHelpSectionMap().put("exitCodes", _ -> exitCodes());
    commandLine.setHelpSectionKeys(
        java.util.stream.Stream.concat(
                commandLine.getHelpSectionKeys().stream(), java.util.stream.Stream.of("exitCodes"))
            .toList());
    return commandLine;
  }

  /** A blank line between what a help says and what it lists. */
  private static void space(CommandLine commandLine) {
    commandLine
        .getCommandSpec()
        .usageMessage()
        .optionListHeading("%nOptions:%n")
        .parameterListHeading("%nArguments:%n")
        .commandListHeading("%nCommands:%n");
    commandLine.getSubcommands().values().forEach(TidegateCli::space);
  }

  /** In a person's words where the parser counts from zero. */
  private static String notUnderstood(CommandLine.ParameterException failure, String command) {
    if (failure instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String what = unmatched.getUnmatched().getFirst();
      List<String> close = unmatched.getSuggestions();
      String meant = close.isEmpty() ? "" : " Did you mean " + String.join(" or ", close) + "?";
      if (unmatched.isUnknownOption()) {
        return "`" + command + "` has no option " + what + "." + meant;
      }
      return failure.getCommandLine().getSubcommands().isEmpty()
          ? "`" + command + "` does not take '" + what + "'." + meant
          : "`" + command + "` has no command '" + what + "'." + meant;
    }
    return String.valueOf(failure.getMessage());
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static String exitCodes() {
    StringBuilder text = new StringBuilder("%nExit codes:%n".formatted());
    for (ExitCode code : ExitCode.values()) {
      text.append("  %3d  %s%n".formatted(code.number(), code.meaning()));
    }
    return text.toString();
  }

  private static int failed(Terminal terminal, CommandLine where, Exception failure) {
    return switch (failure) {
      case Failure known -> {
        if (where.getCommand() instanceof RemoteCommand command
            && command.format() == OutputFormat.JSON) {
          terminal.err(RemoteCommand.asJson(known));
        } else {
          terminal.err("tidegate: " + known.sentence());
          if (!known.next().isEmpty()) {
            terminal.err("  " + known.next());
          }
        }
        yield known.exitCode().number();
      }
      case InterruptedException _ -> ExitCode.INTERRUPTED.number();
      default -> {
        terminal.err("tidegate: something went wrong inside the command line itself.");
        terminal.err("  " + failure);
        if (!System.getenv().getOrDefault("TIDEGATE_DEBUG", "").isEmpty()) {
          terminal.err(
              String.join(
                  "\n",
                  Arrays.stream(failure.getStackTrace()).map(line -> "    at " + line).toList()));
        } else {
          terminal.err("  Set TIDEGATE_DEBUG=1 to see where.");
        }
        yield ExitCode.FAILURE.number();
      }
    };
  }

  /** The version of the build, from the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {text()};
    }

    static String text() {
      String version = TidegateCli.class.getPackage().getImplementationVersion();
      return "tidegate " + (version == null ? "(not built as a jar)" : version);
    }
  }

  private record Named(String name, Supplier<Class<?>> type) {}

  /** Gives each command the surroundings if it asks for them. */
  private static final class Factory implements CommandLine.IFactory {
    private final Surroundings surroundings;
    private final CommandLine.IFactory usual = CommandLine.defaultFactory();

    Factory(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
      for (Constructor<?> constructor : type.getDeclaredConstructors()) {
        if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Surroundings.class})) {
          // A command's constructor is its package's own business.
          constructor.setAccessible(true);
          try {
            return type.cast(constructor.newInstance(surroundings));
          } catch (InvocationTargetException e) {
            throw new IllegalStateException("a command could not be made", e.getCause());
          }
        }
      }
      return usual.create(type);
    }
  }
}
