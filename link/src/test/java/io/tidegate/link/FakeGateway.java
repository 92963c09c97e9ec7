package io.tidegate.link;

import io.tidegate.link.trust.GatewayCredentials;
import io.tidegate.link.trust.SealingKey;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** A gateway that keeps what it is told. */
final class FakeGateway implements GatewayEndpoint {
  final SealingKey sealingKey = SealingKey.generate();
  final BlockingQueue<Welcome> welcomes = new LinkedBlockingQueue<>();
  final BlockingQueue<List<SignedLease>> desired = new LinkedBlockingQueue<>();
  final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  final BlockingQueue<GatewayCredentials> renewals = new LinkedBlockingQueue<>();
  volatile Consumer<GatewayCredentials> keeping = _ -> {};
  final BlockingQueue<String> dismissals = new LinkedBlockingQueue<>();
  final BlockingQueue<String> losses = new LinkedBlockingQueue<>();
  volatile Function<SignedLease, LeaseOutcome> installer =
      lease -> new LeaseOutcome.Installed(lease.leaseId());
  volatile BooleanSupplier lastAwaited = () -> false;
  volatile Recording recording =
      (query, sink) -> {
        throw new RecordingUnavailableException("There is no recording of this session.");
      };

  interface Recording {
    void read(RecordingQuery query, RecordingSink sink)
        throws InterruptedException, RecordingUnavailableException;
  }

  @Override
  public GatewayHello hello() {
    return new GatewayHello("edge", "0.1.0", "127.0.0.1", 8421, sealingKey.publicKey());
  }

  @Override
  public void welcomed(Welcome welcome) {
    welcomes.add(welcome);
  }

  @Override
  public void desired(List<SignedLease> leases) {
    desired.add(leases);
    told.add("desired " + leases.stream().map(SignedLease::leaseId).toList());
  }

  @Override
  public LeaseOutcome install(SignedLease lease, BooleanSupplier awaited) {
    lastAwaited = awaited;
    told.add("install " + lease.leaseId());
    return installer.apply(lease);
  }

  @Override
  public void revoke(Revocation revocation) {
    told.add("revoke " + revocation.leaseId() + " " + revocation.code());
  }

  @Override
  public void read(RecordingQuery query, RecordingSink sink)
      throws InterruptedException, RecordingUnavailableException {
    recording.read(query, sink);
  }

  @Override
  public void renewed(GatewayCredentials credentials) {
    keeping.accept(credentials);
    renewals.add(credentials);
  }

  @Override
  public void dismissed(String code, String sentence) {
    dismissals.add(code + ": " + sentence);
  }

  @Override
  public void disconnected(String why) {
    losses.add(why);
  }
}
