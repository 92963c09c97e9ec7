/**
 * What all REST controllers of /api/v1 share: the mapping of refusals to problem+json, ETags,
 * idempotency keys, and the OpenAPI document.
 */
@NullMarked
package io.tidegate.control.api;

import org.jspecify.annotations.NullMarked;
