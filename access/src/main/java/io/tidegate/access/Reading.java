package io.tidegate.access;

import io.tidegate.access.Footprint.DriverCommand;
import io.tidegate.access.Footprint.Narrowing;
import io.tidegate.access.Footprint.Never;
import io.tidegate.access.Footprint.NotUnderstood;
import io.tidegate.access.Footprint.Touches;
import io.tidegate.wire.BsonCursor;
import io.tidegate.wire.BsonElement;
import io.tidegate.wire.BsonView;
import io.tidegate.wire.Command;
import io.tidegate.wire.DocumentSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * One command while it is being read: what is known of it so far. The first refusal stands; what is
 * added after it counts for nothing.
 */
final class Reading {
  /** As many as the server takes in one pipeline; here of all pipelines in a command. */
  private static final int MOST_STAGES = 1_000;

  private static final int FEW = 16;

  private final CommandSpec spec;
  private final String database;
  private final BsonView body;
  private final List<DocumentSequence> sequences;
  private final boolean mayRunJavaScript;

  private @Nullable String collection;
  private @Nullable Footprint settled;
  private @Nullable Touch only;
  private @Nullable List<Touch> touches;
  private @Nullable Set<Need> needs;
  private int stages;
  private @Nullable List<Narrowing> narrowings;
  private boolean runsJavaScript;
  private boolean looksForCodeItself;
  private boolean encrypted;

  private Reading(
      CommandSpec spec,
      String database,
      BsonView body,
      List<DocumentSequence> sequences,
      boolean mayRunJavaScript) {
    this.spec = spec;
    this.database = database;
    this.body = body;
    this.sequences = sequences;
    this.mayRunJavaScript = mayRunJavaScript;
  }

  /** Reads a whole command. */
  static Footprint of(Command command) {
    String name = command.name();
    CommandSpec spec = CommandCatalogue.find(name);
    if (spec == null) {
      Namespace on = new Namespace(command.database(), null);
      return CommandCatalogue.internal(name)
          ? new Never(name, on, RuleId.INTERNAL_COMMAND, Denial.printable(name))
          : new NotUnderstood(name, on, "the command " + Denial.printable(name));
    }
    Reading reading =
        new Reading(
            spec,
            command.database(),
            command.body(),
            command.sequences(),
            command.mayRunJavaScript());
    reading.read();
    return reading.footprint();
  }

  /** Reads a command inside this one; its findings become this one's. */
  void nested(BsonView inner) {
    BsonElement first = inner.first();
    CommandSpec innerSpec = first == null ? null : CommandCatalogue.find(first.name());
    if (first == null || innerSpec == null || !CommandCatalogue.explainable(innerSpec)) {
      notUnderstood("what is to be explained");
      return;
    }
    Reading reading = new Reading(innerSpec, database, inner, sequences, mayRunJavaScript);
    reading.read();
    switch (reading.footprint()) {
      case Touches found -> {
        collection = found.on().collection();
        found.touches().forEach(this::add);
        // No rewrite reaches in here.
        found.narrowings().forEach(narrowing -> add(narrowing.full()));
        runsJavaScript |= found.runsJavaScript();
      }
      case Never never -> never(never.rule(), never.what());
      case NotUnderstood unknown -> notUnderstood(unknown.what());
      case DriverCommand _ -> notUnderstood("what is to be explained");
    }
  }

  private void read() {
    if (!Namespace.validDatabase(database)) {
      // Drivers sign in on $external; nothing else may name a database that cannot be.
      if (!CommandCatalogue.runsAnywhere(spec)) {
        never(RuleId.BAD_NAMESPACE, "the database " + quoted(database));
      }
    }
    checkFields();
    if (settled == null) {
      spec.rule().read(this);
    }
    if (settled == null && !spec.name().equals("insert")) {
      refuseAccountRoles(body);
    }
  }

