package io.tidegate.e2e.support;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Someone who signs in to the portal and follows every link. */
public final class PortalVisitor {

  private static final Pattern LINK = Pattern.compile("(?:href|hx-get)=\"(/[^\"#]*)\"");
  private static final Pattern HIDDEN =
      Pattern.compile("<input[^>]*type=\"hidden\"[^>]*>", Pattern.CASE_INSENSITIVE);
  private static final int MOST_PAGES = 80;

  private final HttpClient http =
      HttpClient.newBuilder()
          .cookieHandler(new CookieManager())
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private final String portal;

  private PortalVisitor(String portal) {
    this.portal = portal;
  }

  /** Signs in as a person does, with the form. */
  public static PortalVisitor signIn(Person person, String portal)
      throws IOException, InterruptedException {
    var visitor = new PortalVisitor(portal.replaceAll("/$", ""));
    String form = visitor.get("/login").body();
    StringBuilder body =
        new StringBuilder("username=")
            .append(encoded(person.name()))
            .append("&password=")
            .append(encoded(person.password()));
    Matcher hidden = HIDDEN.matcher(form);
    while (hidden.find()) {
      body.append('&')
          .append(encoded(attribute(hidden.group(), "name")))
          .append('=')
          .append(encoded(attribute(hidden.group(), "value")));
    }
    HttpResponse<String> home =
        visitor.http.send(
            HttpRequest.newBuilder(URI.create(visitor.portal + "/login"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", visitor.portal)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (home.statusCode() != 200 || home.uri().getPath().equals("/login")) {
      throw new IllegalStateException(
          "the portal does not let " + person + " in: " + home.statusCode() + " " + home.uri());
    }
    return visitor;
  }

  private static String attribute(String tag, String name) {
    Matcher matcher = Pattern.compile(name + "=\"([^\"]*)\"").matcher(tag);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(portal + path)).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Every page that links lead to, by path. */
  public Map<String, String> visitEverything() throws IOException, InterruptedException {
    Map<String, String> pages = new TreeMap<>();
    Set<String> seen = new TreeSet<>(Set.of("/"));
    Queue<String> next = new ArrayDeque<>(seen);
    while (!next.isEmpty() && pages.size() < MOST_PAGES) {
      String path = next.remove();
      HttpResponse<String> response = get(path);
      if (!response.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
        continue;
      }
      pages.put("page " + path, response.body());
      Matcher links = LINK.matcher(response.body());
      while (links.find()) {
        String link = links.group(1).replace("&amp;", "&");
        boolean page = !link.contains("/live") && !link.contains("logout") && !link.contains(".");
        if (page && seen.add(link)) {
          next.add(link);
        }
      }
    }
    return pages;
  }
}
