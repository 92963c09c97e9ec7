package io.tidegate.control.keys;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The service accounts of organizations, and which of them work in which project. Seen from a
 * project they are those that hold a role there, and roles are those that they hold there.
 *
 * <p>Whoever has a secret of an account has all of its roles. So those who own a project make
 * secrets, names and access lists only for accounts that hold nothing beyond what they could give.
 */
public interface ServiceAccounts {

  /** What a new account is to be. */
  record Draft(String name, String description, List<Role> roles) {}

  /** What is to be different; null leaves it. */
  record Change(@Nullable String name, @Nullable String description, @Nullable List<Role> roles) {}

  /**
   * Something with a secret that was just made.
   *
   * @param secret told once
   */
  record Made(ServiceAccount account, ServiceAccount.ClientSecret made, Secret secret) {}

  /** Accounts of the place, oldest first; for those who read it. */
  List<ServiceAccount> list(Actor actor, Place place);

  /**
   * One account.
   *
   * @param clientId as it signs in
   */
  ServiceAccount account(Actor actor, Place place, String clientId);

  /** Makes one with its first secret; for owners of the place. */
  Made create(Actor actor, Place place, Draft draft, Duration secretLife);

  /** Changes one; for owners of the place. */
  ServiceAccount update(Actor actor, Place place, String clientId, Change change);

  /** Ends an account for good, or takes it out of the project; for owners of the place. */
  void remove(Actor actor, Place place, String clientId);

  /** Gives an account of the organization roles in a project; for owners of the organization. */
  ServiceAccount invite(Actor actor, String project, String clientId, List<Role> roles);

  /** Makes one more secret; for owners of the place. */
  Made addSecret(Actor actor, Place place, String clientId, Duration life);

  /** Ends a secret, and the tokens that it was traded for; for owners of the place. */
  void removeSecret(Actor actor, Place place, String clientId, String secretId);

  /** From where the account may call; anywhere when empty. */
  List<Admitted> addresses(Actor actor, Place place, String clientId);

  /**
   * Adds addresses or ranges; for owners of the place, and for the account itself.
   *
   * @param callerAddress where this call came from
   * @return the whole list
   */
  List<Admitted> admit(
      Actor actor, Place place, String clientId, List<String> ranges, String callerAddress);

  /** Takes an address or a range away; as {@link #admit}. */
  void bar(Actor actor, Place place, String clientId, String range, String callerAddress);

  /** What a token is traded for. Unknown accounts and wrong secrets look alike, in time too. */
  sealed interface Outcome {
    /**
     * @param token told once
     */
    record Granted(ServiceAccount account, Secret token, Duration life) implements Outcome {}

    record Wrong() implements Outcome {}

    record TooMany(Duration retryAfter) implements Outcome {}
  }

  /** Trades a secret for an access token. */
  Outcome token(String clientId, Secret secret, String address);

  /** Makes an access token of the account worthless; one that is not its own is left alone. */
  Outcome revoke(String clientId, Secret secret, Secret token, String address);

  /** Whose the access token is now; empty when it is unknown, expired or revoked. */
  Optional<ServiceAccount> holder(Secret token);
}
