package io.tidegate.control.testing;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The OpenAPI document as a judge: every answer must be one that it promises. */
public final class OpenApi {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonNode DOCUMENT = read();
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();
  private static final Set<String> ANSWERED = new ConcurrentSkipListSet<>();

  private OpenApi() {}

  private static JsonNode read() {
    try (InputStream in = OpenApi.class.getResourceAsStream("/io/tidegate/control/openapi.json")) {
      return JSON.readTree(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every operation as {@code method path}. */
  public static Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    DOCUMENT
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .propertyNames()
                .forEach(method -> operations.add(method + " " + path.getKey())));
    return operations;
  }

  /** Those operations that have succeeded so far in this run. */
  public static Set<String> answered() {
    return ANSWERED;
  }

  static void check(String method, String path, int status, JsonNode body) {
    String plain = path.split("\\?", 2)[0];
    String template = template(plain);
    if (template == null) {
      if (status < 400) {
        throw new AssertionError(method + " " + plain + " is not in the OpenAPI document");
      }
      return;
    }
    JsonNode operation =
        DOCUMENT.path("paths").path(template).path(method.toLowerCase(Locale.ROOT));
    if (operation.isMissingNode()) {
      if (status < 400) {
        throw new AssertionError(method + " " + template + " is not in the OpenAPI document");
      }
      return;
    }
    JsonNode responses = operation.path("responses");
    String code = Integer.toString(status);
    boolean promised = responses.has(code);
    if (!promised && status < 400) {
      throw new AssertionError(method + " " + template + " does not promise the status " + code);
    }
    JsonNode content = responses.path(promised ? code : "default").path("content");
    JsonNode schema =
        content.path(promised ? "application/json" : "application/problem+json").path("schema");
    if (!schema.isMissingNode()) {
      List<Error> errors = schema(schema).validate(body);
      if (!errors.isEmpty()) {
        throw new AssertionError(
            method + " " + template + " " + code + " is not as promised: " + errors + "\n" + body);
      }
    } else if (!body.isMissingNode()) {
      throw new AssertionError(method + " " + template + " " + code + " promises no JSON body");
    }
    if (status < 400) {
      ANSWERED.add(method.toLowerCase(Locale.ROOT) + " " + template);
    }
  }

  private static Schema schema(JsonNode reference) {
    return SCHEMAS.computeIfAbsent(
        reference.toString(),
        text -> {
          ObjectNode whole = (ObjectNode) JSON.readTree(text);
          whole.set("components", DOCUMENT.path("components"));
          return REGISTRY.getSchema(whole);
        });
  }

  /** The path of the document that a real path is of; one without parameters comes first. */
  private static String template(String path) {
    String best = null;
    for (String candidate : DOCUMENT.path("paths").propertyNames()) {
      String pattern = candidate.replaceAll("\\{[a-zA-Z]+}", "[^/]+");
      if (path.matches(pattern) && (best == null || !candidate.contains("{"))) {
        best = candidate;
      }
    }
    return best;
  }
}
