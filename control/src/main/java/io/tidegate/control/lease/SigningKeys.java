package io.tidegate.control.lease;

import io.tidegate.access.LeaseSigner;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.StartFailure;
import io.tidegate.link.LeaseKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * The Ed25519 key that signs leases, in the data folder: one line of private key (PKCS #8) and one
 * of public key (SubjectPublicKeyInfo), base64.
 */
@Component
final class SigningKeys {
  private static final String FILE = "keys/lease-signing";

  private final LeaseSigner signer;
  private final LeaseKey publicKey;

  SigningKeys(DataFolder folder) {
    KeyPair pair;
    try {
      Optional<byte[]> stored = folder.read(FILE);
      if (stored.isPresent()) {
        pair = read(stored.get());
      } else {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        folder.write(FILE, write(pair));
      }
      signer = new LeaseSigner(pair);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new StartFailure(
          "The key file "
              + folder.root().resolve(FILE)
              + " is damaged. Remove it to get a new key: live sessions end, nothing else is lost.",
          e);
    }
    publicKey = new LeaseKey(signer.keyId(), pair.getPublic().getEncoded());
  }

  private static KeyPair read(byte[] bytes) throws GeneralSecurityException {
    List<String> lines = new String(bytes, StandardCharsets.US_ASCII).lines().toList();
    if (lines.size() != 2) {
      throw new IllegalArgumentException("two lines expected");
    }
    KeyFactory factory = KeyFactory.getInstance("Ed25519");
    Base64.Decoder base64 = Base64.getDecoder();
    return new KeyPair(
        factory.generatePublic(new X509EncodedKeySpec(base64.decode(lines.get(1)))),
        factory.generatePrivate(new PKCS8EncodedKeySpec(base64.decode(lines.get(0)))));
  }

  private static byte[] write(KeyPair pair) {
    Base64.Encoder base64 = Base64.getEncoder();
    String text =
        base64.encodeToString(pair.getPrivate().getEncoded())
            + "\n"
            + base64.encodeToString(pair.getPublic().getEncoded())
            + "\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  LeaseSigner signer() {
    return signer;
  }

  LeaseKey publicKey() {
    return publicKey;
  }
}
