package io.tidegate.e2e.support;

import io.tidegate.testkit.demo.DemoData;
import io.tidegate.testkit.sandbox.RoleGrant;
import io.tidegate.testkit.sandbox.SandboxMongo;
import java.io.IOException;
import java.util.List;

/**
 * A sandbox in the test's own process, so that a test can look behind the gateway: its stored
 * account may read and write every database, as in many a company.
 */
public final class Target implements AutoCloseable {

  /** The stored account's password: unlike anything else, so that a search for it means it. */
  public static final String PASSWORD = "planted-target-password-7f3b91";

  private final SandboxMongo sandbox;

  private Target(SandboxMongo sandbox) {
    this.sandbox = sandbox;
    sandbox.createUser(
        "stored",
        PASSWORD,
        "admin",
        List.of(
            new RoleGrant("readWriteAnyDatabase", "admin"),
            new RoleGrant("dbAdminAnyDatabase", "admin"),
            new RoleGrant("clusterMonitor", "admin")));
    DemoData.fill(sandbox);
  }

  /** A standalone with the demo's data. */
  public static Target standalone() throws IOException {
    return new Target(SandboxMongo.builder().start());
  }

  /** The one member of a replica set, with the demo's data. */
  public static Target replicaSet() throws IOException {
    return new Target(SandboxMongo.builder().replicaSet("rs0").start());
  }

  public SandboxMongo sandbox() {
    return sandbox;
  }

  /** The stored account's connection string. */
  public String uri() {
    return sandbox.uri("stored", PASSWORD);
  }

  @Override
  public void close() {
    sandbox.close();
  }
}
