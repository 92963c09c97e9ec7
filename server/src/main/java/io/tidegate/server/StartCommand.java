package io.tidegate.server;

import io.tidegate.control.platform.PortRange;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.platform.StartFailure;
import io.tidegate.control.platform.TrustedProxies;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidegate start}: runs everything in this process until it is asked to stop. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Starts the control plane with its portal, and a gateway, in one process.",
      "Everything listens on loopback unless --host says otherwise."
    },
    footer = {
      "",
      "Environment:",
      "  TIDEGATE_DEMO_MONGODB       as --mongodb, without showing the password in the process"
          + " list",
      "  TIDEGATE_DATABASE_PASSWORD  the password for --database-url",
      "",
      "Exit codes: 0 stopped, 1 could not start, 2 wrong usage."
    })
final class StartCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(StartCommand.class);

  @Option(
      names = "--demo",
      description =
          "Make a demo: people with generated passwords, a project, and a MongoDB to reach.")
  private boolean demo;

  @Option(
      names = "--mongodb",
      paramLabel = "URI",
      description =
          "With --demo: reach this MongoDB, mongodb://user:password@host:port/?authSource=admin,"
              + " instead of a sandbox.")
  private @Nullable String mongodb;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where everything is kept. Default: tidegate in the user's data folder.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8420",
      description = "Portal and API; 0 takes any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--gateway-port",
      paramLabel = "N",
      defaultValue = "8421",
      description = "Tunnels of the command line. Default: ${DEFAULT-VALUE}.")
  private int gatewayPort;

  @Option(
      names = "--link-port",
      paramLabel = "N",
      defaultValue = "8422",
      description = "More gateways dial in here. Default: ${DEFAULT-VALUE}.")
  private int linkPort;

  @Option(
      names = "--cluster-ports",
      paramLabel = "FIRST-LAST",
      defaultValue = "27100-27999",
      description =
          "The gateway's ports at which applications reach resources, one for each. Default:"
              + " ${DEFAULT-VALUE}.")
  private String clusterPorts = "27100-27999";

  @Option(
      names = "--direct-port",
      paramLabel = "N",
      description =
          "A listener of the gateway without a tunnel, on loopback only: clients sign in by SCRAM"
              + " with a session's own secret. Default: none.")
  private @Nullable Integer directPort;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on. Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description = "How people reach the portal, when something stands in front of it.")
  private @Nullable String publicUrl;

  @Option(
      names = "--trusted-proxy",
      paramLabel = "CIDR",
      description =
          "Believe X-Forwarded-For and X-Forwarded-Proto of a proxy at this address or range, such"
              + " as 10.0.0.0/8. May be given several times. Default: nobody's.")
  private List<String> trustedProxies = new ArrayList<>();

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description = "postgresql://user@host/database. Default: SQLite in the data folder.")
  private @Nullable String databaseUrl;

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "Write what runs where as JSON to FILE, mode 0600, when all is up.")
  private @Nullable Path readyFile;

  @Override
  public Integer call() throws InterruptedException {
    return run(System.out, System.err, System.getenv(), new CountDownLatch(1));
  }

  private int run(
      PrintStream out, PrintStream err, Map<String, String> environment, CountDownLatch stop)
      throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (OneProcess process = OneProcess.start(options(environment))) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    stop.countDown();
                    await(stopped);
                  },
                  "stop"));
      if (readyFile != null) {
        process.report().write(readyFile);
      }
      process.report().print(out);
      stop.await();
    } catch (StartFailure e) {
      err.println("tidegate: " + e.getMessage());
      return 1;
    } catch (UncheckedIOException e) {
      err.println("tidegate: " + e.getMessage());
      return 1;
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("start failed");
      err.println(
          "tidegate: could not start, for a reason that Tidegate does not know. The log line above"
              + " holds it; please report it.");
      return 1;
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private StartOptions options(Map<String, String> environment) {
    String target = mongodb == null ? environment.get("TIDEGATE_DEMO_MONGODB") : mongodb;
    if (mongodb != null && !demo) {
      throw new StartFailure(
          "--mongodb belongs to --demo. Without the demo, add the resource in the portal.");
    }
    String password = environment.get("TIDEGATE_DATABASE_PASSWORD");
    return new StartOptions(
        data == null ? defaultData(environment) : data,
        host,
        port,
        gatewayPort,
        linkPort,
        clusterPorts(),
        directPort,
        publicUrl,
        proxies(),
        databaseUrl,
        password == null ? null : new Secret(password),
        demo,
        !demo || target == null ? null : DemoTarget.parse(target));
  }

  private PortRange clusterPorts() {
    try {
      return PortRange.valueOf(clusterPorts);
    } catch (IllegalArgumentException e) {
      throw new StartFailure("--cluster-ports: " + e.getMessage() + ".", e);
    }
  }

  private List<String> proxies() {
    try {
      TrustedProxies.of(trustedProxies);
    } catch (IllegalArgumentException e) {
      throw new StartFailure("--trusted-proxy: " + e.getMessage() + ".", e);
    }
    return trustedProxies;
  }

  private Path defaultData(Map<String, String> environment) {
    String base = environment.get("XDG_DATA_HOME");
    Path folder =
        base == null || base.isBlank()
            ? Path.of(System.getProperty("user.home"), ".local", "share")
            : Path.of(base);
    Path ours = folder.resolve("tidegate").resolve(demo ? "demo" : "server");
    try {
      Files.createDirectories(ours.getParent());
    } catch (IOException e) {
      throw new StartFailure(
          "The folder " + ours.getParent() + " cannot be made. Name another with --data.", e);
    }
    return ours;
  }
}
