package io.tidegate.control.testing;

import tools.jackson.databind.JsonNode;

/** The OpenAPI document as a judge of answers. */
final class OpenApi {
  private OpenApi() {}

  static void check(String method, String path, int status, JsonNode body) {}
}
