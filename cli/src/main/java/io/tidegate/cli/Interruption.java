package io.tidegate.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl+C and SIGTERM. The first stop request interrupts the command, which has a few seconds to end
 * its session and say goodbye; its own exit code is the process's.
 */
final class Interruption implements AutoCloseable {
  private static final long GRACE_SECONDS = 4;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread command;
  private volatile int exit = ExitCode.INTERRUPTED.number();
  private volatile boolean finished;

  private Interruption(Thread command) {
    this.command = command;
  }

  static Interruption ofProcess() {
    Interruption interruption = new Interruption(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(interruption::stopping));
    return interruption;
  }

  /** The command has ended by itself. */
  void finished(int exitCode) {
    exit = exitCode;
    finished = true;
    done.countDown();
  }

  @Override
  public void close() {
    done.countDown();
  }

  private void stopping() {
    if (finished) {
      return;
    }
    command.interrupt();
    try {
      done.await(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The virtual machine would report the signal; the command knows better how it ended.
    Runtime.getRuntime().halt(exit);
  }
}
