package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.atlas.surface.Feature;
import io.tidegate.control.atlas.surface.Operation;
import io.tidegate.control.atlas.surface.OperationGroup;
import io.tidegate.control.atlas.surface.OperationTable;
import io.tidegate.control.atlas.surface.RateLimits;
import io.tidegate.control.platform.Refused;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;

/**
 * How often callers may use which operations. The limits are those of each caller and the same for
 * all, so what is asked about a project, an organization, a user or an address has one answer.
 */
@OperationGroup
class RateLimitSets {
  private static final String BASE = "/api/atlas/v2";

  /** Asked when it is needed: the table is made of all groups, this one too. */
  private final ObjectProvider<OperationTable> table;

  RateLimitSets(ObjectProvider<OperationTable> table) {
    this.table = table;
  }

  @Operation(
      id = "listRateLimits",
      feature = Feature.F31,
      route = "GET /rateLimits",
      versions = {"2025-03-12", "preview"})
  Answer list(Call call) {
    String name = call.query("name").orElse("").toLowerCase(Locale.ROOT);
    String path = call.query("endpointPath").orElse("");
    List<Map.Entry<Feature, List<OperationTable.Entry>>> sets =
        table.getObject().byFeature().entrySet().stream()
            .filter(set -> set.getKey().title().toLowerCase(Locale.ROOT).contains(name))
            .filter(set ->
                set.getValue().stream().anyMatch(entry -> (BASE + entry.path()).contains(path)))
            .toList();
    return call.page(sets, set -> shown(set.getKey(), set.getValue()));
  }

  @Operation(
      id = "getRateLimit",
      feature = Feature.F31,
      route = "GET /rateLimits/{endpointSetId}",
      versions = {"2025-03-12", "preview"})
  Answer get(Call call) {
    return table.getObject().byFeature().entrySet().stream()
        .filter(set -> id(set.getKey()).equals(call.path("endpointSetId")))
        .findFirst()
        .map(set -> Answer.ok(shown(set.getKey(), set.getValue())))
        .orElseThrow(() -> Refused.notFound("endpoint set", call.path("endpointSetId")));
  }

  private static String id(Feature feature) {
    return feature.title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  private static Object shown(Feature feature, List<OperationTable.Entry> entries) {
    return Answer.object(fields -> {
      fields.put("endpointSetId", id(feature));
      fields.put("endpointSetName", feature.title());
      fields.put("scope", "USER");
      fields.put("capacity", number(RateLimits.CAPACITY));
      fields.put("refillRate", number(RateLimits.CAPACITY));
      fields.put("refillDurationSeconds", number(RateLimits.REFILL.toSeconds()));
      fields.put(
          "endpoints",
          entries.stream()
              .map(entry -> Map.of("method", entry.method(), "path", BASE + entry.path()))
              .toList());
    });
  }

  private static Object number(long value) {
    return Map.of("defaultValue", value, "value", value);
  }
}
