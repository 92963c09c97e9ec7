/**
 * The control plane as the command line sees it: its REST interface, its problems turned into
 * failures, and the tokens that are kept between runs.
 */
@NullMarked
package io.tidegate.cli.remote;

import org.jspecify.annotations.NullMarked;
