package io.tidegate.testkit.demo;

import io.tidegate.testkit.sandbox.SandboxMongo;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.ObjectId;

/** Makes the demo's documents. All people, companies and numbers are invented. */
public final class DemoData {

  /** The database that the demo's accounts reach. */
  public static final String SHOP = "shop";

  /** The database that they must not reach. */
  public static final String HR = "hr";

  /** How many of each kind. */
  public static final int CUSTOMERS = 4_000;

  public static final int PRODUCTS = 600;
  public static final int ORDERS = 20_000;
  public static final int EMPLOYEES = 240;

  /**
   * One collection's documents.
   *
   * @param database {@link #SHOP} or {@link #HR}
   * @param name the collection's
   * @param documents in the order of insertion, each with an {@code _id}
   */
  public record Collection(String database, String name, List<BsonDocument> documents) {}

  private static final int BATCH = 1_000;
  private static final LocalDate OPENING = LocalDate.of(2024, 3, 1);
  private static final int DAYS_OPEN = 960;

  private static final String[] GIVEN = {
    "Ada", "Amir", "Anneli", "Bruno", "Carla", "Chidi", "Clara", "Dario", "Elif", "Emil", "Fatima",
    "Felix", "Greta", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Jun", "Kaveh", "Lena", "Liv",
    "Lucia", "Malik", "Mara", "Mateo", "Mina", "Nia", "Nils", "Noor", "Oskar", "Paula", "Pavel",
    "Priya", "Rafael", "Rosa", "Samir", "Sofia", "Tariq", "Thea", "Tomas", "Uma", "Vera", "Viktor",
    "Wanda", "Yara", "Yusuf", "Zoe"
  };
  private static final String[] FAMILY = {
    "Adeyemi",
    "Almeida",
    "Andersen",
    "Bauer",
    "Benali",
    "Bergmann",
    "Castillo",
    "Chen",
    "Costa",
    "Demir",
    "Dubois",
    "Eriksen",
    "Farkas",
    "Fischer",
    "Fontaine",
    "Garcia",
    "Gruber",
    "Haddad",
    "Hansen",
    "Ibrahim",
    "Ito",
    "Jansen",
    "Kaya",
    "Keller",
    "Kovac",
    "Lang",
    "Larsen",
    "Lindqvist",
    "Marino",
    "Mensah",
    "Moreau",
    "Nakamura",
    "Novak",
    "Okafor",
    "Olsen",
    "Petrov",
    "Quist",
    "Rahman",
    "Rossi",
    "Schneider",
    "Silva",
    "Singh",
    "Takeda",
    "Torres",
    "Umarov",
    "Vogel",
    "Weber",
    "Zhou"
  };
  private static final String[][] CITIES = {
    {"Amsterdam", "NL"},
    {"Barcelona", "ES"},
    {"Berlin", "DE"},
    {"Copenhagen", "DK"},
    {"Dublin", "IE"},
    {"Graz", "AT"},
    {"Hamburg", "DE"},
    {"Lisbon", "PT"},
    {"Lyon", "FR"},
    {"Malmo", "SE"},
    {"Milan", "IT"},
    {"Oslo", "NO"},
    {"Prague", "CZ"},
    {"Rotterdam", "NL"},
    {"Turku", "FI"},
    {"Vienna", "AT"},
    {"Warsaw", "PL"},
    {"Zurich", "CH"}
  };
  private static final String[] STREETS = {
    "Harbour Street",
    "Mill Lane",
    "Station Road",
    "Garden Row",
    "Church Square",
    "Bridge Street",
    "North Quay",
    "Market Place",
    "Orchard Way",
    "Lighthouse Road"
  };
  private static final String[][] GOODS = {
    {"kitchen", "Kettle", "Pan", "Knife", "Bowl", "Teapot", "Grinder"},
    {"garden", "Spade", "Lantern", "Planter", "Hose", "Bench", "Shears"},
    {"office", "Lamp", "Notebook", "Desk", "Chair", "Pen", "Shelf"},
    {"outdoor", "Tent", "Rucksack", "Stove", "Bottle", "Rope", "Jacket"},
    {"sailing", "Compass", "Cleat", "Fender", "Chart", "Logbook", "Gloves"}
  };
  private static final String[] ADJECTIVES = {
    "Tidal", "Northern", "Folding", "Copper", "Oak", "Slate", "Compact", "Storm", "Linen", "Amber",
    "Quiet", "Coastal", "Harbour", "Enamel", "Birch", "Iron", "Pocket", "Classic", "Feather", "Deep"
  };
  private static final String[] STATES = {
    "delivered", "delivered", "delivered", "delivered", "shipped", "packed", "cancelled", "returned"
  };
  private static final String[] BRANDS = {"visa", "mastercard", "amex"};
  private static final String[] TITLES = {
    "Clerk", "Buyer", "Engineer", "Driver", "Analyst", "Team lead", "Accountant", "Director"
  };
  private static final String[] TEAMS = {
    "Warehouse", "Finance", "Engineering", "Support", "Marketing", "Purchasing"
  };

