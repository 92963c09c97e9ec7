package io.tidegate.control.platform;

import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** JSON for columns and ledger entries: compact, keys in the order given. */
public final class Json {
  private static final TypeReference<List<String>> STRINGS = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> STRING_MAP = new TypeReference<>() {};

  private final JsonMapper mapper;

  public Json(JsonMapper mapper) {
    this.mapper = mapper;
  }

  public String write(Object value) {
    return mapper.writeValueAsString(value);
  }

  public List<String> strings(String json) {
    return mapper.readValue(json, STRINGS);
  }

  public Map<String, String> stringMap(String json) {
    return mapper.readValue(json, STRING_MAP);
  }

  /**
   * Reads a value.
   *
   * @throws JacksonException when the text is not JSON of that type
   */
  public <T> T read(String json, TypeReference<T> type) {
    return mapper.readValue(json, type);
  }
}
