package io.tidegate.ledger;

/** Bytes that are not what the format says; the message is a clause that says which rule. */
final class MalformedLedgerException extends Exception {
  MalformedLedgerException(String message) {
    super(message);
  }
}
