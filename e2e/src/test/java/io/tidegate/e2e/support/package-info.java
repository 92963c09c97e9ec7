/**
 * What whole-system tests share: a started Tidegate, people at a terminal, tunnels, the REST API.
 */
@NullMarked
package io.tidegate.e2e.support;

import org.jspecify.annotations.NullMarked;
