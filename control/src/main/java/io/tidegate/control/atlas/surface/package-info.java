/**
 * The machinery that every operation of the Atlas-compatible API stands on: the table of
 * operations, routing by the raw path, versioned media types, strict reading of documents, the
 * envelopes of pages and errors, and rate limits. It knows no feature and no database.
 */
@NullMarked
package io.tidegate.control.atlas.surface;

import org.jspecify.annotations.NullMarked;
