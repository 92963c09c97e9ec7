package io.tidegate.control.application;

import io.tidegate.control.cluster.Vault;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.wire.sasl.ScramMechanism;
import io.tidegate.wire.sasl.ScramVerifier;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;

/**
 * What is kept of a database user's password: a verifier for each SCRAM mechanism, sealed for that
 * user. The password itself is forgotten as soon as they are made.
 */
@Component
class Verifiers {
  private static final int SHORTEST = 8;
  private static final int LONGEST = 1024;
  private static final TypeReference<List<Kept>> LIST = new TypeReference<>() {};

  private final SecureRandom random;
  private final Vault vault;
  private final Json json;

  Verifiers(SecureRandom random, Vault vault, Json json) {
    this.random = random;
    this.vault = vault;
    this.json = json;
  }

  /** The two of one password. */
  record Pair(ScramVerifier sha256, ScramVerifier sha1) {}

  /** A verifier as JSON, its bytes in base64. */
  private record Kept(String salt, int iterations, String storedKey, String serverKey) {
    static Kept of(ScramVerifier verifier) {
      Base64.Encoder base64 = Base64.getEncoder();
      return new Kept(
          base64.encodeToString(verifier.salt()),
          verifier.iterations(),
          base64.encodeToString(verifier.storedKey()),
          base64.encodeToString(verifier.serverKey()));
    }

    ScramVerifier verifier(ScramMechanism mechanism) {
      Base64.Decoder base64 = Base64.getDecoder();
      return new ScramVerifier(
          mechanism,
          base64.decode(salt),
          iterations,
          base64.decode(storedKey),
          base64.decode(serverKey));
    }

    @Override
    public String toString() {
      return "<hidden>";
    }
  }

  /** Takes tens of milliseconds: not inside a transaction. */
  Pair derive(String username, Secret password) {
    String text = password.reveal();
    if (text.length() < SHORTEST || text.length() > LONGEST) {
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "password must have " + SHORTEST + " to " + LONGEST + " characters.");
    }
    try {
      return new Pair(
          derive(ScramMechanism.SHA_256, username, text),
          derive(ScramMechanism.SHA_1, username, text));
    } catch (IllegalArgumentException e) {
      // The cause may quote the password.
      throw new Refused(
          ErrorCode.BAD_INPUT,
          "password has characters that no client can send (RFC 4013).",
          "Leave out control characters and unassigned ones.");
    }
  }

  private ScramVerifier derive(ScramMechanism mechanism, String username, String password) {
    byte[] salt = new byte[mechanism.saltLength()];
    random.nextBytes(salt);
    return ScramVerifier.derive(mechanism, username, password, salt, mechanism.usualIterations());
  }

  String seal(Pair pair, String userId) {
    return vault.seal(
        new Secret(json.write(List.of(Kept.of(pair.sha256()), Kept.of(pair.sha1())))), userId);
  }

  Pair open(String sealed, String userId) {
    List<Kept> kept = json.read(vault.open(sealed, userId).reveal(), LIST);
    return new Pair(
        kept.get(0).verifier(ScramMechanism.SHA_256), kept.get(1).verifier(ScramMechanism.SHA_1));
  }
}
