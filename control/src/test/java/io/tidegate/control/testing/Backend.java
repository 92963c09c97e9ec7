package io.tidegate.control.testing;

/** The databases that every behaviour is tested on. */
public enum Backend {
  SQLITE,
  POSTGRESQL
}
