package io.tidegate.control.platform;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.Parameters;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** Keys of Tink in a file of the data folder, in clear text: the folder is what guards them. */
public final class KeysetFile {
  private KeysetFile() {}

  /**
   * The keys of a file, which is made with a new one when there is none.
   *
   * @param parameters of a new key; their kind must be registered
   * @throws GeneralSecurityException when the file is damaged
   */
  public static KeysetHandle open(DataFolder folder, String file, Parameters parameters)
      throws GeneralSecurityException {
    Optional<byte[]> stored = folder.read(file);
    if (stored.isPresent()) {
      return TinkJsonProtoKeysetFormat.parseKeyset(
          new String(stored.get(), StandardCharsets.UTF_8),
          RegistryConfiguration.get(),
          InsecureSecretKeyAccess.get());
    }
    KeysetHandle made = KeysetHandle.generateNew(parameters, RegistryConfiguration.get());
    folder.write(
        file,
        TinkJsonProtoKeysetFormat.serializeKeyset(
                made, RegistryConfiguration.get(), InsecureSecretKeyAccess.get())
            .getBytes(StandardCharsets.UTF_8));
    return made;
  }
}