  private final SplittableRandom random = new SplittableRandom(8_420);
  private int ids;

  private DemoData() {}

  /** Makes everything; the same at every call. */
  public static List<Collection> collections() {
    var data = new DemoData();
    List<BsonDocument> customers = data.make(CUSTOMERS, data::customer);
    List<BsonDocument> products = data.make(PRODUCTS, data::product);
    List<BsonDocument> payments = new ArrayList<>();
    List<BsonDocument> orders =
        data.make(ORDERS, number -> data.order(number, customers, products, payments));
    List<BsonDocument> salaries = data.make(EMPLOYEES, data::salary);
    return List.of(
        new Collection(SHOP, "customers", customers),
        new Collection(SHOP, "products", products),
        new Collection(SHOP, "orders", orders),
        new Collection(SHOP, "payments", payments),
        new Collection(HR, "salaries", salaries));
  }

  /** Fills a sandbox. */
  public static void fill(SandboxMongo sandbox) {
    for (Collection collection : collections()) {
      List<BsonDocument> documents = collection.documents();
      for (int from = 0; from < documents.size(); from += BATCH) {
        sandbox.insert(
            collection.database(),
            collection.name(),
            documents.subList(from, Math.min(from + BATCH, documents.size())));
      }
    }
  }

  @FunctionalInterface
  private interface Maker {
    BsonDocument make(int number);
  }

  private List<BsonDocument> make(int count, Maker maker) {
    List<BsonDocument> documents = new ArrayList<>(count);
    for (int number = 1; number <= count; number++) {
      documents.add(maker.make(number));
    }
    return documents;
  }

  private BsonDocument customer(int number) {
    String given = pick(GIVEN);
    String family = pick(FAMILY);
    String[] city = CITIES[random.nextInt(CITIES.length)];
    String mail = (given + "." + family + number + "@example.com").toLowerCase(Locale.ROOT);
    return new BsonDocument("_id", id())
        .append("number", new BsonString("C-%05d".formatted(number)))
        .append("name", new BsonString(given + " " + family))
        .append("email", new BsonString(mail))
        .append("phone", new BsonString("+00 555 %07d".formatted(random.nextInt(10_000_000))))
        .append(
            "address",
            new BsonDocument(
                    "street", new BsonString(pick(STREETS) + " " + (1 + random.nextInt(120))))
                .append("city", new BsonString(city[0]))
                .append("postcode", new BsonString("%05d".formatted(random.nextInt(100_000))))
                .append("country", new BsonString(city[1])))
        .append(
            "birthDate",
            new BsonString(LocalDate.of(1950, 1, 1).plusDays(random.nextInt(20_000)).toString()))
        .append("newsletter", BsonBoolean.valueOf(random.nextInt(3) > 0))
        .append("tier", new BsonString(random.nextInt(10) == 0 ? "gold" : "standard"))
        .append("since", date(moment()));
  }

  private BsonDocument product(int number) {
    String[] kind = GOODS[random.nextInt(GOODS.length)];
    String name = pick(ADJECTIVES) + " " + kind[1 + random.nextInt(kind.length - 1)];
    return new BsonDocument("_id", id())
        .append("sku", new BsonString("SKU-%04d".formatted(number)))
        .append("name", new BsonString(name))
        .append("category", new BsonString(kind[0]))
        .append("price", money(random.nextInt(400, 24_000)))
        .append("stock", new BsonInt32(random.nextInt(500)))
        .append("active", BsonBoolean.valueOf(random.nextInt(12) > 0))
        .append(
            "tags",
            new BsonArray(
                List.of(
                    new BsonString(kind[0]),
                    new BsonString(pick(ADJECTIVES).toLowerCase(Locale.ROOT)))));
  }

