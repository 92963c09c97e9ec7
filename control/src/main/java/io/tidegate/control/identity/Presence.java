package io.tidegate.control.identity;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Tenancy;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Whether somebody who came in a while ago is still in, for what goes on longer than a request. */
@Component
public final class Presence {
  private final PersonStore people;
  private final TokenStore tokens;
  private final Tenancy tenancy;
  private final InstantSource clock;

  Presence(PersonStore people, TokenStore tokens, Tenancy tenancy, InstantSource clock) {
    this.people = people;
    this.tokens = tokens;
    this.tenancy = tenancy;
    this.clock = clock;
  }

  /** The person with the roles held now; empty when disabled, or signed out everywhere. */
  public Optional<Actor> now(Actor actor) {
    return people
        .find(actor.userId())
        .filter(Person::active)
        .filter(person -> tokens.holdsAny(person.id(), clock.instant()))
        .map(person -> person.acting(actor.source(), tenancy).in(actor.organizationId()));
  }
}
