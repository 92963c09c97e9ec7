package io.tidegate.access;

import io.tidegate.access.LeaseException.Fault;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Believes leases that a trusted key signed. Whether a lease holds now is asked of {@link Policy}
 * at each command, not here. Safe for use by many threads.
 */
public final class LeaseVerifier {
  private final Map<String, PublicKey> keys;

  /** Trusts exactly these Ed25519 keys. */
  public LeaseVerifier(Collection<PublicKey> trusted) {
    Map<String, PublicKey> byId = new HashMap<>();
    for (PublicKey key : trusted) {
      byId.put(LeaseSigner.keyId(key), key);
    }
    this.keys = Map.copyOf(byId);
  }

  /**
   * The lease inside.
   *
   * @throws LeaseException when its key is unknown, its signature wrong, or it cannot be read
   */
  public Lease verify(SignedLease signed) throws LeaseException {
    PublicKey key = keys.get(signed.keyId());
    if (key == null) {
      throw new LeaseException(
          Fault.UNKNOWN_KEY, "the lease is signed with a key that this gateway does not trust");
    }
    byte[] payload = signed.payload();
    if (!signedBy(key, payload, signed.signature())) {
      throw new LeaseException(Fault.BAD_SIGNATURE, "the lease's signature does not match it");
    }
    return LeaseCodec.decode(payload);
  }

  private static boolean signedBy(PublicKey key, byte[] payload, byte[] signatureBytes) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(key);
      signature.update(LeaseSigner.signedBytes(payload));
      return signature.verify(signatureBytes);
    } catch (GeneralSecurityException e) {
      // A signature of the wrong length or form.
      return false;
    }
  }
}
