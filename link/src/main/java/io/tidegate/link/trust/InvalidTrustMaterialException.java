package io.tidegate.link.trust;

/** A certificate, key, request, token or sealed secret that cannot be read or does not fit. */
public final class InvalidTrustMaterialException extends Exception {
  private static final long serialVersionUID = 1L;

  public InvalidTrustMaterialException(String sentence) {
    super(sentence);
  }

  public InvalidTrustMaterialException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
