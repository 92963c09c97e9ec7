package io.tidegate.cli.remote;

import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Where a control plane is, in one spelling: scheme, host and port. */
public record Domain(URI address) {
  private static final String NEXT =
      "Give it as http://127.0.0.1:8420 or https://tidegate.example.com.";

  /**
   * Reads a domain as a person may write it; without a scheme, {@code https} except on this
   * machine.
   */
  public static Domain parse(String text) throws Failure {
    String plain = text.strip();
    if (plain.isEmpty()) {
      throw malformed("The domain is empty.");
    }
    if (!plain.contains("://")) {
      URI guess = uri("http://" + plain);
      plain = (isLoopback(guess.getHost()) ? "http://" : "https://") + plain;
    }
    URI uri = uri(plain);
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if ((!scheme.equals("http") && !scheme.equals("https"))
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || !(path.isEmpty() || path.equals("/"))) {
      throw malformed("This is not the address of a Tidegate: " + text);
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return new Domain(uri(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port));
  }

  /** Whether a password could be read on the way. */
  public boolean readableOnTheWay() {
    return address.getScheme().equals("http") && !isLoopback(address.getHost());
  }

  @Override
  public String toString() {
    return address.toString();
  }

  private static URI uri(String text) throws Failure {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw malformed("This is not the address of a Tidegate: " + text);
    }
  }

  private static Failure malformed(String sentence) {
    return new Failure(ExitCode.USAGE, "bad-domain", sentence, NEXT);
  }

  private static boolean isLoopback(String host) {
    return host != null
        && (host.equalsIgnoreCase("localhost") || host.startsWith("127.") || host.equals("[::1]"));
  }
}
