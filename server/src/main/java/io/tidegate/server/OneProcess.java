package io.tidegate.server;

import io.tidegate.control.ControlPlane;
import io.tidegate.control.gateways.Link;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.StartFailure;
import io.tidegate.gateway.Gateway;
import io.tidegate.server.StartReport.SignIn;
import io.tidegate.testkit.demo.DemoData;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The running process: sandbox, control plane, gateway, started in this order and stopped in the
 * other.
 */
final class OneProcess implements AutoCloseable {
  private final @Nullable SandboxMongo sandbox;
  private final ConfigurableApplicationContext control;
  private final Gateway gateway;
  private final StartReport report;

  private OneProcess(
      @Nullable SandboxMongo sandbox,
      ConfigurableApplicationContext control,
      Gateway gateway,
      StartReport report) {
    this.sandbox = sandbox;
    this.control = control;
    this.gateway = gateway;
    this.report = report;
  }

  /**
   * Starts all of it, or nothing.
   *
   * @throws StartFailure with what to do
   */
  static OneProcess start(StartOptions options) {
    SandboxMongo sandbox = null;
    ConfigurableApplicationContext control = null;
    CompletableFuture<?> filled = CompletableFuture.completedFuture(null);
    try {
      DemoTarget target = options.target();
      if (options.demo() && target == null) {
        SandboxMongo started = sandbox();
        sandbox = started;
        // Filled while the control plane starts; both take seconds.
        filled = CompletableFuture.runAsync(() -> DemoData.fill(started));
        target =
            new DemoTarget(
                "mongodb://" + sandbox.address() + "/",
                "admin",
                sandbox.adminUser(),
                new Secret(sandbox.adminPassword()),
                false);
      }
      control = control(options);
      Demo.Made demo = target == null ? null : Demo.ensure(control, target);
      List<SignIn> people = demo == null ? FirstPerson.ensure(control) : demo.people();
      Gateway gateway = EmbeddedGateway.start(control, options);
      filled.join();
      return new OneProcess(
          sandbox,
          control,
          gateway,
          report(
              options,
              control,
              gateway,
              people,
              demo == null ? null : demo.apiKey(),
              sandbox != null));
    } catch (RuntimeException e) {
      close(control, sandbox);
      throw told(e, options);
    }
  }

  private static SandboxMongo sandbox() {
    try {
      return SandboxMongo.builder().start();
    } catch (IOException e) {
      throw new StartFailure("The sandbox MongoDB cannot start: " + e.getMessage(), e);
    }
  }

  private static ConfigurableApplicationContext control(StartOptions options) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("server.address", options.host());
    properties.put("server.port", options.port());
    properties.put("server.shutdown", "immediate");
    properties.put("spring.threads.virtual.enabled", "true");
    properties.put("spring.main.register-shutdown-hook", "false");
    properties.put("tidegate.control.data", options.data().toString());
    properties.put("tidegate.control.link-host", options.host());
    properties.put("tidegate.control.link-port", options.linkPort());
    properties.put("tidegate.control.cluster-ports", options.clusterPorts().toString());
    if (options.publicUrl() != null) {
      properties.put("tidegate.control.public-url", options.publicUrl());
    }
    if (!options.trustedProxies().isEmpty()) {
      properties.put(
          "tidegate.control.trusted-proxies", String.join(",", options.trustedProxies()));
    }
    if (options.databaseUrl() != null) {
      properties.put("tidegate.control.database-url", options.databaseUrl());
    }
    Secret password = options.databasePassword();
    if (password != null) {
      properties.put("tidegate.control.database-password", password);
    }
    SpringApplication application = new SpringApplication(ControlPlane.class);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    application.setBannerMode(Banner.Mode.OFF);
    application.setRegisterShutdownHook(false);
    application.setLogStartupInfo(false);
    application.setDefaultProperties(properties);
    return application.run();
  }

  private static StartReport report(
      StartOptions options,
      ConfigurableApplicationContext control,
      Gateway gateway,
      List<SignIn> people,
      StartReport.@Nullable DemoKey apiKey,
      boolean sandbox) {
    int port =
        control instanceof WebServerApplicationContext web && web.getWebServer() != null
            ? web.getWebServer().getPort()
            : options.port();
    String portal =
        options.publicUrl() == null ? "http://" + options.host() + ":" + port : options.publicUrl();
    Path data = options.data().toAbsolutePath().normalize();
    return new StartReport(
        portal,
        portal + "/api/v1",
        options.host() + ":" + gateway.addresses().tunnel().getPort(),
        options.host() + ":" + control.getBean(Link.class).port(),
        people,
        apiKey,
        options.demo() ? Demo.PROJECT : null,
        options.demo() ? List.of(Demo.RESOURCE) : List.of(),
        !options.demo() ? null : sandbox ? "a sandbox MongoDB" : "your MongoDB",
        data);
  }

  private static RuntimeException told(RuntimeException failure, StartOptions options) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StartFailure told) {
        return told;
      }
      if (cause instanceof PortInUseException taken) {
        return new StartFailure(
            "Port "
                + taken.getPort()
                + " is taken by another program. Stop it, or choose another with --port.",
            taken);
      }
      if (cause instanceof java.net.BindException) {
        return new StartFailure(
            "The portal cannot listen on "
                + options.host()
                + ":"
                + options.port()
                + ": "
                + cause.getMessage()
                + ". Choose another address with --host or port with --port.",
            cause);
      }
    }
    return failure;
  }

  StartReport report() {
    return report;
  }

  @Override
  public void close() {
    gateway.close();
    close(control, sandbox);
  }

  private static void close(
      @Nullable ConfigurableApplicationContext control, @Nullable SandboxMongo sandbox) {
    if (control != null) {
      control.close();
    }
    if (sandbox != null) {
      sandbox.close();
    }
  }
}
