package io.tidegate.control.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.control.platform.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Hashing is dear; it is done by few at once. */
@NullUnmarked
class PasswordsTest {

  @Test
  void noMoreAreHashedAtOnceThanThereAreTurns() throws Exception {
    Semaphore turns = new Semaphore(1);
    Passwords passwords = new Passwords(new SecureRandom(), turns);
    String hash = passwords.hash(new Secret("a password of length"));
    turns.acquire();
    Thread waiting =
        Thread.ofVirtual().start(() -> passwords.matches(new Secret("a password of length"), hash));
    assertThat(waiting.join(Duration.ofMillis(300))).as("it hashed out of turn").isFalse();
    turns.release();
    assertThat(waiting.join(Duration.ofSeconds(20))).as("it never got its turn").isTrue();
    assertThat(turns.availablePermits()).isEqualTo(1);
    assertThat(passwords.matches(new Secret("a password of length"), hash)).isTrue();
    assertThat(passwords.matches(new Secret("another of that length"), hash)).isFalse();
  }
}
