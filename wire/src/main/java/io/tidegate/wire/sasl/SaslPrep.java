package io.tidegate.wire.sasl;

import com.ongres.saslprep.SASLprep;

/** The preparation of passwords for SCRAM-SHA-256 (RFC 4013), as "stored strings". */
public final class SaslPrep {
  private static final SASLprep PROFILE = new SASLprep();

  private SaslPrep() {}

  /**
   * The prepared form of a password.
   *
   * @throws IllegalArgumentException when it holds a character that RFC 4013 prohibits or Unicode
   *     3.2 does not know; the message does not quote it
   */
  public static String prepare(String password) {
    try {
      return PROFILE.prepareStored(password);
    } catch (IllegalArgumentException e) {
      // The library's message can name the character.
      throw new IllegalArgumentException("the password has a character that SASLprep prohibits");
    }
  }
}
