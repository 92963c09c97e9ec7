package io.tidegate.control.keys;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The API keys of the organization, and which of them work in which project. */
public interface ApiKeys {
  /**
   * The realm of the digest challenge. Part of what is stored of every key, hence never changed.
   */
  String REALM = "Tidegate";

  /**
   * A new key.
   *
   * @param privateKey told once
   */
  record Made(ApiKey key, Secret privateKey) {}

  /**
   * What a digest answer is checked against: HA1 of RFC 7616 section 3.4.2 by each algorithm, in
   * hexadecimal.
   */
  record DigestSecrets(ApiKey key, Secret md5, Secret sha256) {}

  /** Keys of the organization, oldest first; for its members. */
  List<ApiKey> list(Actor actor, String organizationId);

  /**
   * One key.
   *
   * @param reference its id or its public key
   */
  ApiKey key(Actor actor, String organizationId, String reference);

  /** Makes a key with roles in the organization; for its administrators. */
  Made create(Actor actor, String organizationId, String description, List<Role> roles);

  /**
   * Changes a key; for administrators of the organization.
   *
   * @param description null to leave it
   * @param roles what it is to hold in the organization, beside its roles in projects; null to
   *     leave them
   */
  ApiKey update(
      Actor actor,
      String organizationId,
      String reference,
      @Nullable String description,
      @Nullable List<Role> roles);

  /** Ends a key for good; for administrators of the organization. */
  void delete(Actor actor, String organizationId, String reference);

  /** Keys that hold a role in the project; for those who see it. */
  List<ApiKey> listProject(Actor actor, String project);

  /** Makes a key with roles in one project; for those who administer it. */
  Made createInProject(Actor actor, String project, String description, List<Role> roles);

  /**
   * Gives a key of the organization these roles in the project, in place of those that it holds
   * there; for those who administer it.
   *
   * @param description null to leave it
   */
  ApiKey assign(
      Actor actor,
      String project,
      String reference,
      @Nullable String description,
      List<Role> roles);

  /** Takes a key's roles in the project away; for those who administer it. */
  void removeFromProject(Actor actor, String project, String reference);

  /** From where a key may be used; anywhere when empty. For members of the organization. */
  List<Admitted> addresses(Actor actor, String organizationId, String reference);

  /** One of these, by its address or range. */
  Admitted address(Actor actor, String organizationId, String reference, String range);

  /**
   * Adds addresses or ranges; for owners of the organization, and for the key itself.
   *
   * @param callerAddress where this call came from
   * @return the whole list
   */
  List<Admitted> admit(
      Actor actor,
      String organizationId,
      String reference,
      List<String> ranges,
      String callerAddress);

  /** Takes an address or a range away; as {@link #admit}. */
  void bar(
      Actor actor, String organizationId, String reference, String range, String callerAddress);

  /** What a key's digest answers are checked against; for authentication only. */
  Optional<DigestSecrets> digestSecrets(String publicKey);
}
