/**
 * How applications are let in: the database users that a project makes, which sign in at a gateway
 * directly and never at the target. Each is a standing or temporary grant, compiled to one lease
 * for every cluster in its scope; what changes it, be it a role, the access list, an account or the
 * clock, makes another revision of these, and reconciliation sees to it that gateways hold the
 * newest and nothing else.
 */
@NullMarked
package io.tidegate.control.application;

import org.jspecify.annotations.NullMarked;
