package io.tidegate.link;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.trust.PublicSealingKey;
import io.tidegate.link.v1.Certificate;
import io.tidegate.link.v1.FromControl;
import io.tidegate.link.v1.FromGateway;
import io.tidegate.link.v1.Health;
import io.tidegate.link.v1.Hello;
import io.tidegate.link.v1.LeaseAck;
import io.tidegate.link.v1.Leases;
import io.tidegate.link.v1.ReadRecording;
import io.tidegate.link.v1.RecordingChunk;
import io.tidegate.link.v1.Refusal;
import io.tidegate.link.v1.Revoke;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The values of this package as messages on the wire, and back. */
final class Messages {
  /** Leases a part of the desired list: a lease is some kilobytes. */
  private static final int PART_BYTES = 512 << 10;

  private Messages() {}

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Instant instant(Timestamp timestamp) throws MalformedLinkMessageException {
    try {
      return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    } catch (java.time.DateTimeException e) {
      throw new MalformedLinkMessageException("a timestamp is out of range");
    }
  }

  static ByteString der(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("the certificate has no encoded form", e);
    }
  }

  // Enrolment

  static Certificate certificate(EnrolmentOutcome.Enrolled enrolled) {
    String gatewayId = Certificates.gatewayIdOf(enrolled.certificate());
    if (gatewayId == null) {
      throw new IllegalArgumentException("the certificate issued is not a gateway's");
    }
    return Certificate.newBuilder()
        .setGatewayId(gatewayId)
        .setCertificate(der(enrolled.certificate()))
        .setAuthority(der(enrolled.authority()))
        .build();
  }

  static Refusal refusal(EnrolmentOutcome.Refused refused) {
    return Refusal.newBuilder().setCode(refused.code()).setSentence(refused.sentence()).build();
  }

  // From a gateway

  static FromGateway hello(GatewayHello hello, String eventEpoch) {
    return FromGateway.newBuilder()
        .setHello(
            Hello.newBuilder()
                .setName(hello.name())
                .setVersion(hello.version())
                .setTunnelHost(hello.tunnelHost())
                .setTunnelPort(hello.tunnelPort())
                .setSealingKey(ByteString.copyFrom(hello.sealingKey().bytes()))
                .setEventEpoch(eventEpoch))
        .build();
  }

  static GatewayHello hello(Hello hello) throws MalformedLinkMessageException {
    if (hello.getTunnelPort() < 0 || hello.getTunnelPort() > 65_535) {
      throw new MalformedLinkMessageException("the hello's tunnel port is out of range");
    }
    try {
      return new GatewayHello(
          hello.getName(),
          hello.getVersion(),
          hello.getTunnelHost(),
          hello.getTunnelPort(),
          PublicSealingKey.parse(hello.getSealingKey().toByteArray()));
    } catch (InvalidTrustMaterialException e) {
      throw new MalformedLinkMessageException("the hello's sealing key cannot be read");
    }
  }

  static FromGateway leaseAck(long pushId, LeaseOutcome outcome) {
    LeaseAck.Builder ack = LeaseAck.newBuilder().setPushId(pushId).setLeaseId(outcome.leaseId());
    switch (outcome) {
      case LeaseOutcome.Installed _ -> ack.setInstalled(true);
      case LeaseOutcome.Rejected(_, String code, String sentence) ->
          ack.setCode(code).setSentence(sentence);
      case LeaseOutcome.Unanswered(_, String sentence) ->
          ack.setCode("gateway-fault").setSentence(sentence);
    }
    return FromGateway.newBuilder().setLeaseAck(ack).build();
  }

  static LeaseOutcome leaseOutcome(LeaseAck ack) {
    return ack.getInstalled()
        ? new LeaseOutcome.Installed(ack.getLeaseId())
        : new LeaseOutcome.Rejected(ack.getLeaseId(), ack.getCode(), ack.getSentence());
  }

  static FromGateway health(GatewayHealth health) {
    Health.Builder message =
        Health.newBuilder()
            .setAt(timestamp(health.at()))
            .setLeases(health.leases())
            .setConnections(health.connections())
            // Shifted by one, because the wire's number has no sign.
            .setLedgerIndex(health.ledgerIndex() + 1)
            .setLedgerHash(ByteString.copyFrom(health.ledgerHash()));
    for (GatewayHealth.TargetHealth target : health.targets()) {
      message.addTargets(
          io.tidegate.link.v1.TargetHealth.newBuilder()
              .setResourceId(target.resourceId())
              .setReachable(target.reachable())
              .setDetail(target.detail()));
    }
    return FromGateway.newBuilder().setHealth(message).build();
  }

  static GatewayHealth health(Health health) throws MalformedLinkMessageException {
    return new GatewayHealth(
        instant(health.getAt()),
        health.getLeases(),
        health.getConnections(),
        health.getLedgerIndex() - 1,
        health.getLedgerHash().toByteArray(),
        health.getTargetsList().stream()
            .map(target ->
                new GatewayHealth.TargetHealth(
                    target.getResourceId(), target.getReachable(), target.getDetail()))
            .toList());
  }

  static FromGateway entries(long readId, List<RecordedEntry> entries) {
    RecordingChunk.Builder chunk = RecordingChunk.newBuilder().setReadId(readId);
    for (RecordedEntry entry : entries) {
      chunk.addEntries(
          io.tidegate.link.v1.RecordedEntry.newBuilder()
              .setIndex(entry.index())
              .setAt(timestamp(entry.at()))
              .setPayload(ByteString.copyFrom(entry.payload())));
    }
    return FromGateway.newBuilder().setRecordingChunk(chunk).build();
  }

  static List<RecordedEntry> entries(RecordingChunk chunk) throws MalformedLinkMessageException {
    List<RecordedEntry> entries = new ArrayList<>(chunk.getEntriesCount());
    for (io.tidegate.link.v1.RecordedEntry entry : chunk.getEntriesList()) {
      entries.add(
          new RecordedEntry(
              entry.getIndex(), instant(entry.getAt()), entry.getPayload().toByteArray()));
    }
    return entries;
  }

  static FromGateway recordingEnd(long readId, String failure) {
    return FromGateway.newBuilder()
        .setRecordingChunk(
            RecordingChunk.newBuilder().setReadId(readId).setDone(true).setFailure(failure))
        .build();
  }

  // From the control plane

  static FromControl welcome(Welcome welcome) {
    io.tidegate.link.v1.Welcome.Builder message =
        io.tidegate.link.v1.Welcome.newBuilder()
            .setAuthority(der(welcome.authority()))
            .setServerTime(timestamp(welcome.serverTime()));
    for (LeaseKey key : welcome.leaseKeys()) {
      message.addLeaseKeys(
          io.tidegate.link.v1.LeaseKey.newBuilder()
              .setKeyId(key.keyId())
              .setPublicKey(ByteString.copyFrom(key.publicKey())));
    }
    return FromControl.newBuilder().setWelcome(message).build();
  }

  static Welcome welcome(io.tidegate.link.v1.Welcome welcome) throws MalformedLinkMessageException {
    try {
      return new Welcome(
          welcome.getLeaseKeysList().stream()
              .map(key -> new LeaseKey(key.getKeyId(), key.getPublicKey().toByteArray()))
              .toList(),
          Pem.readCertificate(welcome.getAuthority().toByteArray()),
          instant(welcome.getServerTime()));
    } catch (InvalidTrustMaterialException e) {
      throw new MalformedLinkMessageException("the welcome's authority cannot be read");
    }
  }

  static List<FromControl> leases(List<SignedLease> leases) {
    List<FromControl> parts = new ArrayList<>();
    Leases.Builder part = Leases.newBuilder();
    int bytes = 0;
    for (SignedLease lease : leases) {
      bytes += lease.payload().length;
      if (bytes > PART_BYTES && part.getLeasesCount() > 0) {
        parts.add(FromControl.newBuilder().setLeases(part).build());
        part = Leases.newBuilder();
        bytes = lease.payload().length;
      }
      part.addLeases(lease(lease));
    }
    parts.add(FromControl.newBuilder().setLeases(part.setLast(true)).build());
    return parts;
  }

  static FromControl push(long pushId, SignedLease lease) {
    return FromControl.newBuilder()
        .setLeasePush(
            io.tidegate.link.v1.LeasePush.newBuilder().setPushId(pushId).setLease(lease(lease)))
        .build();
  }

  static FromControl revoke(Revocation revocation) {
    return FromControl.newBuilder()
        .setRevoke(
            Revoke.newBuilder()
                .setLeaseId(revocation.leaseId())
                .setCode(revocation.code())
                .setReason(revocation.reason()))
        .build();
  }

  static Revocation revocation(Revoke revoke) {
    return new Revocation(revoke.getLeaseId(), revoke.getCode(), revoke.getReason());
  }

  static FromControl eventsAck(long throughSequence) {
    return FromControl.newBuilder()
        .setEventsAck(
            io.tidegate.link.v1.EventsAck.newBuilder().setThroughSequence(throughSequence))
        .build();
  }

  static FromControl read(long readId, RecordingQuery query, int credit) {
    return FromControl.newBuilder()
        .setReadRecording(
            ReadRecording.newBuilder()
                .setReadId(readId)
                .setSessionId(query.sessionId())
                // Shifted by one, because the wire's number has no sign.
                .setAfterIndex(query.afterIndex() + 1)
                .setLimit(query.limit())
                .setFollow(query.follow())
                .setCredit(credit))
        .build();
  }

  static RecordingQuery query(ReadRecording read) {
    return new RecordingQuery(
        read.getSessionId(), read.getAfterIndex() - 1, read.getLimit(), read.getFollow());
  }

  static FromControl credit(long readId, int chunks) {
    return FromControl.newBuilder()
        .setRecordingCredit(
            io.tidegate.link.v1.RecordingCredit.newBuilder().setReadId(readId).setChunks(chunks))
        .build();
  }

  static FromControl stop(long readId) {
    return FromControl.newBuilder()
        .setStopRecording(io.tidegate.link.v1.StopRecording.newBuilder().setReadId(readId))
        .build();
  }

  static SignedLease lease(io.tidegate.link.v1.SignedLease lease) {
    return new SignedLease(
        lease.getLeaseId(),
        lease.getPayload().toByteArray(),
        lease.getSignature().toByteArray(),
        lease.getKeyId());
  }

  private static io.tidegate.link.v1.SignedLease lease(SignedLease lease) {
    return io.tidegate.link.v1.SignedLease.newBuilder()
        .setLeaseId(lease.leaseId())
        .setPayload(ByteString.copyFrom(lease.payload()))
        .setSignature(ByteString.copyFrom(lease.signature()))
        .setKeyId(lease.keyId())
        .build();
  }
}
