package io.tidegate.control.atlas.sign;

import io.tidegate.control.atlas.surface.Authenticator.Finding;
import io.tidegate.control.atlas.surface.Caller;
import io.tidegate.control.identity.ApiLogins;
import io.tidegate.control.keys.ServiceAccount;
import io.tidegate.control.keys.ServiceAccounts;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Tenancy;
import io.tidegate.control.platform.Throttle;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Service accounts and people by their access token, RFC 6750 section 2.1. */
@Component
final class BearerSignIn {
  static final String SCHEME = "Bearer ";

  private static final int WRONG_FROM_ADDRESS = 60;
  private static final Duration ADDRESS_INTERVAL = Duration.ofSeconds(1);

  private final ServiceAccounts accounts;
  private final ApiLogins logins;
  private final Tenancy tenancy;
  private final Throttle byAddress;

  BearerSignIn(ServiceAccounts accounts, ApiLogins logins, Tenancy tenancy, InstantSource clock) {
    this.accounts = accounts;
    this.logins = logins;
    this.tenancy = tenancy;
    this.byAddress = new Throttle(WRONG_FROM_ADDRESS, ADDRESS_INTERVAL, clock);
  }

  Finding authenticate(String header, HttpServletRequest request) {
    String address = request.getRemoteAddr();
    Duration wait = byAddress.wait(address);
    if (!wait.isZero()) {
      return new Finding.TooMany(wait);
    }
    Secret token = new Secret(header.substring(SCHEME.length()).strip());
    Optional<ServiceAccount> account = accounts.holder(token);
    if (account.isPresent()) {
      return new Finding.Known(
          new Caller.Account(
              account.get().acting("atlas api " + address, tenancy), account.get().clientId()));
    }
    Optional<Actor> person = logins.holder(token, "atlas api " + address);
    if (person.isPresent()) {
      return new Finding.Known(new Caller.Person(person.get()));
    }
    wait = byAddress.take(address);
    return wait.isZero()
        ? new Finding.Unknown(
            List.of("Bearer realm=\"Tidegate\", error=\"invalid_token\""),
            "The token is not one that was given out here, or has expired, or was revoked. Sign in"
                + " again.")
        : new Finding.TooMany(wait);
  }
}
