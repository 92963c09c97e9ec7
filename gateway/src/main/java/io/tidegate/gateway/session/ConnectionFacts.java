package io.tidegate.gateway.session;

/** What is known of one client connection, for events and recordings. Its loop's thread writes. */
public final class ConnectionFacts {
  /** What drivers keep to: an application's name has 128 bytes at most. */
  private static final int NAME = 128;

  private static final int PLATFORM = 256;

  private volatile String id;
  private final String clientAddress;
  private volatile String application = "";
  private volatile String driver = "";
  private volatile String platform = "";
  private long commands;
  private long bytesIn;
  private long bytesOut;

  /**
   * @param id unique in its session: {@code c1}, {@code c2}, …
   * @param clientAddress the other end as the gateway's socket sees it
   */
  public ConnectionFacts(String id, String clientAddress) {
    this.id = id;
    this.clientAddress = clientAddress;
  }

  public String id() {
    return id;
  }

  public String clientAddress() {
    return clientAddress;
  }

  public String application() {
    return application;
  }

  /** Name and version. */
  public String driver() {
    return driver;
  }

  public String platform() {
    return platform;
  }

  public long commands() {
    return commands;
  }

  public long bytesIn() {
    return bytesIn;
  }

  public long bytesOut() {
    return bytesOut;
  }

  void number(String newId) {
    id = newId;
  }

  void describe(String newApplication, String newDriver, String newPlatform) {
    application = ClientText.cut(newApplication, NAME);
    driver = ClientText.cut(newDriver, NAME);
    platform = ClientText.cut(newPlatform, PLATFORM);
  }

  void command(long bytes) {
    commands++;
    bytesIn += bytes;
  }

  void sent(long bytes) {
    bytesOut += bytes;
  }
}
