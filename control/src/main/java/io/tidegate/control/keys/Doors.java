package io.tidegate.control.keys;

import java.util.List;

/** Where programs may call from: asked at every sign-in, after the proof was found right. */
public interface Doors {

  /**
   * Whether the program may call from the address; counts the call to the range that admits it.
   *
   * @param programId of an API key or a service account
   * @param address as the web server tells it
   */
  boolean admits(String programId, String address);

  /** A program's list, for itself; it may call from anywhere when this is empty. */
  List<Admitted> list(String programId);
}
