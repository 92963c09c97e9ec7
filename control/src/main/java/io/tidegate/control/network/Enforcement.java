package io.tidegate.control.network;

/** Tells how far gateways are with what a project's settings say. */
public interface Enforcement {

  /** Whether every gateway that serves the project's applications holds to what is set now. */
  boolean inForce(String projectId);
}
