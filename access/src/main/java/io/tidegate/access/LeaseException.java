package io.tidegate.access;

/** A lease that cannot be believed. The message says why and holds nothing of the lease. */
public final class LeaseException extends Exception {
  /** In which way. */
  public enum Fault {
    /** The signature is not that of the named key over exactly these bytes. */
    BAD_SIGNATURE,
    /** The key is not one that this verifier trusts. */
    UNKNOWN_KEY,
    /** The bytes are not a lease, or not one of a version known here. */
    MALFORMED
  }

  private static final long serialVersionUID = 1;

  private final Fault fault;

  LeaseException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  /** In which way it cannot be believed. */
  public Fault fault() {
    return fault;
  }
}
