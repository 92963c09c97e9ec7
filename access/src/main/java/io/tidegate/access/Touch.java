package io.tidegate.access;

import java.util.Set;

/**
 * One thing that a command needs a privilege for.
 *
 * @param resource what it touches
 * @param actions all of these are needed on it
 * @param because the part of the command that touches it, such as {@code find} or {@code $lookup}
 */
public record Touch(Resource resource, Set<Action> actions, String because) {}
