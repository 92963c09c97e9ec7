package io.tidegate.control.access;

import io.tidegate.control.identity.Person;
import java.time.Instant;
import java.util.Optional;

/** What reconciliation needs of grants, without a person asking. */
public interface GrantExpiry {

  /**
   * Ends every grant that is past its end, whose person was disabled or whose account is gone.
   *
   * @return how many
   */
  int endOverdue();

  /** The next instant at which a grant or a waiting request expires. */
  Optional<Instant> nextExpiry();

  Optional<Grant> find(String grantId);

  /** The person's live grant of the account that ends last. */
  Optional<Grant> usable(Person person, String accountId);
}
