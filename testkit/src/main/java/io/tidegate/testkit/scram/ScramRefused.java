package io.tidegate.testkit.scram;

/** The other side did not prove what it had to, or spoke out of turn. */
public final class ScramRefused extends RuntimeException {

  ScramRefused() {
    super("SCRAM refused", null, false, false);
  }
}
