package io.tidegate.e2e.support;

import io.tidegate.testkit.target.TargetReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Says at the end of a run which real servers it met, on the console and for the script that runs
 * the tests and has the last word.
 */
public final class TargetsAtTheEnd implements LauncherSessionListener {

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    System.out.println(TargetReport.shared().table());
    try {
      TargetReport.shared().leave();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
