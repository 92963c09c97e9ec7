package io.tidegate.ledger;

import org.jspecify.annotations.Nullable;

/**
 * Stored entries could not be read back; the message says why and what to do. Unchecked, because it
 * comes out of streams.
 */
public final class LedgerReadException extends RuntimeException {
  LedgerReadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
