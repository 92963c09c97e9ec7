/**
 * What the pages show, as plain records: already authorized, already worded, with instants left as
 * instants so that the reader's browser can put them in the reader's own zone. Nothing here asks
 * anybody anything, so every template can be rendered in a test from values alone.
 */
@NullMarked
package io.tidegate.control.portal.view;

import org.jspecify.annotations.NullMarked;
