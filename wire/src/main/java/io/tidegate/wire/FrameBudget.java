package io.tidegate.wire;

/** Who answers for the memory of large frames that come in pieces. On one event loop. */
public interface FrameBudget {
  /** As much as is asked for. */
  FrameBudget UNBOUNDED =
      new FrameBudget() {
        @Override
        public boolean take(int bytes) {
          return true;
        }

        @Override
        public void give(int bytes) {}
      };

  /** Asks for memory; false when there is none to be had now, and then none is taken. */
  boolean take(int bytes);

  /** Gives back what was taken. */
  void give(int bytes);
}