  private void checkFields() {
    if (CommandCatalogue.answeredHere(spec)) {
      return;
    }
    BsonCursor cursor = body.cursor();
    while (cursor.next()) {
      String field = cursor.name();
      if (!spec.knows(field) || (spec.fields() == null && CommandSpec.internal(field))) {
        refuseField(field);
        return;
      }
      if (field.equals("lsid")) {
        checkSession(cursor);
      } else if (field.equals("encryptionInformation")) {
        encrypted = true;
      }
    }
    for (DocumentSequence sequence : sequences) {
      if (!spec.sequences().contains(sequence.identifier())) {
        refuseField(sequence.identifier());
        return;
      }
    }
  }

  private void refuseField(String field) {
    if (CommandSpec.internal(field)) {
      never(RuleId.INTERNAL_FIELD, "the field " + quoted(field));
    } else {
      notUnderstood("the field " + quoted(field) + " of " + spec.name());
    }
  }

  /** A client names its session by id alone; everything else in it speaks for another user (S3). */
  void checkSession(BsonElement lsid) {
    if (!lsid.isDocument()) {
      notUnderstood("lsid is not a document");
      return;
    }
    BsonCursor cursor = lsid.document().cursor();
    while (cursor.next()) {
      if (!cursor.nameEquals("id")) {
        never(RuleId.INTERNAL_FIELD, "the field " + quoted("lsid." + cursor.name()));
      }
    }
  }

  Footprint footprint() {
    Footprint known = settled;
    if (known != null) {
      return known;
    }
    Touch one = only;
    List<Touch> many = touches;
    List<Narrowing> narrowed = narrowings;
    return new Touches(
        spec.name(),
        on(),
        many != null ? many : one != null ? List.of(one) : List.of(),
        narrowed != null ? narrowed : List.of(),
        runsJavaScript || (mayRunJavaScript && !looksForCodeItself));
  }

  private Namespace on() {
    return new Namespace(database, collection);
  }

  /** The database the command was sent to. */
  String database() {
    return database;
  }

  BsonView body() {
    return body;
  }

  /** The name of the command, for the reason of a touch. */
  String name() {
    return spec.name();
  }

  /** Whether the command has an {@code encryptionInformation}. */
  boolean encrypted() {
    return encrypted;
  }

  /** Whether something was refused already. */
  boolean refused() {
    return settled != null;
  }

  // What a rule finds.

  void driver(DriverCommand.Kind kind) {
    if (settled == null) {
      settled = new DriverCommand(spec.name(), on(), kind);
    }
  }

  void never(RuleId rule, String what) {
    if (settled == null) {
      settled = new Never(spec.name(), on(), rule, what);
    }
  }

  void notUnderstood(String what) {
    if (settled == null) {
      settled = new NotUnderstood(spec.name(), on(), what);
    }
  }

  void runsJavaScript() {
    runsJavaScript = true;
  }

  /**
   * Says that the rule tells code from data by itself. Otherwise whatever the strict pass saw
   * anywhere in the command counts.
   */
  void looksForCodeItself() {
    looksForCodeItself = true;
  }

  /** Refuses expressions that show the roles of the account that the gateway signs in with. */
  void refuseAccountRoles(BsonView expressions) {
    if (AccountRoles.in(expressions)) {
      never(RuleId.ACCOUNT_DETAILS, AccountRoles.VARIABLE);
    }
  }

  /** What the command is about, where that is no collection to be touched. */
  void about(String name) {
    collection = name;
  }

  boolean javaScriptSeen() {
    return mayRunJavaScript;
  }

  void narrow(Touch full, Narrowing.Way way) {
    List<Narrowing> all = narrowings;
    if (all == null) {
      all = new ArrayList<>();
      narrowings = all;
    }
    all.add(new Narrowing(full, way));
  }

