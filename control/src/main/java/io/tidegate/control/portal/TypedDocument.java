package io.tidegate.control.portal;

import io.tidegate.control.portal.view.TypedText;
import io.tidegate.control.portal.view.TypedText.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;

/** Writes a document as people of MongoDB write it, with the types that JSON does not have. */
final class TypedDocument {
  private static final int WIDE = 68;

  private final List<TypedText> out = new ArrayList<>();

  private TypedDocument() {}

  /**
   * @param json relaxed extended JSON; text that is not (one that was cut short) is shown as it is
   */
  static List<TypedText> of(String json) {
    TypedDocument document = new TypedDocument();
    try {
      document.value(BsonDocument.parse(json), 0);
    } catch (JsonParseException | IllegalArgumentException | BsonInvalidOperationException e) {
      return List.of(new TypedText(Kind.PUNCTUATION, json));
    }
    return List.copyOf(document.out);
  }

  private void value(BsonValue value, int depth) {
    switch (value.getBsonType()) {
      case DOCUMENT -> document(value.asDocument(), depth);
      case ARRAY -> array(value.asArray(), depth);
      case STRING -> add(Kind.STRING, quoted(value.asString().getValue()));
      case INT32 -> add(Kind.NUMBER, Integer.toString(value.asInt32().getValue()));
      case DOUBLE -> add(Kind.NUMBER, Double.toString(value.asDouble().getValue()));
      case INT64 -> typed("Long", Long.toString(value.asInt64().getValue()));
      case DECIMAL128 -> typed("Decimal128", quoted(value.asDecimal128().getValue().toString()));
      case BOOLEAN -> add(Kind.NUMBER, Boolean.toString(value.asBoolean().getValue()));
      case NULL -> add(Kind.NUMBER, "null");
      case OBJECT_ID -> typed("ObjectId", quoted(value.asObjectId().getValue().toHexString()));
      case DATE_TIME ->
          typed("ISODate", quoted(Instant.ofEpochMilli(value.asDateTime().getValue()).toString()));
      case TIMESTAMP ->
          typed("Timestamp", value.asTimestamp().getTime() + ", " + value.asTimestamp().getInc());
      case BINARY -> binary(value);
      case REGULAR_EXPRESSION ->
          add(
              Kind.TYPE,
              "/"
                  + value.asRegularExpression().getPattern()
                  + "/"
                  + value.asRegularExpression().getOptions());
      case JAVASCRIPT -> typed("Code", quoted(value.asJavaScript().getCode()));
      case JAVASCRIPT_WITH_SCOPE -> typed("Code", quoted(value.asJavaScriptWithScope().getCode()));
      case SYMBOL -> typed("Symbol", quoted(value.asSymbol().getSymbol()));
      case DB_POINTER -> typed("DBPointer", quoted(value.asDBPointer().getNamespace()));
      case MIN_KEY -> add(Kind.TYPE, "MinKey()");
      case MAX_KEY -> add(Kind.TYPE, "MaxKey()");
      case UNDEFINED -> add(Kind.TYPE, "undefined");
      case END_OF_DOCUMENT -> {
        // Never a value.
      }
    }
  }

  private void binary(BsonValue value) {
    byte[] data = value.asBinary().getData();
    if (value.asBinary().getType() == 4 && data.length == 16) {
      String hex = HexFormat.of().formatHex(data);
      typed(
          "UUID",
          quoted(
              hex.substring(0, 8)
                  + "-"
                  + hex.substring(8, 12)
                  + "-"
                  + hex.substring(12, 16)
                  + "-"
                  + hex.substring(16, 20)
                  + "-"
                  + hex.substring(20)));
    } else {
      typed("BinData", value.asBinary().getType() + ", " + data.length + " bytes");
    }
  }

  private void document(BsonDocument document, int depth) {
    if (document.isEmpty()) {
      add(Kind.PUNCTUATION, "{}");
      return;
    }
    boolean flat = fits(document);
    add(Kind.PUNCTUATION, flat ? "{ " : "{\n" + indent(depth + 1));
    boolean first = true;
    for (Map.Entry<String, BsonValue> entry : document.entrySet()) {
      if (!first) {
        add(Kind.PUNCTUATION, flat ? ", " : ",\n" + indent(depth + 1));
      }
      first = false;
      add(Kind.KEY, key(entry.getKey()));
      add(Kind.PUNCTUATION, ": ");
      value(entry.getValue(), depth + 1);
    }
    add(Kind.PUNCTUATION, flat ? " }" : "\n" + indent(depth) + "}");
  }

  private void array(BsonArray array, int depth) {
    if (array.isEmpty()) {
      add(Kind.PUNCTUATION, "[]");
      return;
    }
    boolean flat = fits(array);
    add(Kind.PUNCTUATION, flat ? "[ " : "[\n" + indent(depth + 1));
    for (int i = 0; i < array.size(); i++) {
      if (i > 0) {
        add(Kind.PUNCTUATION, flat ? ", " : ",\n" + indent(depth + 1));
      }
      value(array.get(i), depth + 1);
    }
    add(Kind.PUNCTUATION, flat ? " ]" : "\n" + indent(depth) + "]");
  }

  /** Whether it is short enough for one line. */
  private static boolean fits(BsonValue value) {
    TypedDocument flat = new TypedDocument();
    return flat.width(value) <= WIDE;
  }

  private int width(BsonValue value) {
    if (value.isDocument()) {
      int width = 4;
      for (Map.Entry<String, BsonValue> entry : value.asDocument().entrySet()) {
        width += entry.getKey().length() + 4 + width(entry.getValue());
        if (width > WIDE) {
          return width;
        }
      }
      return width;
    }
    if (value.isArray()) {
      int width = 4;
      for (BsonValue item : value.asArray()) {
        width += 2 + width(item);
        if (width > WIDE) {
          return width;
        }
      }
      return width;
    }
    return value.isString() ? value.asString().getValue().length() + 2 : 12;
  }

  private void typed(String type, String inside) {
    add(Kind.TYPE, type);
    add(Kind.PUNCTUATION, "(");
    add(inside.startsWith("\"") ? Kind.STRING : Kind.NUMBER, inside);
    add(Kind.PUNCTUATION, ")");
  }

  private void add(Kind kind, String text) {
    out.add(new TypedText(kind, text));
  }

  private static String key(String key) {
    return key.matches("[A-Za-z_$][A-Za-z0-9_$]*") ? key : quoted(key);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (Character.isISOControl(c)) {
            quoted.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static String indent(int depth) {
    return "  ".repeat(depth);
  }
}
