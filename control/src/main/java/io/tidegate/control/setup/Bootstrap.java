package io.tidegate.control.setup;

import io.tidegate.control.identity.Passwords;
import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** What every first start makes: the organization, and somebody to administer it. */
@Service
public class Bootstrap {
  static final String ORGANIZATION = "default";
  private static final String ADMINISTRATOR = "admin";

  private final Organizations organizations;
  private final People people;
  private final Passwords passwords;

  Bootstrap(Organizations organizations, People people, Passwords passwords) {
    this.organizations = organizations;
    this.people = people;
    this.passwords = passwords;
  }

  /** A sign-in that was just made; the password is known nowhere else. */
  public record FirstAdministrator(String username, Secret password) {}

  /**
   * Makes the organization and an administrator when there is nobody at all. Safe to call at each
   * start.
   *
   * @return the administrator's sign-in when one was made, to be shown once
   */
  public Optional<FirstAdministrator> firstAdministrator() {
    Actor system = system();
    if (!people.list(system, Page.Ask.first()).items().isEmpty()) {
      return Optional.empty();
    }
    Secret password = passwords.generate();
    people.create(
        system,
        new People.Draft(
            ADMINISTRATOR,
            "Administrator",
            Person.Kind.USER,
            true,
            List.of(new Actor.Assignment(Role.ORG_ADMIN, null))),
        password);
    return Optional.of(new FirstAdministrator(ADMINISTRATOR, password));
  }

  /** Tidegate acting by itself in the organization, which is made when there is none. */
  public Actor system() {
    return Actor.system(organizations.ensure(ORGANIZATION));
  }
}
