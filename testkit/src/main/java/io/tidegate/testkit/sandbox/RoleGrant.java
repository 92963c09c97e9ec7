package io.tidegate.testkit.sandbox;

/**
 * A built-in role held on a database.
 *
 * @param role as MongoDB names it
 * @param database where it applies; {@code admin} for the any-database and cluster roles
 */
public record RoleGrant(String role, String database) {}
