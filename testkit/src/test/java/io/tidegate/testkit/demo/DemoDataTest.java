package io.tidegate.testkit.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.testkit.sandbox.SandboxMongo;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;

class DemoDataTest {

  @Test
  void everyCallMakesTheSameDocuments() {
    assertThat(DemoData.collections()).isEqualTo(DemoData.collections());
  }

  @Test
  void idsAreUniqueAndPaymentsBelongToOrders() {
    Set<BsonValue> ids = new HashSet<>();
    Set<BsonValue> orders = new HashSet<>();
    for (DemoData.Collection collection : DemoData.collections()) {
      collection.documents().forEach(document -> assertThat(ids.add(document.get("_id"))).isTrue());
      if (collection.name().equals("orders")) {
        collection.documents().forEach(order -> orders.add(order.get("_id")));
      }
      if (collection.name().equals("payments")) {
        assertThat(collection.documents())
            .isNotEmpty()
            .allSatisfy(payment -> assertThat(orders).contains(payment.get("orderId")));
      }
    }
    assertThat(ids).hasSizeBetween(30_000, 40_000);
  }

  @Test
  void itFillsASandboxWithoutGivingAnybodyAccess() throws IOException {
    try (SandboxMongo sandbox = SandboxMongo.builder().start()) {
      DemoData.fill(sandbox);

      assertThat(sandbox.count("shop", "orders")).isEqualTo(DemoData.ORDERS);
      assertThat(sandbox.count("shop", "customers")).isEqualTo(DemoData.CUSTOMERS);
      assertThat(sandbox.count("hr", "salaries")).isEqualTo(DemoData.EMPLOYEES);
      assertThat(sandbox.authentications()).isZero();
    }
  }
}
