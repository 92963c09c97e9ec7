package io.tidegate.link;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.v1.FromControl;
import io.tidegate.link.v1.FromGateway;
import io.tidegate.link.v1.GatewayLinkGrpc;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/** Lets gateways connect, each known by its certificate. */
final class GatewayLinkService extends GatewayLinkGrpc.GatewayLinkImplBase {
  private final ControlEndpoint control;
  private final LinkOptions options;
  private final ScheduledExecutorService timer;
  private final Set<ConnectedGateway> connected = ConcurrentHashMap.newKeySet();

  GatewayLinkService(ControlEndpoint control, LinkOptions options, ScheduledExecutorService timer) {
    this.control = control;
    this.options = options;
    this.timer = timer;
  }

  @Override
  public StreamObserver<FromGateway> connect(StreamObserver<FromControl> answer) {
    ServerCallStreamObserver<FromControl> out = (ServerCallStreamObserver<FromControl>) answer;
    X509Certificate peer = PeerCertificate.current();
    String gatewayId = peer == null ? null : Certificates.gatewayIdOf(peer);
    if (peer == null || gatewayId == null) {
      out.onError(
          Status.UNAUTHENTICATED
              .withDescription("a gateway must show its own certificate")
              .asRuntimeException());
      return new Deaf();
    }
    ConnectedGateway gateway =
        new ConnectedGateway(gatewayId, peer, out, control, options, timer, connected::remove);
    connected.add(gateway);
    gateway.begin();
    return gateway;
  }

  void closeAll(String why) {
    connected.forEach(gateway -> gateway.close(why));
  }

  /** For a call that has been refused already. */
  private static final class Deaf implements StreamObserver<FromGateway> {
    @Override
    public void onNext(FromGateway message) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
