package io.tidegate.control.atlas.surface;

import io.tidegate.control.platform.Actor;

/** Who calls, and by what they proved it. */
public sealed interface Caller {
  Actor actor();

  /**
   * An API key.
   *
   * @param id 24 hexadecimal digits
   */
  record Key(Actor actor, String id, String publicKey) implements Caller {}

  /** A service account. */
  record Account(Actor actor, String clientId) implements Caller {}

  /** A person who signed in a device. */
  record Person(Actor actor) implements Caller {}
}
