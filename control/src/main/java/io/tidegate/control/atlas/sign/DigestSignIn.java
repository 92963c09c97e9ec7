package io.tidegate.control.atlas.sign;

import io.tidegate.control.atlas.surface.Authenticator.Finding;
import io.tidegate.control.atlas.surface.Caller;
import io.tidegate.control.keys.ApiKey;
import io.tidegate.control.keys.ApiKeys;
import io.tidegate.control.keys.ApiKeys.DigestSecrets;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Tenancy;
import io.tidegate.control.platform.Throttle;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * API keys by HTTP digest. The official clients send every request twice: first without a proof,
 * which is answered with a challenge and nothing else, then with the response to it. Each challenge
 * is good for one request and two minutes.
 *
 * <p>An unknown key is checked against made-up secrets, so that it takes the steps and the time
 * that a wrong response takes.
 */
@Component
final class DigestSignIn {
  private static final int WRONG_FROM_ADDRESS = 60;
  private static final Duration ADDRESS_INTERVAL = Duration.ofSeconds(1);
  private static final int WRONG_FOR_KEY = 20;
  private static final Duration KEY_INTERVAL = Duration.ofSeconds(6);
  private static final int PUBLIC_KEY_LENGTH = 8;

  private final ApiKeys keys;
  private final Tenancy tenancy;
  private final Nonces nonces;
  private final DigestSecrets nobody;
  private final Throttle byAddress;
  private final Throttle byKey;

  DigestSignIn(
      ApiKeys keys, Tenancy tenancy, Nonces nonces, SecureRandom random, InstantSource clock) {
    this.keys = keys;
    this.tenancy = tenancy;
    this.nonces = nonces;
    this.byAddress = new Throttle(WRONG_FROM_ADDRESS, ADDRESS_INTERVAL, clock);
    this.byKey = new Throttle(WRONG_FOR_KEY, KEY_INTERVAL, clock);
    this.nobody =
        new DigestSecrets(
            new ApiKey("", "", "", "", List.of(), 0, Instant.EPOCH),
            madeUp(random, 16),
            madeUp(random, 32));
  }

  private static Secret madeUp(SecureRandom random, int bytes) {
    byte[] text = new byte[bytes];
    random.nextBytes(text);
    return new Secret(HexFormat.of().formatHex(text));
  }

  /** The challenge for who came without any proof. */
  Finding.Unknown challenge() {
    return challenge(
        false,
        "This needs an API key, a service account or a signed-in user. Send HTTP digest or a bearer"
            + " token.");
  }

  private Finding.Unknown challenge(boolean stale, String detail) {
    List<String> challenges = new ArrayList<>();
    // MD5 first: clients of any age know it, and the official ones read the first header only.
    // Their
    // reader takes these names, in this punctuation, and no others.
    for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
      challenges.add(
          "Digest realm=\"%s\", domain=\"\", nonce=\"%s\", algorithm=%s, qop=\"auth\", stale=%s"
              .formatted(ApiKeys.REALM, nonces.issue(algorithm), algorithm.title(), stale));
    }
    return new Finding.Unknown(challenges, detail);
  }

  Finding authenticate(String header, HttpServletRequest request) {
    String address = request.getRemoteAddr();
    Optional<DigestHeader> parsed = DigestHeader.parse(header);
    if (parsed.isEmpty()
        || !parsed.get().realm().equals(ApiKeys.REALM)
        || !parsed.get().uri().equals(target(request))) {
      return wrong(address, Optional.empty());
    }
    DigestHeader digest = parsed.get();
    Optional<String> throttled =
        digest.username().length() == PUBLIC_KEY_LENGTH
            ? Optional.of(digest.username() + "\n" + address)
            : Optional.empty();
    Duration wait = byAddress.wait(address);
    if (wait.isZero() && throttled.isPresent()) {
      wait = byKey.wait(throttled.get());
    }
    if (!wait.isZero()) {
      return new Finding.TooMany(wait);
    }
    Nonces.Worth worth = nonces.worth(digest.nonce(), digest.algorithm());
    if (worth == Nonces.Worth.NONE) {
      return wrong(address, Optional.empty());
    }
    Optional<DigestSecrets> known = keys.digestSecrets(digest.username());
    DigestSecrets secrets = known.orElse(nobody);
    String expected = digest.expected(digest.algorithm().ha1(secrets), request.getMethod());
    boolean right =
        MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.US_ASCII),
            digest.response().getBytes(StandardCharsets.UTF_8));
    if (!right || known.isEmpty()) {
      return wrong(address, throttled);
    }
    if (worth == Nonces.Worth.STALE) {
      return challenge(true, "The challenge was answered too late. Answer the new one.");
    }
    if (!nonces.use(digest.nonce())) {
      return wrong(address, Optional.empty());
    }
    throttled.ifPresent(byKey::forgive);
    ApiKey key = secrets.key();
    return new Finding.Known(
        new Caller.Key(key.acting("atlas api " + address, tenancy), key.id(), key.publicKey()));
  }

  /** The target of the request line as it came, RFC 9112 section 3.2. */
  private static String target(HttpServletRequest request) {
    String query = request.getQueryString();
    return request.getRequestURI() + (query == null ? "" : "?" + query);
  }

  private Finding wrong(String address, Optional<String> throttled) {
    Duration wait = byAddress.take(address);
    if (!wait.isZero()) {
      return new Finding.TooMany(wait);
    }
    throttled.ifPresent(byKey::take);
    return challenge(
        false,
        "The public or the private key is wrong, or the proof was used before. Check both keys; an"
            + " owner of the organization can make new ones.");
  }
}
