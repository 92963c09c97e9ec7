package io.tidegate.control.testing;

import io.tidegate.control.ControlPlane;
import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.identity.Passwords;
import io.tidegate.control.identity.People;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.Tenancy;
import io.tidegate.control.session.Reconciler;
import io.tidegate.testkit.SettableClock;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** A running control plane. {@link #shared} ones live as long as the test run. */
public final class Plane implements AutoCloseable {
  /** What no log, page, row or file may ever show. */
  public static final String PLANTED = "pl4nted-S3cret-of-the-target";

  private static final Map<Backend, Plane> SHARED = new EnumMap<>(Backend.class);
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static EmbeddedPostgres postgres;

  public final SettableClock clock;
  public final Path data;
  public final DemoSeed.Demo demo;
  private final ServletWebServerApplicationContext context;
  private final Map<String, String> tokens = new HashMap<>();
  private FakeGateway gateway;

  private Plane(SettableClock clock, Path data, Map<String, Object> properties) {
    this.clock = clock;
    this.data = data;
    SpringApplicationBuilder builder =
        new SpringApplicationBuilder(ControlPlane.class)
            .web(WebApplicationType.SERVLET)
            .bannerMode(Banner.Mode.OFF)
            .properties(
                "server.port=0",
                "server.address=127.0.0.1",
                "tidegate.control.link-port=0",
                "tidegate.control.lease-timeout=5s",
                "spring.main.register-shutdown-hook=false",
                "logging.level.root=warn",
                "logging.level.io.tidegate=info")
            .properties(properties)
            .properties(Map.of("tidegate.control.data", data.toString()))
            .initializers(c -> c.getBeanFactory().registerSingleton("settableClock", clock));
    this.context = (ServletWebServerApplicationContext) builder.run();
    this.demo =
        new DemoSeed(
                bean(Organizations.class),
                bean(Projects.class),
                bean(People.class),
                bean(Passwords.class),
                bean(Resources.class),
                bean(AccessFlows.class),
                bean(DataFolder.class),
                bean(Json.class))
            .seed(
                DemoSeed.Target.sandbox(
                    "mongodb://127.0.0.1:27017",
                    new DemoSeed.AccountCredential("shop-reader", new Secret(PLANTED)),
                    new DemoSeed.AccountCredential("shop-writer", new Secret(PLANTED))));
  }

  /**
   * A clock three days ago: certificates made by it hold by the system's clock too, which TLS looks
   * at, whichever way a test moves it.
   */
  public static SettableClock clock() {
    return new SettableClock(
        Instant.now().minus(Duration.ofDays(3)).truncatedTo(ChronoUnit.MILLIS));
  }

  /** The plane on that database that all tests share. */
  public static synchronized Plane shared(Backend backend) {
    return SHARED.computeIfAbsent(backend, b -> start(b, clock()));
  }

  /** A plane of the test's own, in an empty data folder; close it. */
  public static Plane start(Backend backend, SettableClock clock) {
    try {
      return start(backend, clock, Files.createTempDirectory("tidegate-plane"), database(backend));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A plane on a data folder and database that may have been used before. */
  public static Plane start(
      Backend backend, SettableClock clock, Path data, Map<String, Object> database) {
    return new Plane(clock, data, database);
  }

  /** Properties that name a new, empty database. */
  public static synchronized Map<String, Object> database(Backend backend) {
    return switch (backend) {
      case SQLITE -> Map.of();
      case POSTGRESQL -> {
        try {
          if (postgres == null) {
            postgres = EmbeddedPostgres.builder().start();
            EmbeddedPostgres started = postgres;
            Runtime.getRuntime()
                .addShutdownHook(
                    new Thread(() -> {
                      try {
                        started.close();
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    }));
          }
          String name = "plane" + NUMBERS.incrementAndGet();
          try (Connection connection = postgres.getPostgresDatabase().getConnection();
              Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
          }
          yield Map.of("tidegate.control.database-url", postgres.getJdbcUrl("postgres", name));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (SQLException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }

  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  public String url() {
    return "http://127.0.0.1:" + context.getWebServer().getPort();
  }

  public Database database() {
    return bean(Database.class);
  }

  public void reconcile() {
    bean(Reconciler.class).reconcile();
  }

  /** A person of the demo, acting. */
  public Actor actor(String username) {
    return bean(People.class).find(username).orElseThrow().acting("test", bean(Tenancy.class));
  }

  public Actor system() {
    return Actor.system(bean(Organizations.class).organizationId().orElseThrow());
  }

  public String password(String username) {
    return demo.people().stream()
        .filter(login -> login.name().equals(username))
        .findFirst()
        .orElseThrow()
        .password()
        .reveal();
  }

  /** A REST client that is signed in as the person. */
  public Rest as(String username) {
    Rest known = new Rest(url(), tokens.get(username));
    if (tokens.containsKey(username) && known.get("/me").status() == 200) {
      return known;
    }
    Rest.Answer answer =
        new Rest(url(), null)
            .post("/auth/token", Map.of("username", username, "password", password(username)));
    if (answer.status() != 200) {
      throw new AssertionError("no sign-in for " + username + ": " + answer.body());
    }
    tokens.put(username, answer.text("accessToken"));
    return new Rest(url(), tokens.get(username));
  }

  public Rest nobody() {
    return new Rest(url(), null);
  }

  /** A gateway that is connected in process, made at the first call. */
  public synchronized FakeGateway gateway() {
    if (gateway == null) {
      gateway = FakeGateway.join(this, "embedded");
    }
    return gateway;
  }

  /** A resource of its own with one account, and a flow to it. */
  public record Place(Resource resource, Account account, AccessFlow flow) {}

  public Place place(AccessFlows.Draft flow) {
    return place(flow, null);
  }

  private Place place(AccessFlows.Draft flow, String gatewayName) {
    int number = NUMBERS.incrementAndGet();
    Resources resources = bean(Resources.class);
    Resource resource =
        resources.create(
            system(),
            DemoSeed.PROJECT,
            new Resources.ResourceDraft(
                "db-" + number,
                "",
                "mongodb://db" + number + ".example:27017",
                "admin",
                new Resource.TlsOptions(false, false, null),
                gatewayName));
    Account account =
        resources.createAccount(
            system(),
            resource.id(),
            new Resources.AccountDraft(
                "main",
                "",
                new Secret("u" + number),
                new Secret(PLANTED),
                List.of(new Account.RoleBinding("read", "shop")),
                false));
    return new Place(
        resource, account, bean(AccessFlows.class).create(system(), account.id(), flow));
  }

  public Place autoPlace() {
    return autoPlace(null);
  }

  /** Behind the gateway of that name. */
  public Place autoPlace(String gatewayName) {
    return place(
        new AccessFlows.Draft(
            AccessFlow.Approval.AUTO,
            List.of(),
            List.of(),
            Duration.ofHours(1),
            Duration.ofHours(8),
            false),
        gatewayName);
  }

  public Place approvedPlace() {
    return place(
        new AccessFlows.Draft(
            AccessFlow.Approval.APPROVER,
            List.of(),
            List.of(),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            true));
  }

  /** Waits, in real time, for something that happens on another thread. */
  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not happen within 10 s: " + what);
      }
      Thread.onSpinWait();
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  public List<String> auditActions() {
    List<String> actions = new ArrayList<>();
    actions.addAll(
        database()
            .sql()
            .sql("select action from audit_event order by seq")
            .query(String.class)
            .list());
    return actions;
  }

  @Override
  public void close() {
    if (gateway != null) {
      gateway.close();
    }
    context.close();
  }
}
