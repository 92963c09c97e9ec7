package io.tidegate.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link LedgerVerifier} found.
 *
 * @param head the newest signed head, null when there is none that can be trusted
 * @param entries entries whose chain was walked
 * @param groups groups they came in
 * @param segments segment files read
 * @param unsignedEntries entries behind the head that a crash or a running writer leaves there;
 *     with keys they are known to be authentic
 * @param tornBytes bytes of an unfinished write at the very end
 * @param decrypted whether the contents were decrypted and authenticated too
 * @param keyPinned whether the signing key was compared with one that the caller brought; otherwise
 *     the folder vouches for itself
 * @param findings what is wrong, in the order of the files; empty when whole. At most {@value
 *     #MAXIMUM_FINDINGS}
 */
public record Verification(
    @Nullable LedgerHead head,
    long entries,
    long groups,
    long segments,
    long unsignedEntries,
    long tornBytes,
    boolean decrypted,
    boolean keyPinned,
    List<Finding> findings) {
  static final int MAXIMUM_FINDINGS = 100;

  /** Copies the findings. */
  public Verification {
    findings = List.copyOf(findings);
  }

  /** Nothing is wrong. */
  public boolean whole() {
    return findings.isEmpty();
  }

  /** One sentence for people. */
  public String sentence() {
    if (!whole()) {
      Finding first = findings.getFirst();
      return findings.size() == 1
          ? first.sentence()
          : "%s (%d findings in all.)".formatted(first.sentence(), findings.size());
    }
    return "The ledger is whole: %d entries in %d groups and %d segments%s%s."
        .formatted(
            entries,
            groups,
            segments,
            decrypted ? ", contents authenticated" : "",
            unsignedEntries == 0
                ? ""
                : ", of them %d not yet under a signed head".formatted(unsignedEntries));
  }
}
