/**
 * A scripted server: plays the server's side of MongoDB's public specifications byte for byte, for
 * what neither the sandbox nor FerretDB can do (elections, error labels, exhaust, broken frames).
 * What was only proven against a script is to be said so.
 */
@NullMarked
package io.tidegate.testkit.script;

import org.jspecify.annotations.NullMarked;
