package io.tidegate.testkit.sandbox;

/**
 * A user's full name.
 *
 * @param database where the user authenticates
 * @param user the name there
 */
record UserName(String database, String user) {

  @Override
  public String toString() {
    return user + "@" + database;
  }
}