  void touch(@Nullable Namespace namespace, Set<Action> actions, String because) {
    String name = namespace == null ? null : namespace.collection();
    if (namespace == null || name == null) {
      return;
    }
    if (name.startsWith("system.")) {
      checkSystemCollection(name, actions);
    }
    add(new Touch(new Resource.Collection(namespace.database(), name), actions, because));
  }

  private void checkSystemCollection(String name, Set<Action> actions) {
    boolean writes =
        actions.contains(Action.INSERT)
            || actions.contains(Action.UPDATE)
            || actions.contains(Action.REMOVE);
    if (writes && name.equals("system.views")) {
      // The definition of a view, past the checks that create and collMod go through.
      never(RuleId.RAW_OPERATIONS, "a write to system.views");
    } else if (writes && name.equals("system.js")) {
      // Code that the server runs later.
      runsJavaScript = true;
    } else if (writes && (name.equals("system.users") || name.equals("system.roles"))) {
      never(RuleId.OUTLIVES_LEASE, "a write to " + name);
    }
  }

  void touchDatabase(String name, Set<Action> actions) {
    add(new Touch(new Resource.Database(name), actions, spec.name()));
  }

  void touchCluster(Set<Action> actions) {
    add(new Touch(new Resource.Cluster(), actions, spec.name()));
  }

  void add(Touch touch) {
    Touch one = only;
    List<Touch> many = touches;
    if (many != null) {
      // Bulk writes name the same few collections over and over.
      if (isNew(many, touch)) {
        many.add(touch);
      }
    } else if (one == null) {
      only = touch;
    } else if (!same(one, touch)) {
      many = new ArrayList<>();
      many.add(one);
      many.add(touch);
      touches = many;
    }
  }

  /** Compares with a few one by one, and looks up among many: a client chooses how many. */
  private boolean isNew(List<Touch> many, Touch touch) {
    Set<Need> known = needs;
    if (known == null) {
      if (many.size() < FEW) {
        for (Touch each : many) {
          if (same(each, touch)) {
            return false;
          }
        }
        return true;
      }
      known = new HashSet<>();
      for (Touch each : many) {
        known.add(new Need(each.resource(), each.actions()));
      }
      needs = known;
    }
    return known.add(new Need(touch.resource(), touch.actions()));
  }

  /** A touch without its reason. */
  private record Need(Resource resource, Set<Action> actions) {}

  /**
   * Counts a stage of a pipeline at whatever depth; false, and refused, when there are too many.
   */
  boolean countStage() {
    stages++;
    if (stages > MOST_STAGES) {
      notUnderstood("a pipeline of more than " + MOST_STAGES + " stages");
      return false;
    }
    return true;
  }

  /** Whether two touches need the same, for whichever reasons. */
  private static boolean same(Touch one, Touch other) {
    return one.resource().equals(other.resource()) && one.actions().equals(other.actions());
  }

  // Names.

  /** The collection named by the command's own element, in the command's database. */
  @Nullable Namespace ownCollection() {
    BsonElement first = body.first();
    return first == null ? null : own(first);
  }

  private @Nullable Namespace own(BsonElement element) {
    Namespace namespace = collection(database, element);
    if (namespace != null) {
      collection = namespace.collection();
    }
    return namespace;
  }

  /** The collection or database that the command's own element names in full. */
  @Nullable Namespace ownFullName() {
    BsonElement first = body.first();
    if (first == null || first.type() != BsonType.STRING) {
      notUnderstood("a namespace that is not a string");
      return null;
    }
    return fullName(first.string());
  }

  /** A collection by name in that database; refused when it is not a string or not a name. */
  @Nullable Namespace collection(String inDatabase, BsonElement element) {
    if (element.type() != BsonType.STRING) {
      // A collection by UUID, or something else that the server might take for one.
      notUnderstood("a collection that is not named by a string");
      return null;
    }
    return named(inDatabase, element.string());
  }