  private BsonDocument order(
      int number,
      List<BsonDocument> customers,
      List<BsonDocument> products,
      List<BsonDocument> payments) {
    BsonDocument customer = customers.get(random.nextInt(customers.size()));
    Instant placed = moment();
    String state = pick(STATES);
    var items = new BsonArray();
    long cents = 0;
    int lines = 1 + random.nextInt(4);
    for (int line = 0; line < lines; line++) {
      BsonDocument product = products.get(random.nextInt(products.size()));
      int quantity = 1 + random.nextInt(3);
      cents += Math.round(product.getDouble("price").getValue() * 100) * quantity;
      items.add(
          new BsonDocument("sku", product.get("sku"))
              .append("name", product.get("name"))
              .append("quantity", new BsonInt32(quantity))
              .append("price", product.get("price")));
    }
    BsonValue id = id();
    if (!state.equals("cancelled") && random.nextInt(10) < 6) {
      payments.add(payment(payments.size() + 1, id, customer, placed, cents, state));
    }
    boolean delivered = state.equals("delivered") || state.equals("returned");
    return new BsonDocument("_id", id)
        .append("number", new BsonString("O-%06d".formatted(number)))
        .append("customerId", customer.get("_id"))
        .append("customerNumber", customer.get("number"))
        .append("placedAt", date(placed))
        .append("status", new BsonString(state))
        .append("items", items)
        .append("total", money(cents))
        .append("currency", new BsonString("EUR"))
        .append("shipTo", customer.getDocument("address").get("city"))
        .append(
            "deliveredAt",
            delivered ? date(placed.plus(1 + random.nextInt(6), ChronoUnit.DAYS)) : BsonNull.VALUE);
  }

  private BsonDocument payment(
      int number,
      BsonValue orderId,
      BsonDocument customer,
      Instant placed,
      long cents,
      String state) {
    boolean card = random.nextInt(4) > 0;
    var method =
        card
            ? new BsonDocument("kind", new BsonString("card"))
                .append("brand", new BsonString(pick(BRANDS)))
                .append("last4", new BsonString("%04d".formatted(random.nextInt(10_000))))
            : new BsonDocument("kind", new BsonString("transfer"))
                .append("iban", new BsonString(iban()));
    return new BsonDocument("_id", id())
        .append("number", new BsonString("P-%06d".formatted(number)))
        .append("orderId", orderId)
        .append("customerId", customer.get("_id"))
        .append("amount", money(cents))
        .append("method", method)
        .append("status", new BsonString(state.equals("returned") ? "refunded" : "captured"))
        .append("at", date(placed.plus(random.nextInt(1, 90), ChronoUnit.MINUTES)));
  }

  private BsonDocument salary(int number) {
    return new BsonDocument("_id", id())
        .append("employee", new BsonString("E-%04d".formatted(number)))
        .append("name", new BsonString(pick(GIVEN) + " " + pick(FAMILY)))
        .append("title", new BsonString(pick(TITLES)))
        .append("team", new BsonString(pick(TEAMS)))
        .append("yearly", new BsonInt32(28_000 + 500 * random.nextInt(180)))
        .append("iban", new BsonString(iban()));
  }

  private String iban() {
    return "XX%02d%016d".formatted(random.nextInt(100), random.nextLong(1_000_000_000_000_000L));
  }

  private static BsonDouble money(long cents) {
    return new BsonDouble(cents / 100.0);
  }

  private static BsonDateTime date(Instant instant) {
    return new BsonDateTime(instant.toEpochMilli());
  }

  private Instant moment() {
    return OPENING
        .plusDays(random.nextInt(DAYS_OPEN))
        .atStartOfDay(ZoneOffset.UTC)
        .toInstant()
        .plusSeconds(random.nextInt(86_400));
  }

  private BsonObjectId id() {
    int seconds = (int) OPENING.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    return new BsonObjectId(new ObjectId(seconds, ids++));
  }

  private String pick(String[] from) {
    return from[random.nextInt(from.length)];
  }
}
