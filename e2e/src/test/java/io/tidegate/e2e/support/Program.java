package io.tidegate.e2e.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The launcher script at the top of the repository: what a user starts. */
final class Program {

  private Program() {}

  static Path path() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path launcher = folder.resolve("tidegate");
      if (Files.isExecutable(launcher) && Files.isRegularFile(launcher)) {
        return launcher;
      }
    }
    throw new IllegalStateException("no launcher `tidegate` above " + Path.of("").toAbsolutePath());
  }

  static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(path().toString());
    command.addAll(arguments);
    return command;
  }

  static void interrupt(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }
}
