package io.tidegate.control.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.session.SessionState;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The transitions that exist are the ones in the diagrams, and there are no others. */
class StateMachinesTest {
  private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");
  private static final PersonRef SOMEBODY = new PersonRef("usr_1", "owner", "Owner");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PendingApproval | approve:Active cancel:Cancelled expire:Expired reject:Rejected",
        "Active          | end:Ended",
        "Rejected        | ''",
        "Cancelled       | ''",
        "Expired         | ''",
        "Ended           | ''"
      })
  void requestsMoveAsDrawn(String state, String moves) {
    assertThat(transitions(RequestState.class, state)).isEqualTo(moves);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"Active | end:Ended expire:Ended", "Ended  | ''"})
  void grantsMoveAsDrawn(String state, String moves) {
    assertThat(transitions(GrantState.class, state)).isEqualTo(moves);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Starting | acknowledge:Active end:Closing fail:Failed",
        "Active   | closed:Over end:Closing",
        "Closing  | confirm:Over",
        "Over     | ''",
        "Failed   | ''"
      })
  void sessionsMoveAsDrawn(String state, String moves) {
    assertThat(transitions(SessionState.class, state)).isEqualTo(moves);
  }

  /** Methods of a state that give another state of the same machine. */
  private static String transitions(Class<?> machine, String state) {
    Class<?> record =
        Arrays.stream(machine.getPermittedSubclasses())
            .filter(c -> c.getSimpleName().equals(state))
            .findFirst()
            .orElseThrow();
    Set<String> moves = new TreeSet<>();
    for (Method method : record.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())
          && machine.isAssignableFrom(method.getReturnType())) {
        moves.add(method.getName() + ":" + method.getReturnType().getSimpleName());
      }
    }
    return moves.stream().collect(Collectors.joining(" "));
  }

  @Test
  void anExpiredRequestEndedWhenItWasDueNotWhenItWasNoticed() {
    assertThat(new RequestState.PendingApproval(NOW).expire().at()).isEqualTo(NOW);
    assertThat(
            new RequestState.PendingApproval(NOW).reject(SOMEBODY, "no", NOW.plusSeconds(5)).at())
        .isEqualTo(NOW.plusSeconds(5));
  }

  @Test
  void whoEndedASessionDecidesWhatItIsCalled() {
    SessionState.Active active = new SessionState.Active(NOW);
    assertThat(active.end(SessionState.EndReason.CLOSED, "engineer", "", NOW).confirm().status())
        .isEqualTo(SessionState.Status.ENDED);
    assertThat(active.end(SessionState.EndReason.REVOKED, "owner", "", NOW).confirm().status())
        .isEqualTo(SessionState.Status.TERMINATED);
  }

  @Test
  void aGrantNeedsNobodyToNoticeItsEnd() {
    Grant grant =
        new Grant(
            "grt_1",
            "req_1",
            SOMEBODY,
            "p",
            "p",
            "r",
            "r",
            "a",
            "a",
            new GrantState.Active(),
            NOW,
            NOW.plusSeconds(60),
            "",
            1);
    assertThat(grant.livesAt(NOW.minusMillis(1))).isFalse();
    assertThat(grant.livesAt(NOW)).isTrue();
    assertThat(grant.livesAt(NOW.plusSeconds(60).minusMillis(1))).isTrue();
    assertThat(grant.livesAt(NOW.plusSeconds(60))).isFalse();
  }
}
