package io.tidegate.control.gateways;

import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.StartFailure;
import io.tidegate.link.ControlEndpoint;
import io.tidegate.link.LinkOptions;
import io.tidegate.link.LinkServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The listening ends of the link: over the network, and inside the process. */
@Component
public final class Link implements SmartLifecycle, LinkAddress {
  private final ControlEndpoint endpoint;
  private final Authority authority;
  private final ControlSettings settings;
  private final LinkOptions options;
  private final String inProcessName = "tidegate-" + UUID.randomUUID();
  private @Nullable LinkServer network;
  private @Nullable LinkServer inProcess;

  Link(
      ControlEndpoint endpoint,
      Authority authority,
      ControlSettings settings,
      SecureRandom random,
      InstantSource clock) {
    this.endpoint = endpoint;
    this.authority = authority;
    this.settings = settings;
    this.options = LinkOptions.defaults(clock, random).withPushTimeout(settings.leaseTimeout());
  }

  /** What an embedded gateway's transport dials. */
  public String inProcessName() {
    return inProcessName;
  }

  /** The port that other gateways dial. */
  @Override
  public synchronized int port() {
    LinkServer server = network;
    if (server == null) {
      throw new IllegalStateException("the link is not listening yet");
    }
    return server.port();
  }

  @Override
  public String dialled(String portalHost) {
    String host = settings.linkHost();
    return (host.equals("0.0.0.0") || host.equals("::") ? portalHost : host) + ":" + port();
  }

  @Override
  public synchronized void start() {
    InetSocketAddress address = new InetSocketAddress(settings.linkHost(), settings.linkPort());
    try {
      inProcess = LinkServer.inProcess(endpoint, authority::control, inProcessName, options);
      network = LinkServer.listen(endpoint, authority::control, address, options);
    } catch (IOException e) {
      stop();
      throw new StartFailure(
          "The gateway link cannot listen on "
              + settings.linkHost()
              + ":"
              + settings.linkPort()
              + ". Another program has the port; choose another with --link-port.",
          e);
    }
  }

  @Override
  public synchronized void stop() {
    LinkServer first = network;
    LinkServer second = inProcess;
    network = null;
    inProcess = null;
    if (first != null) {
      first.close();
    }
    if (second != null) {
      second.close();
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return inProcess != null;
  }
}
