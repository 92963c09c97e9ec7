package io.tidegate.ledger;

import org.jspecify.annotations.Nullable;

/** What an exception says, for the middle of a sentence. */
final class Reason {
  private Reason() {}

  /** The message alone, which is a clause already. */
  static String clause(MalformedLedgerException malformed) {
    String message = malformed.getMessage();
    return message == null ? "it makes no sense" : message;
  }

  static String of(@Nullable Throwable cause) {
    if (cause == null) {
      return "unknown reason";
    }
    String message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : cause.getClass().getSimpleName() + ": " + message;
  }
}
