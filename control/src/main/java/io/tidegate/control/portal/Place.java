package io.tidegate.control.portal;

/** Where in the portal a page is: which link of the side bar is marked. */
enum Place {
  HOME,
  RESOURCES,
  ACCESS,
  APPROVALS,
  SESSIONS,
  AUDIT,
  DATABASE_ACCESS,
  NETWORK_ACCESS,
  GATEWAYS,
  PEOPLE,
  RULES
}
