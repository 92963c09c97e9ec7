package io.tidegate.control.portal;

import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.access.AccessRequests;
import io.tidegate.control.access.AccountSetup;
import io.tidegate.control.access.Catalogue;
import io.tidegate.control.access.Grants;
import io.tidegate.control.application.DatabaseUsers;
import io.tidegate.control.application.UserCertificates;
import io.tidegate.control.audit.AuditTrail;
import io.tidegate.control.cluster.CustomRoles;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.gateways.LinkAddress;
import io.tidegate.control.identity.DeviceLogins;
import io.tidegate.control.identity.Passwords;
import io.tidegate.control.identity.People;
import io.tidegate.control.network.AccessList;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.PortRange;
import io.tidegate.control.session.Sessions;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The portal alone, on a loopback port, over a {@link PortalWorld}: what the page tests ask, and,
 * as a program, what to look at while drawing pages. The cookie {@code as} says who one is.
 */
final class PortalServer implements AutoCloseable {
  private final ServletWebServerApplicationContext context;
  final PortalWorld world;

  PortalServer(PortalWorld world, int port) {
    this.world = world;
    this.context =
        (ServletWebServerApplicationContext)
            new SpringApplicationBuilder(Wiring.class)
                .web(WebApplicationType.SERVLET)
                .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                .properties(
                    "server.port=" + port,
                    "server.address=127.0.0.1",
                    "logging.level.root=warn",
                    "spring.main.register-shutdown-hook=false")
                .initializers(c -> c.getBeanFactory().registerSingleton("portalWorld", world))
                .run();
  }

  String url() {
    return "http://127.0.0.1:" + java.util.Objects.requireNonNull(context.getWebServer()).getPort();
  }

  @Override
  public void close() {
    context.close();
  }

  public static void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 0;
    PortalServer server = new PortalServer(new PortalWorld(InstantSource.system()).lived(), port);
    System.out.println(server.url());
  }

  /** Not a component: nothing else may find it by scanning. */
  @EnableAutoConfiguration
  @Import({
    PortalConfiguration.class,
    Frames.class,
    Rows.class,
    Refusals.class,
    RequestStories.class,
    SessionPortraits.class,
    SessionTails.class,
    GatewayStates.class,
    HomePage.class,
    SignInPages.class,
    ResourcePages.class,
    RequestPages.class,
    SessionPages.class,
    AuditPages.class,
    GatewayPages.class,
    PeoplePages.class,
    RulePages.class,
    FinderPages.class,
    ProjectChoice.class,
    DatabaseAccessPages.class,
    DatabaseUserPages.class,
    CustomRolePages.class,
    NetworkAccessPages.class,
    Passwords.class
  })
  static class Wiring {
    @Bean
    InstantSource clock(PortalWorld world) {
      return world.clock;
    }

    @Bean
    SecureRandom random() {
      return new SecureRandom();
    }

    @Bean
    ApplicationWorld applications(PortalWorld world) {
      return new ApplicationWorld(world);
    }

    @Bean
    DatabaseUsers databaseUsers(ApplicationWorld applications) {
      return applications.users;
    }

    @Bean
    CustomRoles customRoles(ApplicationWorld applications) {
      return applications.roles;
    }

    @Bean
    UserCertificates userCertificates(ApplicationWorld applications) {
      return applications.certificates;
    }

    @Bean
    AccessList accessList(ApplicationWorld applications) {
      return applications.accessList;
    }

    @Bean
    LinkAddress linkAddress() {
      return new LinkAddress() {
        @Override
        public int port() {
          return 8422;
        }

        @Override
        public String dialled(String portalHost) {
          return portalHost + ":8422";
        }
      };
    }

    @Bean
    ControlSettings settings() {
      return new ControlSettings(
          Path.of("unused"),
          null,
          null,
          null,
          null,
          "127.0.0.1",
          8422,
          List.of(),
          null,
          List.of(),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          new PortRange(27_100, 27_999));
    }

    @Bean
    AccessRequests requests(PortalWorld world) {
      return world.requests;
    }

    @Bean
    Grants grants(PortalWorld world) {
      return world.grants;
    }

    @Bean
    Sessions sessions(PortalWorld world) {
      return world.sessions;
    }

    @Bean
    Catalogue catalogue(PortalWorld world) {
      return world.catalogue;
    }

    @Bean
    Resources resources(PortalWorld world) {
      return world.resources;
    }

    @Bean
    AccessFlows flows(PortalWorld world) {
      return world.flows;
    }

    @Bean
    AccountSetup setup(PortalWorld world) {
      return world.setup;
    }

    @Bean
    Projects projects(PortalWorld world) {
      return world.projects;
    }

    @Bean
    Gateways gateways(PortalWorld world) {
      return world.gateways;
    }

    @Bean
    AuditTrail trail(PortalWorld world) {
      return world.trail;
    }

    @Bean
    People people(PortalWorld world) {
      return world.people;
    }

    @Bean
    DeviceLogins devices(PortalWorld world) {
      return world.devices;
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http, PortalWorld world) throws Exception {
      return http.authorizeHttpRequests(a ->
              a.requestMatchers("/login", "/assets/**", "/error")
                  .permitAll()
                  .anyRequest()
                  .authenticated())
          .addFilterBefore(new AsCookie(world), CsrfFilter.class)
          .formLogin(f -> f.disable())
          .build();
    }
  }

  private static final class AsCookie extends OncePerRequestFilter {
    private final PortalWorld world;

    private AsCookie(PortalWorld world) {
      this.world = world;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
      return false;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
      return false;
    }

    @Override
    protected void doFilterInternal(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws ServletException, IOException {
      Cookie[] cookies = request.getCookies();
      if (cookies != null) {
        for (Cookie cookie : cookies) {
          if (cookie.getName().equals("as") && world.actors.containsKey(cookie.getValue())) {
            Actor actor = world.actor(cookie.getValue());
            SecurityContextHolder.getContext()
                .setAuthentication(
                    UsernamePasswordAuthenticationToken.authenticated(actor, null, List.of()));
          }
        }
      }
      chain.doFilter(request, response);
    }
  }
}
