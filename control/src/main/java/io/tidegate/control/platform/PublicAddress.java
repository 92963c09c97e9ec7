package io.tidegate.control.platform;

/**
 * Where people reach the portal, for links in messages: as configured, else loopback with the port
 * that the web server took.
 */
public final class PublicAddress {
  private volatile String url;

  public PublicAddress(String url) {
    this.url = url;
  }

  /** Without a slash at the end. */
  public String url() {
    return url;
  }

  /** Says where the web server listens, when nothing was configured. */
  public void listensAt(String listening) {
    this.url = listening;
  }
}
