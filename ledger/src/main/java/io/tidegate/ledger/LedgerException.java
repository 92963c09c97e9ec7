package io.tidegate.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a ledger cannot go on. Each message is a sentence that says what to do. */
public abstract sealed class LedgerException extends Exception {
  private LedgerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Another process, or another place in this one, has the folder open. */
  public static final class Locked extends LedgerException {
    Locked(String message) {
      super(message, null);
    }
  }

  /** What is under the signed head is not what was written. The ledger is left as it was found. */
  public static final class Damaged extends LedgerException {
    private final transient List<Finding> findings;

    Damaged(String message, List<Finding> findings) {
      super(message, null);
      this.findings = List.copyOf(findings);
    }

    /** What was found, at least one. */
    public List<Finding> findings() {
      return findings;
    }
  }

  /**
   * A write failed: the disk is full or broken. Nothing more is accepted until the ledger is opened
   * anew.
   */
  public static final class Broken extends LedgerException {
    Broken(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The ledger was closed. */
  public static final class Closed extends LedgerException {
    Closed(String message) {
      super(message, null);
    }
  }

  /** The key file is missing, unreadable, malformed, or readable by others. */
  public static final class KeyFile extends LedgerException {
    KeyFile(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The folder cannot be read or created. */
  public static final class Unreadable extends LedgerException {
    Unreadable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
