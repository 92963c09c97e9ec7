package io.tidegate.control.cluster;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.KeysetFile;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.StartFailure;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.springframework.stereotype.Component;

/**
 * Encrypts secrets for the database: AES-256-GCM by Tink under a key file of the data folder. What
 * a secret belongs to is bound into the ciphertext, so that one moved to another row does not open.
 */
@Component
public final class Vault {
  private static final String FILE = "keys/vault.json";

  private final Aead aead;

  Vault(DataFolder folder) {
    try {
      AeadConfig.register();
      KeysetHandle handle = KeysetFile.open(folder, FILE, PredefinedAeadParameters.AES256_GCM);
      aead = handle.getPrimitive(RegistryConfiguration.get(), Aead.class);
    } catch (GeneralSecurityException e) {
      throw new StartFailure(
          "The key file "
              + folder.root().resolve(FILE)
              + " is damaged. Restore it from a backup: without it the stored accounts cannot be"
              + " opened.",
          e);
    }
  }

  /**
   * @param owner what the secret belongs to, such as an account's id
   */
  public String seal(Secret secret, String owner) {
    try {
      byte[] sealed =
          aead.encrypt(
              secret.reveal().getBytes(StandardCharsets.UTF_8),
              owner.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a secret could not be sealed", e);
    }
  }

  /**
   * @throws IllegalStateException when the text was not sealed here for that owner
   */
  public Secret open(String sealed, String owner) {
    try {
      byte[] bytes =
          aead.decrypt(Base64.getDecoder().decode(sealed), owner.getBytes(StandardCharsets.UTF_8));
      return new Secret(new String(bytes, StandardCharsets.UTF_8));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "a stored secret does not open: another key file, or a changed row", e);
    }
  }
}
