package io.tidegate.control.network;

import io.tidegate.control.platform.Actor;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A project's access list. An empty one lets no application in. */
public interface AccessList {
  /** For how long a temporary entry may last at most, in days. */
  int MOST_DAYS = 7;

  /**
   * What an entry is to be.
   *
   * @param range an address or a range, IPv4 or IPv6
   * @param comment null for none
   */
  record Draft(String range, @Nullable String comment, @Nullable Instant deleteAfter) {}

  /** Oldest first. */
  List<AccessListEntry> list(Actor actor, String projectReference);

  /**
   * @param range however it is spelt
   */
  AccessListEntry entry(Actor actor, String projectReference, String range);

  /**
   * Adds entries. One that is there already becomes what the draft says, so that adding it again
   * changes nothing.
   *
   * @return the whole list
   */
  List<AccessListEntry> add(Actor actor, String projectReference, List<Draft> drafts);

  /** Takes an entry away; connections that only it let in are cut. */
  void remove(Actor actor, String projectReference, String range);

  /** Whether every connected gateway that serves the project holds to the entry. */
  boolean inForce(Actor actor, String projectReference, String range);
}
