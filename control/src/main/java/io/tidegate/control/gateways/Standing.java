package io.tidegate.control.gateways;

/** Whether a gateway that shows a certificate may stay; the sentence is for its operator. */
enum Standing {
  GOOD("", ""),
  UNKNOWN("gateway-retired", "This gateway is not known here. Join it with a new token."),
  RETIRED(
      "gateway-retired",
      "This gateway was retired. If it is to serve again, join it with a new token."),
  REPLACED(
      "certificate-replaced",
      "This gateway's key counts no more: a gateway joined again under its name, or a newer key"
          + " was used. If this is the one to keep, join it with a new token.");

  private final String code;
  private final String sentence;

  Standing(String code, String sentence) {
    this.code = code;
    this.sentence = sentence;
  }

  String code() {
    return code;
  }

  String sentence() {
    return sentence;
  }
}
