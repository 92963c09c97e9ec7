package io.tidegate.gateway.session;

/** Errors by which a node says that it is not, or no longer, what clients take it for. */
final class StateChange {
  private StateChange() {}

  /** Whether the code is one of the drivers' "not writable primary" and "node is recovering". */
  static boolean isOne(int code) {
    return switch (code) {
      case 91, 189, 10058, 10107, 11600, 11602, 13435, 13436 -> true;
      default -> false;
    };
  }
}
