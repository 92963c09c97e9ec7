package io.tidegate.server;

import io.tidegate.control.identity.People;
import io.tidegate.control.identity.Person;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.Role;
import io.tidegate.control.platform.Secret;
import io.tidegate.server.StartReport.SignIn;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.springframework.context.ApplicationContext;

/** The administrator of a server that has nobody yet: made at the first start, told once. */
final class FirstPerson {
  private static final String USERNAME = "admin";

  private FirstPerson() {}

  /** The sign-in at the first start; empty at every later one. */
  static List<SignIn> ensure(ApplicationContext context) {
    Actor system = Actor.system(context.getBean(Organizations.class).ensure("main"));
    People people = context.getBean(People.class);
    if (!people.list(system, Page.Ask.first()).items().isEmpty()) {
      return List.of();
    }
    byte[] bytes = new byte[18];
    context.getBean(SecureRandom.class).nextBytes(bytes);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    people.create(
        system,
        new People.Draft(
            USERNAME,
            "Administrator",
            Person.Kind.USER,
            true,
            List.of(Actor.Assignment.of(Role.ORG_OWNER, system.organizationId()))),
        new Secret(password));
    return List.of(
        new SignIn(
            USERNAME, password, Role.ORG_OWNER.name(), "administrator; told only this once"));
  }
}
