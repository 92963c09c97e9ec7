/** ledger. */
@NullMarked
package io.tidegate.ledger;

import org.jspecify.annotations.NullMarked;