  @Nullable Namespace named(String inDatabase, String name) {
    Namespace namespace = new Namespace(inDatabase, name);
    if (!namespace.valid()) {
      never(RuleId.BAD_NAMESPACE, "the name " + quoted(namespace.toString()));
      return null;
    }
    return namespace;
  }

  /** {@code database.collection}; refused when it is not. */
  @Nullable Namespace fullName(String full) {
    Namespace namespace = Namespace.parse(full);
    if (namespace == null || !namespace.valid()) {
      never(RuleId.BAD_NAMESPACE, "the name " + quoted(full));
      return null;
    }
    return namespace;
  }

  /** A string field of a document; null and refused when there is one that is no string. */
  @Nullable String text(BsonView document, String field) {
    BsonElement element = document.find(field);
    if (element == null) {
      return null;
    }
    if (element.type() != BsonType.STRING) {
      notUnderstood(quoted(field) + " is not a string");
      return null;
    }
    return element.string();
  }

  // Documents.

  /**
   * Refuses a document, checked for duplicates by {@code wire}, with a field that is not listed.
   */
  boolean knownFields(BsonView document, Set<String> known, String what) {
    BsonCursor cursor = document.cursor();
    while (cursor.next()) {
      if (!known.contains(cursor.name())) {
        notUnderstood("the field " + quoted(cursor.name()) + " of " + what);
        return false;
      }
    }
    return true;
  }

  /**
   * Refuses a document with a field that is not listed, or with one twice: two readers could see
   * two things in it.
   */
  boolean onlyFields(BsonView document, Set<String> known, String what) {
    Set<String> seen = null;
    String previous = null;
    BsonCursor cursor = document.cursor();
    while (cursor.next()) {
      String field = cursor.name();
      if (!known.contains(field)) {
        notUnderstood("the field " + quoted(field) + " of " + what);
        return false;
      }
      if (previous != null) {
        if (seen == null) {
          seen = new HashSet<>();
          seen.add(previous);
        }
        if (!seen.add(field)) {
          notUnderstood("the field " + quoted(field) + " of " + what + " stands twice");
          return false;
        }
      }
      previous = field;
    }
    return true;
  }

  /** The documents of a field, whether it is an array of the body or a document sequence (F5). */
  @Nullable List<BsonView> documents(String field) {
    for (DocumentSequence sequence : sequences) {
      if (sequence.identifier().equals(field)) {
        List<BsonView> documents = new ArrayList<>(sequence.count());
        sequence.documents().forEach(documents::add);
        return documents;
      }
    }
    BsonElement element = body.find(field);
    if (element == null || !element.isArray()) {
      notUnderstood(quoted(field) + " is not an array");
      return null;
    }
    return documents(element.document(), field);
  }

  @Nullable List<BsonView> documents(BsonView array, String what) {
    List<BsonView> documents = new ArrayList<>();
    BsonCursor cursor = array.cursor();
    while (cursor.next()) {
      if (!cursor.isDocument()) {
        notUnderstood("an element of " + quoted(what) + " is not a document");
        return null;
      }
      documents.add(cursor.document());
    }
    return documents;
  }

  /** A flag of the command: what the server takes for true counts as true. */
  boolean flag(String field) {
    return flag(body, field);
  }

  static boolean flag(BsonView document, String field) {
    BsonElement element = document.find(field);
    return element != null && element.isTruthy();
  }

  /** The actions of a write, with the one that skipping validation needs where it is skipped. */
  Set<Action> writing(Set<Action> actions) {
    if (!flag("bypassDocumentValidation")) {
      return actions;
    }
    EnumSet<Action> all = EnumSet.of(Action.BYPASS_DOCUMENT_VALIDATION);
    all.addAll(actions);
    return all;
  }

  static Set<Action> actions(Action first, Action... more) {
    return Collections.unmodifiableSet(EnumSet.of(first, more));
  }

  static String quoted(String text) {
    return "'" + Denial.printable(text) + "'";
  }
}
