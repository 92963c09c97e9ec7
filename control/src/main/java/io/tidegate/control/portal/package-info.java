/**
 * The portal: server-rendered pages over the services of the other features. A controller asks
 * services and turns what they say into the records of {@code view}; templates ({@code
 * src/main/jte}) show those records and nothing else. No SQL, no REST, no rule of its own: who may
 * see or do what is decided by the services, and a refusal of theirs becomes a page that names the
 * rule and the next step. Pages work without JavaScript; htmx and server-sent events make them
 * live.
 */
@NullMarked
package io.tidegate.control.portal;

import org.jspecify.annotations.NullMarked;
