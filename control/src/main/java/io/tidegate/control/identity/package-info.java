/**
 * People, their roles and how they prove who they are: passwords, portal sessions, bearer tokens
 * and the device grant.
 *
 * <p>For controllers: the signed-in {@link io.tidegate.control.platform.Actor} is the principal
 * ({@code @AuthenticationPrincipal Actor actor}). Pages other than {@code /login} and static files
 * under {@code /assets/**} and {@code /webjars/**} need one, and send browsers to {@code
 * /login?next=PATH} without. {@code POST /login} (form fields {@code username}, {@code password},
 * {@code next}, {@code _csrf}) sets the cookie and answers 303 to {@code next}, or to {@code
 * /login?error=bad-credentials} or {@code too-many-attempts}; {@code POST /logout} answers 303 to
 * {@code /login}. Every unsafe request with a cookie carries the CSRF token, as the field {@code
 * _csrf} or the header {@code X-CSRF-TOKEN}; the request attribute {@code _csrf} holds it.
 */
@NullMarked
package io.tidegate.control.identity;

import org.jspecify.annotations.NullMarked;
