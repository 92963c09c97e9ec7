package io.tidegate.server;

import io.tidegate.control.gateways.Gateways;
import io.tidegate.control.gateways.Link;
import io.tidegate.control.org.Organizations;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.StartFailure;
import io.tidegate.gateway.Gateway;
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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;

/**
 * The gateway in the control plane's own process. It joins and speaks as any other gateway does, by
 * a one-time token and over the link, only that the link's transport stays inside the process.
 */
final class EmbeddedGateway {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedGateway.class);

  private EmbeddedGateway() {}

  static Gateway start(ApplicationContext context, StartOptions options) {
    InstantSource clock = context.getBean(InstantSource.class);
    SecureRandom random = context.getBean(SecureRandom.class);
    Path folder = context.getBean(DataFolder.class).folder("gateway");
    LinkTransport transport =
        new LinkTransport.InProcess(context.getBean(Link.class).inProcessName());
    Integer directPort = options.directPort();
    GatewayConfig config =
        GatewayConfig.defaults(folder)
            .withName(Gateways.EMBEDDED)
            .withTunnel(
                new InetSocketAddress(options.host(), options.gatewayPort()), options.host())
            .withDirect(
                directPort == null
                    ? null
                    : new InetSocketAddress(InetAddress.getLoopbackAddress(), directPort))
            .withClusterPorts(
                ClusterPorts.defaults()
                    .withBind(new InetSocketAddress(options.host(), 0).getAddress()));
    try {
      GatewayCredentials credentials = GatewayCredentials.load(folder);
      if (credentials == null || !recognized(context, credentials)) {
        credentials = join(context, transport, config, clock, random);
        credentials.save(folder);
      }
      return Gateway.start(config, credentials, transport, clock, random, new InProcess(folder));
    } catch (IOException e) {
      throw new StartFailure(
          "The gateway cannot start: "
              + e.getMessage()
              + ". If the port is taken, choose another with --gateway-port.",
          e);
    } catch (LedgerException | InvalidTrustMaterialException e) {
      throw new StartFailure("The gateway cannot start: " + e.getMessage(), e);
    }
  }

  /**
   * Not after a stop longer than a certificate's life, or when the database was restored from a
   * time before its key was on record.
   */
  private static boolean recognized(ApplicationContext context, GatewayCredentials credentials) {
    return context.getBean(Gateways.class).recognizes(credentials.certificate());
  }

  /** Its place: it cannot be retired, and joins again at the next start should it lose its key. */
  private record InProcess(Path folder) implements Membership {
    @Override
    public void renewed(GatewayCredentials renewed) {
      try {
        renewed.save(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void dismissed(String sentence) {
      LOG.atError().addKeyValue("why", sentence).log("the gateway in this server was dismissed");
    }
  }

  private static GatewayCredentials join(
      ApplicationContext context,
      LinkTransport transport,
      GatewayConfig config,
      InstantSource clock,
      SecureRandom random)
      throws InvalidTrustMaterialException {
    Actor system =
        Actor.system(context.getBean(Organizations.class).organizationId().orElseThrow());
    Gateways.Invitation invitation =
        context.getBean(Gateways.class).createJoinToken(system, Gateways.EMBEDDED);
    GatewayEnrolment.Outcome outcome =
        GatewayEnrolment.join(
            transport,
            JoinToken.parse(invitation.token().reveal()),
            config.name(),
            "embedded",
            List.of(config.tunnelHost()),
            random,
            LinkOptions.defaults(clock, random));
    return switch (outcome) {
      case GatewayEnrolment.Outcome.Joined(GatewayCredentials joined) -> joined;
      case GatewayEnrolment.Outcome.Refused(_, String sentence) -> throw failed(sentence);
      case GatewayEnrolment.Outcome.NotTrusted(String sentence) -> throw failed(sentence);
      case GatewayEnrolment.Outcome.Unreachable(String sentence) -> throw failed(sentence);
    };
  }

  private static StartFailure failed(@Nullable String sentence) {
    return new StartFailure("The embedded gateway could not join: " + sentence);
  }
}
