/**
 * Sessions under a grant: starting, counting, reading their commands, ending; and the
 * reconciliation that ends whatever must not live on.
 */
@NullMarked
package io.tidegate.control.session;

import org.jspecify.annotations.NullMarked;
