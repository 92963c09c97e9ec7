package io.tidegate.control.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the API says of itself. Open to anybody. */
@RestController
@RequestMapping("/api/v1")
class MetaApi {
  private final byte[] document;

  MetaApi() {
    try (InputStream in = MetaApi.class.getResourceAsStream("/io/tidegate/control/openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("the OpenAPI document is missing from the program");
      }
      document = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
  byte[] openApi() {
    return document;
  }

  @GetMapping("/health")
  Map<String, String> health() {
    return Map.of("status", "up");
  }
}
