/**
 * The ledger's tests: what it promises, what is done to it by tamperers and crashes, and its bench.
 */
package io.tidegate.ledger;
