package io.tidegate.ledger;

import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a ledger goes: everything up to here is fixed. Kept outside the ledger (at the control
 * plane, in a note to an auditor) it is an anchor that shows a roll-back of the whole folder.
 *
 * @param ledgerId 32 hex digits
 * @param sequence number of this head, growing by one with each
 * @param at when it was signed
 * @param firstSegment the oldest segment that must still be there
 * @param segment the newest segment
 * @param position bytes of the newest segment that are covered
 * @param count entries covered; the next index
 * @param hash the chain's value there, 64 hex digits
 * @param closed whether the ledger was closed here, so that nothing may follow
 */
public record LedgerHead(
    String ledgerId,
    long sequence,
    Instant at,
    long firstSegment,
    long segment,
    long position,
    long count,
    String hash,
    boolean closed) {
  private static final Pattern TEXT =
      Pattern.compile(
          "tidegate-head/1 ([0-9a-f]{32}) (\\d{1,18}) (\\d{1,18}) (\\d{1,18}) (\\d{1,18})"
              + " (\\d{1,18}) (\\d{1,18}) ([0-9a-f]{64}) (open|closed)");

  /** One line, for {@link #parse}: what a gateway sends to the control plane. */
  public String text() {
    return "tidegate-head/1 %s %d %d %d %d %d %d %s %s"
        .formatted(
            ledgerId,
            sequence,
            Micros.of(at),
            firstSegment,
            segment,
            position,
            count,
            hash,
            closed ? "closed" : "open");
  }

  /** Reads {@link #text()}; throws IllegalArgumentException for anything else. */
  public static LedgerHead parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a ledger head");
    }
    return new LedgerHead(
        group(matcher, 1),
        Long.parseLong(group(matcher, 2)),
        Micros.toInstant(Long.parseLong(group(matcher, 3))),
        Long.parseLong(group(matcher, 4)),
        Long.parseLong(group(matcher, 5)),
        Long.parseLong(group(matcher, 6)),
        Long.parseLong(group(matcher, 7)),
        group(matcher, 8),
        group(matcher, 9).equals("closed"));
  }

  private static String group(Matcher matcher, int number) {
    String value = matcher.group(number);
    if (value == null) {
      throw new IllegalStateException("the pattern always sets group " + number);
    }
    return value;
  }

  byte[] hashBytes() {
    return HexFormat.of().parseHex(hash);
  }
}
