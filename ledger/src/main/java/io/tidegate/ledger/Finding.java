package io.tidegate.ledger;

/** One thing that is not as it was written. */
public sealed interface Finding {
  /** Where it is. */
  Place place();

  /** What was found and what to do, in whole sentences. */
  String sentence();

  /** The kind in one word, as printed: {@code altered}, {@code deleted}, and so on. */
  default String kind() {
    return switch (this) {
      case Altered ignored -> "altered";
      case Deleted ignored -> "deleted";
      case Inserted ignored -> "inserted";
      case Reordered ignored -> "reordered";
      case Truncated ignored -> "truncated";
      case Foreign ignored -> "foreign";
      case Unreadable ignored -> "unreadable";
    };
  }

  /**
   * A place in a ledger's folder.
   *
   * @param file the file's name
   * @param segment the segment's number, -1 when the file is none
   * @param offset bytes from the file's start
   * @param index first entry concerned, -1 when unknown
   */
  record Place(String file, long segment, long offset, long index) {}

  /** Bytes were changed. */
  record Altered(Place place, String sentence) implements Finding {}

  /** Something between other things is missing: a group, a segment, a whole file. */
  record Deleted(Place place, String sentence) implements Finding {}

  /** Something is there that was never written: a copy, a forged group, a strange file. */
  record Inserted(Place place, String sentence) implements Finding {}

  /** Groups or segments are all there, in another order. */
  record Reordered(Place place, String sentence) implements Finding {}

  /** A file, or the ledger, ends before it should. */
  record Truncated(Place place, String sentence) implements Finding {}

  /** Something belongs to another ledger or is signed by another key. */
  record Foreign(Place place, String sentence) implements Finding {}

  /** A file cannot be read, by an input error or because nothing in it makes sense. */
  record Unreadable(Place place, String sentence) implements Finding {}
}
