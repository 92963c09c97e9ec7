package io.tidegate.control.lease;

import io.tidegate.access.Lease;
import io.tidegate.control.cluster.Credential;
import io.tidegate.control.cluster.Credentials;
import io.tidegate.link.SignedLease;
import io.tidegate.link.trust.PublicSealingKey;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Component;

/** Opens credentials, seals them for gateways, and signs. */
@Component
class Sealing implements LeaseSealing {
  private final SigningKeys keys;
  private final Credentials credentials;

  Sealing(SigningKeys keys, Credentials credentials) {
    this.keys = keys;
    this.credentials = credentials;
  }

  @Override
  public Lease.LeaseAccount account(
      String accountId, String accountName, String leaseId, PublicSealingKey gateway) {
    Credential credential = credentials.of(accountId);
    byte[] sealed =
        gateway
            .seal(credential.password().reveal().getBytes(StandardCharsets.UTF_8), leaseId)
            .bytes();
    return new Lease.LeaseAccount(accountId, accountName, credential.username().reveal(), sealed);
  }

  @Override
  public SignedLease sign(Lease lease) {
    io.tidegate.access.SignedLease signed = keys.signer().sign(lease);
    return new SignedLease(lease.leaseId(), signed.payload(), signed.signature(), signed.keyId());
  }
}
