package io.tidegate.control.keys;

import io.tidegate.control.audit.Audit;
import io.tidegate.control.audit.Target;
import io.tidegate.control.cluster.Vault;
import io.tidegate.control.org.Project;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Actor.Assignment;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** API keys in the database. */
@Service
class StoredApiKeys implements ApiKeys {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
  private static final int PUBLIC_LENGTH = 8;

  private final ApiKeyStore store;
  private final ProgramRoleStore roleStore;
  private final Programs programs;
  private final StoredDoors doors;
  private final Vault vault;
  private final Audit audit;
  private final Ids ids;
  private final SecureRandom random;
  private final InstantSource clock;

  StoredApiKeys(
      ApiKeyStore store,
      ProgramRoleStore roleStore,
      Programs programs,
      StoredDoors doors,
      Vault vault,
      Audit audit,
      Ids ids,
      SecureRandom random,
      InstantSource clock) {
    this.store = store;
    this.roleStore = roleStore;
    this.programs = programs;
    this.doors = doors;
    this.vault = vault;
    this.audit = audit;
    this.ids = ids;
    this.random = random;
    this.clock = clock;
  }

  @Override
  public List<ApiKey> list(Actor actor, String organizationId) {
    programs.requireMember(actor, organizationId);
    return store.list(organizationId);
  }

  @Override
  public ApiKey key(Actor actor, String organizationId, String reference) {
    programs.requireMember(actor, organizationId);
    return found(organizationId, reference);
  }

  private ApiKey found(String organizationId, String reference) {
    return store
        .find(reference)
        .filter(key -> key.organizationId().equals(organizationId))
        .orElseThrow(() -> Refused.notFound("API key", reference));
  }

  @Override
  public Made create(Actor actor, String organizationId, String description, List<Role> roles) {
    return audit.act(
        actor,
        "api-key.create",
        Target.of("api-key", "new"),
        () -> {
          programs.requireOrganizationOwner(actor, organizationId, "make its API keys");
          return make(
              actor, organizationId, description, Programs.inOrganization(roles, organizationId));
        });
  }

  @Override
  public Made createInProject(
      Actor actor, String projectReference, String description, List<Role> roles) {
    return audit.act(
        actor,
        "api-key.create",
        Target.of("api-key", "new"),
        () -> {
          Project project = programs.administered(actor, projectReference, "make API keys for it");
          return make(
              actor,
              project.organizationId(),
              description,
              Programs.with(
                  Programs.inOrganization(List.of(), project.organizationId()),
                  project.id(),
                  Programs.inProject(roles, project)));
        });
  }

  private Made make(
      Actor actor, String organizationId, String description, List<Assignment> assignments) {
    ApiKey key =
        new ApiKey(
            ids.hex24(),
            organizationId,
            publicKey(),
            Programs.description(description),
            assignments,
            1,
            clock.instant());
    Secret privateKey = privateKey();
    String user = key.publicKey() + ":" + REALM + ":" + privateKey.reveal();
    Secret secrets = new Secret(hash("MD5", user) + ":" + hash("SHA-256", user));
    store.insert(key, vault.seal(secrets, key.id()));
    audit.done(actor, "api-key.create", target(key), "roles", Programs.words(assignments));
    return new Made(key, privateKey);
  }

