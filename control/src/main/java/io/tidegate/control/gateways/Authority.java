package io.tidegate.control.gateways;

import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.StartFailure;
import io.tidegate.link.ControlCredentials;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.Validity;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Tidegate's certificate authority, its key in the data folder, and what is issued from it. */
@Component
public final class Authority {
  private static final String CERTIFICATE_FILE = "keys/authority.pem";
  private static final String KEY_FILE = "keys/authority.key";
  private static final Duration LIFE = Duration.ofDays(3650);
  private static final Duration SERVER_LIFE = Duration.ofDays(90);
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);

  private final CertificateAuthority authority;
  private final List<String> linkNames;
  private final SecureRandom random;
  private final InstantSource clock;
  private @Nullable ControlCredentials control;

  Authority(DataFolder folder, ControlSettings settings, SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
    this.linkNames = new ArrayList<>(settings.linkAddresses());
    if (!settings.linkHost().equals("0.0.0.0") && !settings.linkHost().equals("::")) {
      linkNames.add(settings.linkHost());
    }
    Optional<byte[]> certificate = folder.read(CERTIFICATE_FILE);
    Optional<byte[]> key = folder.read(KEY_FILE);
    if (certificate.isPresent() && key.isEmpty()) {
      throw new StartFailure(
          "The authority's key "
              + folder.root().resolve(KEY_FILE)
              + " is missing. Restore it from a backup.");
    }
    if (certificate.isPresent() && key.isPresent()) {
      try {
        authority =
            CertificateAuthority.open(
                new String(certificate.get(), StandardCharsets.US_ASCII),
                new String(key.get(), StandardCharsets.US_ASCII),
                random);
      } catch (InvalidTrustMaterialException e) {
        throw new StartFailure(
            "The authority's files in "
                + folder.root().resolve("keys")
                + " are damaged: "
                + e.getMessage()
                + " Restore them from a backup.",
            e);
      }
    } else {
      authority =
          CertificateAuthority.create(
              "Tidegate authority", Validity.lasting(clock.instant(), LIFE), random);
      // The key first: stopped between the two, the next start makes both anew.
      folder.write(KEY_FILE, authority.privateKeyPem().getBytes(StandardCharsets.US_ASCII));
      folder.write(
          CERTIFICATE_FILE, authority.certificatePem().getBytes(StandardCharsets.US_ASCII));
    }
  }

  public CertificateAuthority certificates() {
    return authority;
  }

  /** What the link's server shows; made anew well before it ends. */
  synchronized ControlCredentials control() {
    ControlCredentials now = control;
    Instant instant = clock.instant();
    if (now == null
        || now.certificate().getNotAfter().toInstant().minus(RENEW_BEFORE).isBefore(instant)) {
      KeyPair keys = CertificateAuthority.newKeyPair(random);
      now =
          new ControlCredentials(
              keys.getPrivate(),
              authority.issueControl(
                  keys.getPublic(), linkNames, Validity.lasting(instant, SERVER_LIFE)),
              authority.certificate());
      control = now;
    }
    return now;
  }
}
