package io.tidegate.control.cluster;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Resources and their accounts. */
public interface Resources {

  /** What a new or changed resource is to be. */
  record ResourceDraft(
      String name,
      String description,
      String connectionString,
      String authDatabase,
      Resource.TlsOptions tls,
      @Nullable String gatewayName) {}

  /**
   * What a new or changed account is to be.
   *
   * @param username null keeps the stored one
   * @param password null keeps the stored one
   */
  record AccountDraft(
      String name,
      String description,
      @Nullable Secret username,
      @Nullable Secret password,
      List<Account.RoleBinding> roles,
      boolean requireMfa) {
    public AccountDraft {
      roles = List.copyOf(roles);
    }
  }

  /**
   * The resources that the actor may see, by name.
   *
   * @param projectReference an id or name; null for those of every project
   */
  Page<Resource> list(Actor actor, @Nullable String projectReference, Page.Ask ask);

  /**
   * @param projectReference tells equal names apart; may be null when {@code reference} is an id or
   *     unambiguous
   */
  Resource resource(Actor actor, @Nullable String projectReference, String reference);

  Resource create(Actor actor, String projectReference, ResourceDraft draft);

  Resource update(Actor actor, String resourceId, long expectedVersion, ResourceDraft draft);

  void delete(Actor actor, String resourceId, long expectedVersion);

  /**
   * Says which account applications reach the resource with, after a gateway has let their own
   * database users in.
   *
   * @param account its id or name; null to let no application in any more
   */
  Resource serveApplications(
      Actor actor, String resourceId, long expectedVersion, @Nullable String account);

  /** The accounts of a resource, by name. */
  List<Account> accounts(Actor actor, String resourceId);

  Account account(Actor actor, String resourceId, String reference);

  Account createAccount(Actor actor, String resourceId, AccountDraft draft);

  Account updateAccount(Actor actor, String accountId, long expectedVersion, AccountDraft draft);

  void deleteAccount(Actor actor, String accountId, long expectedVersion);
}
