package io.tidegate.control.org;

import java.util.Optional;

/** The organization that runs this installation. */
public interface Organizations {
  /** Its id; empty before the first start has made it. */
  Optional<String> organizationId();

  /** Makes the organization when there is none; only at the first start. */
  String ensure(String name);
}
