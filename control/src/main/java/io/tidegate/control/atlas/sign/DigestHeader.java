package io.tidegate.control.atlas.sign;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parameters of an {@code Authorization: Digest} header, RFC 7616 section 3.4. Only {@code
 * qop=auth} is taken, as nothing else is offered.
 */
record DigestHeader(
    String username,
    String realm,
    String nonce,
    String uri,
    String response,
    DigestAlgorithm algorithm,
    String cnonce,
    String nc) {
  private static final int LONGEST = 8 * 1024;
  private static final String SCHEME = "Digest ";

  /** One parameter, its value quoted or bare, and the comma after it. */
  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\G\\s*([A-Za-z0-9_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]*))\\s*(?:,|$)");

  /** Reads the header; empty when it is not one that could be right. */
  static Optional<DigestHeader> parse(String header) {
    if (header.length() > LONGEST || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String text = header.substring(SCHEME.length()).strip();
    Map<String, String> values = new HashMap<>();
    Matcher matcher = PARAMETER.matcher(text);
    int end = 0;
    while (end < text.length() && matcher.find()) {
      String quoted = matcher.group(2);
      String value = quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\(.)", "$1");
      if (values.put(matcher.group(1).toLowerCase(Locale.ROOT), value) != null) {
        return Optional.empty();
      }
      end = matcher.end();
    }
    if (end < text.length()
        || !"auth".equals(values.get("qop"))
        || !values.getOrDefault("nc", "").matches("[0-9a-f]{8}")
        || values.getOrDefault("cnonce", "").isEmpty()) {
      return Optional.empty();
    }
    Optional<DigestAlgorithm> algorithm =
        DigestAlgorithm.of(values.getOrDefault("algorithm", DigestAlgorithm.MD5.title()));
    String username = values.get("username");
    String realm = values.get("realm");
    String nonce = values.get("nonce");
    String uri = values.get("uri");
    String response = values.get("response");
    String cnonce = values.get("cnonce");
    String nc = values.get("nc");
    if (algorithm.isEmpty()
        || username == null
        || realm == null
        || nonce == null
        || uri == null
        || response == null
        || cnonce == null
        || nc == null) {
      return Optional.empty();
    }
    return Optional.of(
        new DigestHeader(username, realm, nonce, uri, response, algorithm.get(), cnonce, nc));
  }

  /** What the response must be, RFC 7616 section 3.4.1. */
  String expected(String ha1, String method) {
    String ha2 = algorithm.hash(method + ":" + uri);
    return algorithm.hash(ha1 + ":" + nonce + ":" + nc + ":" + cnonce + ":auth:" + ha2);
  }

  /** Names the user only: the rest could be tried offline. */
  @Override
  public String toString() {
    return "DigestHeader[" + username + ", <hidden>]";
  }
}
