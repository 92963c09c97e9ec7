package io.tidegate.control.atlas.surface;

/** The groups that the operations come in. Each is also one set of operations for rate limits. */
public enum Feature {
  F01("Support access"),
  F02("Organization settings"),
  F03("Project IP access list"),
  F04("IP addresses of the service"),
  F05("Database users"),
  F06("X.509 certificates"),
  F07("LDAP"),
  F08("Custom database roles"),
  F09("Network peering"),
  F10("Private endpoints"),
  F11("Private endpoints of serverless instances"),
  F12("Cloud provider access"),
  F13("Encryption at rest"),
  F14("Auditing"),
  F15("Database access history"),
  F16("Log download"),
  F17("Clusters"),
  F18("Projects"),
  F19("Project API keys"),
  F20("Organization API keys"),
  F21("Service accounts"),
  F22("Organizations"),
  F23("Users"),
  F24("Teams"),
  F25("Invitations"),
  F26("Events"),
  F27("Federation"),
  F28("Processes"),
  F31("System status and rate limits"),
  F32("Flex clusters"),
  F34("Slow operation threshold");

  private final String title;

  Feature(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }
}
