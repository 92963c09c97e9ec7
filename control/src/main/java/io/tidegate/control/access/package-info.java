/** The heart: access flows, requests, approvals and grants with their state machines. */
@NullMarked
package io.tidegate.control.access;

import org.jspecify.annotations.NullMarked;
