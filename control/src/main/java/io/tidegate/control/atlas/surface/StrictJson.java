package io.tidegate.control.atlas.surface;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads request documents and writes answers. Fields that nobody knows are passed over, as clients
 * send back what they were given; everything else is strict: one value for a name, types as
 * declared, bounded depth and lengths. What is wrong becomes a 400 that names the field and never
 * shows its value.
 */
final class StrictJson {
  private static final int DEEPEST = 64;
  private static final int LONGEST_NUMBER = 64;
  private static final int LONGEST_NAME = 1024;

  private final JsonMapper reader;
  private final JsonMapper writer;
  private final JsonMapper pretty;

  StrictJson(int longestText) {
    reader =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(LONGEST_NUMBER)
                            .maxNameLength(LONGEST_NAME)
                            .maxStringLength(longestText)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            // A list of texts has texts in it, and nobody behind has to ask.
            .changeDefaultNullHandling(handling -> handling.withContentNulls(Nulls.FAIL))
            .withCoercionConfig(
                LogicalType.Textual,
                coercion ->
                    coercion
                        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .withCoercionConfig(
                LogicalType.Enum,
                coercion -> coercion.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
            .build();
    writer =
        JsonMapper.builder()
            .changeDefaultPropertyInclusion(
                inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();
    pretty =
        writer.rebuild().enable(tools.jackson.databind.SerializationFeature.INDENT_OUTPUT).build();
  }

  <T> T read(byte[] body, Class<T> type) {
    return read(body, text -> reader.readValue(text, type));
  }

  <T> List<T> readList(byte[] body, Class<T> type) {
    List<T> list = this.<List<T>>read(body, text -> reader.readerForListOf(type).readValue(text));
    if (list.stream().anyMatch(Objects::isNull)) {
      throw ApiException.badRequest("The list has an item that is null. Leave it out.");
    }
    return list;
  }

  private <T> T read(byte[] body, Function<String, T> parse) {
    String text =
        Percent.utf8(body)
            .orElseThrow(() ->
                ApiException.badRequest("The body is not UTF-8. Send JSON encoded in UTF-8."));
    if (text.isBlank()) {
      throw ApiException.badRequest("The body is missing. Send a JSON document.");
    }
    try {
      T value = parse.apply(text);
      if (value == null) {
        throw ApiException.badRequest("The body is null. Send a JSON document.");
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw ApiException.badRequest(
          "The body is nested deeper than "
              + DEEPEST
              + " levels, or has a name, a number or a text that is too long.");
    } catch (InvalidFormatException e) {
      Class<?> wanted = e.getTargetType();
      if (wanted != null && wanted.isEnum()) {
        throw ApiException.field(
            path(e),
            "must be one of "
                + Arrays.stream(wanted.getEnumConstants())
                    .map(Object::toString)
                    .collect(Collectors.joining(", ")));
      }
      throw wrongForm(e);
    } catch (DatabindException e) {
      throw wrongForm(e);
    } catch (JacksonException e) {
      String place =
          e.getLocation() == null
              ? ""
              : " The fault is at line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ".";
      throw ApiException.badRequest(
          "The body is not JSON, or has a name twice in one object." + place);
    }
  }

  private static ApiException wrongForm(DatabindException e) {
    String path = path(e);
    if (path.isEmpty()) {
      return ApiException.badRequest(
          "The body is JSON, but not of the form that this operation takes.");
    }
    return ApiException.field(path, "has a value of the wrong form");
  }

  private static String path(DatabindException e) {
    StringBuilder path = new StringBuilder();
    e.getPath()
        .forEach(step -> {
          String name = step.getPropertyName();
          if (name == null) {
            path.append('[').append(step.getIndex()).append(']');
          } else {
            path.append(path.isEmpty() ? "" : ".").append(name);
          }
        });
    return path.toString();
  }

  byte[] write(Object value, boolean indented) {
    return (indented ? pretty : writer).writeValueAsBytes(value);
  }
}
