package io.tidegate.control.atlas;

import io.tidegate.control.atlas.surface.Answer;
import io.tidegate.control.atlas.surface.ApiException;
import io.tidegate.control.atlas.surface.Call;
import io.tidegate.control.keys.Admitted;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Access lists of programs as the API takes and shows them. */
final class AccessListDocuments {
  private AccessListDocuments() {}

  /** One entry of a list that is to be added. */
  record Wanted(@Nullable String cidrBlock, @Nullable String ipAddress) {}

  /** The ranges that are to be added, none of them looked at yet. */
  static List<String> ranges(Call call) {
    List<Wanted> list = call.bodyList(Wanted.class);
    if (list.isEmpty()) {
      throw ApiException.badRequest("The list is empty. Name at least one address.");
    }
    List<String> ranges = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String block = list.get(i).cidrBlock();
      String address = list.get(i).ipAddress();
      if (block != null && address == null) {
        ranges.add(block);
      } else if (address != null && block == null && address.indexOf('/') < 0) {
        ranges.add(address);
      } else if (address != null && block == null) {
        throw ApiException.field(
            "[" + i + "].ipAddress", "must be one address; send a range as cidrBlock");
      } else {
        throw ApiException.field("[" + i + "]", "must have either cidrBlock or ipAddress");
      }
    }
    return ranges;
  }

  /** An entry of an API key. */
  static Object ofKey(Admitted entry) {
    return Answer.object(fields -> {
      place(fields, entry);
      fields.put("created", entry.createdAt());
      fields.put("count", entry.uses());
      fields.put("lastUsed", entry.lastUsedAt());
      fields.put("lastUsedAddress", entry.lastUsedAddress());
      fields.put("links", List.of());
    });
  }

  /** An entry of whoever calls, as the root tells it: always with an address. */
  static Object ofCaller(Admitted entry) {
    String range = entry.range().toString();
    return Answer.object(fields -> {
      fields.put("cidrBlock", range);
      fields.put("ipAddress", range.substring(0, range.indexOf('/')));
    });
  }

  /** An entry of a service account. */
  static Object ofAccount(Admitted entry) {
    return Answer.object(fields -> {
      place(fields, entry);
      fields.put("createdAt", entry.createdAt());
      fields.put("requestCount", entry.uses());
      fields.put("lastUsedAt", entry.lastUsedAt());
      fields.put("lastUsedAddress", entry.lastUsedAddress());
    });
  }

  private static void place(Answer.Fields fields, Admitted entry) {
    String range = entry.range().toString();
    boolean one = entry.range().prefix() == entry.range().network().getAddress().length * Byte.SIZE;
    fields.put("cidrBlock", range);
    fields.put("ipAddress", one ? range.substring(0, range.indexOf('/')) : null);
  }
}
