/**
 * An append-only log that can be checked by somebody who trusts neither its disk nor its writer's
 * folder: entries are written in groups, each group is encrypted, and each carries the SHA-256 of
 * itself and of the group before it; an Ed25519 signature over the newest hash (the head) says how
 * much there must be. {@link io.tidegate.ledger.Ledger} writes and reads, {@link
 * io.tidegate.ledger.LedgerVerifier} says whether a folder is whole and otherwise what was done to
 * it, and {@link io.tidegate.ledger.LedgerKeys} holds the secrets. The control plane keeps its
 * audit log in one ledger, each gateway its session recordings in another. The bytes on disk are
 * described in {@code docs/ledger-format.md}.
 */
@NullMarked
package io.tidegate.ledger;

import org.jspecify.annotations.NullMarked;
