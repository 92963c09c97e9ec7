package io.tidegate.control.gateways;

import io.tidegate.link.SessionEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Equal refusals of one batch, audited as one with a count: a loop in a client is one fact. */
public record RefusedCommand(
    String sessionId, String command, String namespace, String rule, String sentence) {

  /** Those among the events, in order, with how often each was told. */
  public static Map<RefusedCommand, Integer> counted(List<SessionEvent> events) {
    Map<RefusedCommand, Integer> counts = new LinkedHashMap<>();
    for (SessionEvent event : events) {
      if (event instanceof SessionEvent.Refused refused) {
        counts.merge(
            new RefusedCommand(
                refused.sessionId(),
                refused.command(),
                refused.namespace(),
                refused.rule(),
                refused.sentence()),
            1,
            Integer::sum);
      }
    }
    return counts;
  }

  /** As facts of an audit event. */
  public String[] facts(int times) {
    return new String[] {
      "command",
      command,
      "namespace",
      namespace,
      "rule",
      rule,
      "why",
      sentence,
      "times",
      Integer.toString(times)
    };
  }
}
