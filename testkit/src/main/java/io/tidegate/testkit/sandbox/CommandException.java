package io.tidegate.testkit.sandbox;

/** A command's failure as the client sees it: {@code ok: 0} with MongoDB's code and code name. */
final class CommandException extends RuntimeException {

  private final int code;
  private final String codeName;

  CommandException(int code, String codeName, String message) {
    super(message, null, false, false);
    this.code = code;
    this.codeName = codeName;
  }

  int code() {
    return code;
  }

  String codeName() {
    return codeName;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? codeName : message;
  }

  static CommandException unauthorized(String message) {
    return new CommandException(13, "Unauthorized", message);
  }

  static CommandException authenticationFailed() {
    return new CommandException(18, "AuthenticationFailed", "Authentication failed.");
  }

  static CommandException badValue(String message) {
    return new CommandException(2, "BadValue", message);
  }

  static CommandException typeMismatch(String message) {
    return new CommandException(14, "TypeMismatch", message);
  }

  static CommandException notFound(String command) {
    return new CommandException(59, "CommandNotFound", "no such command: '" + command + "'");
  }

  static CommandException notInSandbox(String what) {
    return new CommandException(
        115, "CommandNotSupported", what + " is not available in Tidegate's sandbox");
  }

  static CommandException namespaceNotFound(String namespace) {
    return new CommandException(26, "NamespaceNotFound", "ns does not exist: " + namespace);
  }
}
