/**
 * From where a project's applications are let in: its access list. What it says becomes the network
 * part of their leases; it says nothing about people, whose tunnels prove by certificate who they
 * are.
 */
@NullMarked
package io.tidegate.control.network;

import org.jspecify.annotations.NullMarked;
