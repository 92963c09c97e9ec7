package io.tidegate.gateway;

import io.tidegate.access.Cidr;
import io.tidegate.gateway.config.ClusterPorts;
import io.tidegate.gateway.config.GatewayConfig;
import io.tidegate.gateway.link.Membership;
import io.tidegate.ledger.LedgerException;
import io.tidegate.link.GatewayEnrolment;
import io.tidegate.link.LinkOptions;
import io.tidegate.link.LinkTransport;
import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.JoinToken;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A gateway as a process of its own. The first start needs a join token; the identity it gets is
 * kept in the data folder, and later starts need none.
 *
 * <pre>
 *   --join TOKEN | --join-file FILE   once, and again after it was retired or replaced; a file keeps
 *                                     the token out of the process list
 *   --control HOST:PORT               where the control plane's link listens
 *   --data DIR                        the gateway's own folder
 *   --name NAME                       for people; the host's name by default
 *   --host NAME                       by which clients reach this gateway; 127.0.0.1 by default
 *   --bind ADDRESS                    where to listen; that of --host by default
 *   --port N                          the tunnel's; 8421 by default
 *   --cluster-bind ADDRESS            where direct clients of clusters arrive; 127.0.0.1 by default
 *   --cluster-certificate FILE        PEM, shown to direct clients; the gateway's own by default
 *   --cluster-key FILE                its key, PEM, PKCS#8
 *   --proxies CIDR,…                  load balancers whose PROXY headers are believed; none by default
 *   --direct-port N                   a plaintext loopback listener with SCRAM; none by default
 * </pre>
 *
 * <p>Exit codes: 0 stopped, 2 wrong usage, 3 not enrolled, 4 cannot start.
 */
public final class GatewayMain {
  private static final int USAGE = 2;
  private static final int NOT_ENROLLED = 3;
  private static final int CANNOT_START = 4;
  private static final int TUNNEL_PORT = 8421;
  private static final Set<String> OPTIONS =
      Set.of(
          "--join",
          "--join-file",
          "--control",
          "--data",
          "--name",
          "--host",
          "--bind",
          "--port",
          "--cluster-bind",
          "--cluster-certificate",
          "--cluster-key",
          "--proxies",
          "--direct-port");

