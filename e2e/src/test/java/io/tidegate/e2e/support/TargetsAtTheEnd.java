package io.tidegate.e2e.support;

import io.tidegate.testkit.target.TargetReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Says at the end of a run which real servers it met, on the console and in {@code
 * target/targets.txt} for the script that runs the tests and has the last word.
 */
public final class TargetsAtTheEnd implements LauncherSessionListener {

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    String table = TargetReport.shared().table();
    System.out.println(table);
    try {
      Path target = Path.of("target");
      if (Files.isDirectory(target)) {
        Files.writeString(target.resolve("targets.txt"), table);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