  private String publicKey() {
    while (true) {
      StringBuilder text = new StringBuilder(PUBLIC_LENGTH);
      for (int i = 0; i < PUBLIC_LENGTH; i++) {
        text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
      if (store.find(text.toString()).isEmpty()) {
        return text.toString();
      }
    }
  }

  /** A random UUID, RFC 9562 section 5.4, of the injected randomness. */
  private Secret privateKey() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    bytes[6] = (byte) ((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (byte) ((bytes[8] & 0x3f) | 0x80);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Secret(new UUID(buffer.getLong(), buffer.getLong()).toString());
  }

  private static String hash(String algorithm, String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  @Override
  public ApiKey update(
      Actor actor,
      String organizationId,
      String reference,
      @Nullable String description,
      @Nullable List<Role> roles) {
    return audit.act(
        actor,
        "api-key.update",
        Target.of("api-key", reference),
        () -> {
          programs.requireOrganizationOwner(actor, organizationId, "change its API keys");
          ApiKey key = found(organizationId, reference);
          return changed(
              actor,
              key,
              description,
              roles == null
                  ? key.assignments()
                  : Programs.with(
                      key.assignments(), null, Programs.inOrganization(roles, organizationId)));
        });
  }

  private ApiKey changed(
      Actor actor, ApiKey key, @Nullable String description, List<Assignment> assignments) {
    ApiKey changed =
        new ApiKey(
            key.id(),
            key.organizationId(),
            key.publicKey(),
            description == null ? key.description() : Programs.description(description),
            assignments,
            key.version() + 1,
            key.createdAt());
    store.update(changed);
    audit.done(actor, "api-key.update", target(changed), "roles", Programs.words(assignments));
    return changed;
  }

  @Override
  public void delete(Actor actor, String organizationId, String reference) {
    audit.endingAct(
        actor,
        "api-key.delete",
        Target.of("api-key", reference),
        () -> {
          programs.requireOrganizationOwner(actor, organizationId, "delete its API keys");
          ApiKey key = found(organizationId, reference);
          doors.forget(key.id());
          store.delete(key.id());
          audit.done(actor, "api-key.delete", target(key));
          return key;
        });
  }

  @Override
  public List<ApiKey> listProject(Actor actor, String projectReference) {
    Project project = programs.visible(actor, projectReference);
    Set<String> members = roleStore.inProject(project.id());
    return store.list(project.organizationId()).stream()
        .filter(key -> members.contains(key.id()))
        .toList();
  }

  @Override
  public ApiKey assign(
      Actor actor,
      String projectReference,
      String reference,
      @Nullable String description,
      List<Role> roles) {
    return audit.act(
        actor,
        "api-key.update",
        Target.of("api-key", reference),
        () -> {
          Project project =
              programs.administered(actor, projectReference, "give API keys roles in it");
          ApiKey key = found(project.organizationId(), reference);
          return changed(
              actor,
              key,
              description,
              Programs.with(key.assignments(), project.id(), Programs.inProject(roles, project)));
        });
  }

  @Override
  public void removeFromProject(Actor actor, String projectReference, String reference) {
    audit.endingAct(
        actor,
        "api-key.update",
        Target.of("api-key", reference),
        () -> {
          Project project =
              programs.administered(actor, projectReference, "take API keys out of it");
          ApiKey key = found(project.organizationId(), reference);
          if (!Programs.holdsAny(key.assignments(), project.id())) {
            throw Refused.notFound("API key", reference);
          }
          return changed(
              actor, key, null, Programs.with(key.assignments(), project.id(), List.of()));
        });
  }

  @Override
  public List<Admitted> addresses(Actor actor, String organizationId, String reference) {
    return doors.list(key(actor, organizationId, reference).id());
  }

  @Override
  public Admitted address(Actor actor, String organizationId, String reference, String range) {
    return doors.entry(key(actor, organizationId, reference).id(), range);
  }

  @Override
  public List<Admitted> admit(
      Actor actor,
      String organizationId,
      String reference,
      List<String> ranges,
      String callerAddress) {
    return doors.add(
        actor,
        Target.of("api-key", reference),
        () -> listed(actor, organizationId, reference),
        ranges,
        callerAddress);
  }

  @Override
  public void bar(
      Actor actor, String organizationId, String reference, String range, String callerAddress) {
    doors.remove(
        actor,
        Target.of("api-key", reference),
        () -> listed(actor, organizationId, reference),
        range,
        callerAddress);
  }

  private StoredDoors.Program listed(Actor actor, String organizationId, String reference) {
    ApiKey key = key(actor, organizationId, reference);
    if (!actor.is(key.id())) {
      programs.requireOrganizationOwner(
          actor, organizationId, "change the access lists of its API keys");
    }
    return new StoredDoors.Program(key.id(), target(key));
  }

  @Override
  public Optional<DigestSecrets> digestSecrets(String publicKey) {
    return store
        .find(publicKey)
        .filter(key -> key.publicKey().equals(publicKey))
        .flatMap(key ->
            store
                .digestSecrets(key.id())
                .map(sealed -> vault.open(sealed, key.id()).reveal())
                .map(secrets -> {
                  int colon = secrets.indexOf(':');
                  return new DigestSecrets(
                      key,
                      new Secret(secrets.substring(0, colon)),
                      new Secret(secrets.substring(colon + 1)));
                }));
  }

  private static Target target(ApiKey key) {
    return new Target("api-key", key.id(), key.publicKey());
  }
}
