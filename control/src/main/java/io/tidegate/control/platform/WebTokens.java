package io.tidegate.control.platform;

import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.jwt.JwtHmacParameters;
import com.google.crypto.tink.jwt.JwtInvalidException;
import com.google.crypto.tink.jwt.JwtMac;
import com.google.crypto.tink.jwt.JwtMacConfig;
import com.google.crypto.tink.jwt.JwtValidator;
import com.google.crypto.tink.jwt.RawJwt;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import org.springframework.stereotype.Component;

/**
 * Tokens in the form of JWT (RFC 7519), which clients of the Atlas API open to see whose they are
 * and until when. They are worth nothing by their signature alone: each is also a row in the
 * database, so that it can be taken back. The signature keeps made-up ones away from there.
 */
@Component
public final class WebTokens {
  private static final String FILE = "keys/tokens.json";
  private static final int ID_BYTES = 24;
  private static final int KEY_BYTES = 32;
  private static final int LONGEST = 4096;

  private final JwtMac mac;
  private final SecureRandom random;
  private final InstantSource clock;

  WebTokens(DataFolder folder, SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
    try {
      JwtMacConfig.register();
      KeysetHandle handle =
          KeysetFile.open(
              folder,
              FILE,
              JwtHmacParameters.builder()
                  .setKeySizeBytes(KEY_BYTES)
                  .setAlgorithm(JwtHmacParameters.Algorithm.HS256)
                  .setKidStrategy(JwtHmacParameters.KidStrategy.BASE64_ENCODED_KEY_ID)
                  .build());
      mac = handle.getPrimitive(RegistryConfiguration.get(), JwtMac.class);
    } catch (GeneralSecurityException e) {
      throw new StartFailure(
          "The key file "
              + folder.root().resolve(FILE)
              + " is damaged. Remove it: a new one is made, and who signed in to the API with a"
              + " service account or a device signs in again.",
          e);
    }
  }

  /**
   * Makes one.
   *
   * @param subject whose it is, as their client shows them
   * @param audience what it opens; {@link #genuine} asks for the same
   */
  public Secret issue(String subject, String audience, Instant expiresAt) {
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    try {
      return new Secret(
          mac.computeMacAndEncode(
              RawJwt.newBuilder()
                  .setIssuer("tidegate")
                  .setSubject(subject)
                  .setAudience(audience)
                  .setJwtId(Base64.getUrlEncoder().withoutPadding().encodeToString(id))
                  .setIssuedAt(clock.instant())
                  .setExpiration(expiresAt)
                  .build()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a token could not be signed", e);
    }
  }

  /** Whether it was issued here for that audience, and has not expired. */
  public boolean genuine(Secret token, String audience) {
    if (token.reveal().length() > LONGEST) {
      return false;
    }
    try {
      mac.verifyMacAndDecode(
          token.reveal(),
          JwtValidator.newBuilder()
              .expectIssuer("tidegate")
              .expectAudience(audience)
              .setClock(clock.withZone(ZoneOffset.UTC))
              .build());
      return true;
    } catch (JwtInvalidException e) {
      return false;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