  private GatewayMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    int code = run(arguments, System.out, System.err, new CountDownLatch(1));
    if (code != 0) {
      System.exit(code);
    }
  }

  /**
   * Runs until the process is asked to stop.
   *
   * @param stop also stops it
   * @return the exit code
   */
  static int run(String[] arguments, PrintStream out, PrintStream err, CountDownLatch stop)
      throws InterruptedException {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!OPTIONS.contains(arguments[i]) || i + 1 == arguments.length) {
        err.println("tidegate gateway: unknown option or missing value: " + arguments[i]);
        return USAGE;
      }
      options.put(arguments[i], arguments[i + 1]);
    }
    String control = options.get("--control");
    String data = options.get("--data");
    if (control == null || data == null) {
      err.println("tidegate gateway: --control HOST:PORT and --data DIR are needed");
      return USAGE;
    }
    GatewayConfig config;
    LinkTransport transport;
    try {
      config = config(options, Path.of(data));
      int colon = control.lastIndexOf(':');
      transport =
          new LinkTransport.Tls(
              control.substring(0, colon), Integer.parseInt(control.substring(colon + 1)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      err.println("tidegate gateway: " + e.getMessage());
      return USAGE;
    }
    SecureRandom random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    try {
      GatewayCredentials known = GatewayCredentials.load(config.dataDirectory());
      if (known != null) {
        String dismissal = serve(config, known, transport, clock, random, out, stop);
        if (dismissal == null) {
          return 0;
        }
        err.println("tidegate gateway: " + dismissal);
        if (token(options) == null) {
          return NOT_ENROLLED;
        }
      }
      GatewayCredentials joined = join(options, config, transport, clock, random, err);
      if (joined == null) {
        return NOT_ENROLLED;
      }
      String dismissal = serve(config, joined, transport, clock, random, out, stop);
      if (dismissal != null) {
        err.println("tidegate gateway: " + dismissal);
        return NOT_ENROLLED;
      }
      return 0;
    } catch (IOException | LedgerException | InvalidTrustMaterialException e) {
      err.println("tidegate gateway: " + e.getMessage());
      return CANNOT_START;
    }
  }

  /**
   * @return the control plane's sentence when it dismissed the gateway; null when it was stopped
   */
  private static @Nullable String serve(
      GatewayConfig config,
      GatewayCredentials credentials,
      LinkTransport transport,
      InstantSource clock,
      SecureRandom random,
      PrintStream out,
      CountDownLatch stop)
      throws IOException, LedgerException, InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    AtomicReference<@Nullable String> dismissal = new AtomicReference<>();
    Membership membership =
        new Membership() {
          @Override
          public void renewed(GatewayCredentials credentials) {
            keep(config, credentials);
          }

          @Override
          public void dismissed(String sentence) {
            dismissal.set(sentence);
            over.countDown();
          }
        };
    Thread.ofVirtual()
        .start(() -> {
          try {
            stop.await();
            over.countDown();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Thread hook =
        new Thread(() -> {
          stop.countDown();
          try {
            stopped.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (Gateway gateway =
        Gateway.start(config, credentials, transport, clock, random, membership)) {
      Runtime.getRuntime().addShutdownHook(hook);
      out.println(
          "gateway %s (%s) listens at %s"
              .formatted(config.name(), credentials.gatewayId(), gateway.addresses().tunnel()));
      over.await();
    } finally {
      stopped.countDown();
    }
    return dismissal.get();
  }

  private static GatewayConfig config(Map<String, String> options, Path data) {
    String host = options.getOrDefault("--host", "127.0.0.1");
    String direct = options.get("--direct-port");
    return GatewayConfig.defaults(data)
        .withName(options.getOrDefault("--name", "gateway"))
        .withTunnel(
            new InetSocketAddress(
                options.getOrDefault("--bind", host),
                Integer.parseInt(options.getOrDefault("--port", String.valueOf(TUNNEL_PORT)))),
            host)
        .withDirect(
            direct == null ? null : new InetSocketAddress("127.0.0.1", Integer.parseInt(direct)))
        .withClusterPorts(clusterPorts(options));
  }

  private static ClusterPorts clusterPorts(Map<String, String> options) {
    String certificate = options.get("--cluster-certificate");
    String key = options.get("--cluster-key");
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException(
          "--cluster-certificate and --cluster-key belong together; give both or none");
    }
    String bind = options.get("--cluster-bind");
    ClusterPorts ports = ClusterPorts.defaults();
    if (bind != null) {
      ports = ports.withBind(InetAddress.ofLiteral(bind));
    }
    String proxies = options.get("--proxies");
    if (proxies != null) {
      ports = ports.withProxies(Stream.of(proxies.split(",")).map(Cidr::parse).toList());
    }
    return certificate == null || key == null
        ? ports
        : ports.withFiles(new ClusterPorts.Files(Path.of(certificate), Path.of(key)));
  }

  private static @Nullable String token(Map<String, String> options) throws IOException {
    String token = options.get("--join");
    String file = options.get("--join-file");
    return token == null && file != null ? Files.readString(Path.of(file)).strip() : token;
  }

  private static @Nullable GatewayCredentials join(
      Map<String, String> options,
      GatewayConfig config,
      LinkTransport transport,
      InstantSource clock,
      SecureRandom random,
      PrintStream err)
      throws IOException, InvalidTrustMaterialException {
    String token = token(options);
    if (token == null) {
      err.println(
          "tidegate gateway: this data folder has no identity; ask an administrator for a join"
              + " token and start with --join TOKEN");
      return null;
    }
    GatewayEnrolment.Outcome outcome =
        GatewayEnrolment.join(
            transport,
            JoinToken.parse(token),
            config.name(),
            "1",
            List.of(config.tunnelHost()),
            random,
            LinkOptions.defaults(clock, random));
    return switch (outcome) {
      case GatewayEnrolment.Outcome.Joined(GatewayCredentials joined) -> {
        joined.save(config.dataDirectory());
        yield joined;
      }
      case GatewayEnrolment.Outcome.Refused(_, String sentence) -> refused(err, sentence);
      case GatewayEnrolment.Outcome.NotTrusted(String sentence) -> refused(err, sentence);
      case GatewayEnrolment.Outcome.Unreachable(String sentence) -> refused(err, sentence);
    };
  }

  private static @Nullable GatewayCredentials refused(PrintStream err, String sentence) {
    err.println("tidegate gateway: " + sentence);
    return null;
  }

  private static void keep(GatewayConfig config, GatewayCredentials renewed) {
    try {
      renewed.save(config.dataDirectory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
