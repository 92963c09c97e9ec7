package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Validation;
import io.tidegate.control.keys.ApiKey;
import io.tidegate.control.platform.Secret;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** API keys as the API shows and takes them. */
final class KeyDocuments {
  private KeyDocuments() {}

  /** What a key is to be, or to become. */
  record Wanted(@Nullable String desc, @Nullable List<String> roles) {}

  /** What a new key is to be; its roles are names that nobody has looked at yet. */
  record New(String desc, List<String> roles) {}

  /** Reads what a new key is to be, wherever it is made. */
  static New made(Call call) {
    Wanted wanted = call.body(Wanted.class);
    new Validation()
        .required("desc", wanted.desc())
        .length("desc", wanted.desc(), 1, 250)
        .required("roles", wanted.roles())
        .notEmpty("roles", wanted.roles())
        .done();
    return new New(Objects.requireNonNull(wanted.desc()), Objects.requireNonNull(wanted.roles()));
  }

  static Object shown(ApiKey key) {
    return shown(key, null);
  }

  /**
   * @param privateKey only for a key that was just made
   */
  static Object shown(ApiKey key, @Nullable Secret privateKey) {
    return Answer.object(fields -> {
      fields.put("id", key.id());
      fields.put("desc", key.description());
      fields.put("publicKey", key.publicKey());
      fields.put("privateKey", privateKey == null ? null : privateKey.reveal());
      fields.put("roles", AtlasRoles.list(key.assignments()));
      fields.put("links", List.of());
    });
  }
}
