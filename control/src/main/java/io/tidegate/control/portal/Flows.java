package io.tidegate.control.portal;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.portal.view.Wording;
import java.util.List;
import java.util.stream.Collectors;

/** How one gets an account, as a sentence. */
final class Flows {
  private Flows() {}

  /** Such as {@code opens at once, for up to 8 h}. */
  static String sentence(AccessFlow flow, List<PersonRef> approvers) {
    String length = "for up to " + Wording.span(flow.maxDuration());
    String reason = flow.reasonRequired() ? ", with a reason" : "";
    return switch (flow.approval()) {
      case AUTO -> "opens at once, " + length + reason;
      case APPROVER ->
          (approvers.isEmpty()
                  ? "needs an approver, and there is none for you"
                  : "needs " + names(approvers))
              + ", "
              + length
              + reason;
    };
  }

  /** Such as {@code Olga or Omar}; a long list is cut. */
  static String names(List<PersonRef> people) {
    String shown =
        people.stream().limit(3).map(PersonRef::displayName).collect(Collectors.joining(" or "));
    return people.size() > 3 ? shown + " or " + (people.size() - 3) + " more" : shown;
  }
}
