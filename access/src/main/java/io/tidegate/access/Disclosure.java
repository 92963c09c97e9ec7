package io.tidegate.access;

/** What of the target a lease may show, beside what its privileges say. */
public enum Disclosure {
  /** Whatever the privileges cover. */
  EVERYTHING,
  /**
   * How the deployment is doing, and never a document: only commands whose answers are known to
   * hold none, or can be rid of them, and the documents of namespaces that the privileges name for
   * reading. For support staff (row A4).
   */
  DIAGNOSTICS
}
