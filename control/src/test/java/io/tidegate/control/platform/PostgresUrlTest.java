package io.tidegate.control.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.control.testing.Backend;
import io.tidegate.control.testing.Plane;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of PostgreSQL as people write them. */
class PostgresUrlTest {

  @ParameterizedTest
  @CsvSource({
    "postgresql://ann@db/tide, jdbc:postgresql://db/tide, ann",
    "postgres://ann@db:5433/tide?sslmode=require, jdbc:postgresql://db:5433/tide?sslmode=require,"
        + " ann",
    "jdbc:postgresql://ann@[::1]:5432/tide, jdbc:postgresql://[::1]:5432/tide, ann",
    "postgresql://a%40b+c@db/tide, jdbc:postgresql://db/tide, a@b+c",
    "'postgresql://ann@one:1,two:2/tide', 'jdbc:postgresql://one:1,two:2/tide', ann",
    "postgresql://db/tide?user=ann@home, jdbc:postgresql://db/tide?user=ann@home,",
    "postgresql://db?options=a/b@c, jdbc:postgresql://db?options=a/b@c,",
  })
  void theUserIsTakenOut(String url, String jdbc, String user) {
    assertThat(PostgresUrl.parse(url)).isEqualTo(new PostgresUrl(jdbc, user));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://ann:s3cret@db/tide",
        "jdbc:postgresql://ann:s3cret@db/tide",
        "postgresql://db/tide?user=ann&password=s3cret",
        "postgresql://db/tide?PASSWORD=s3cret"
      })
  void aPasswordIsRefusedAndNotRepeated(String url) {
    assertThatThrownBy(() -> PostgresUrl.parse(url))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("TIDEGATE_DATABASE_PASSWORD")
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mysql://ann@db/tide", "db/tide", "postgresql:tide"})
  void anythingElseIsNotOne(String url) {
    assertThatThrownBy(() -> PostgresUrl.parse(url))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("postgresql://user@host");
  }

  @Test
  void theUserInTheAuthoritySignsIn() {
    String url =
        String.valueOf(Plane.database(Backend.POSTGRESQL).get("tidegate.control.database-url"));
    String plain =
        url.substring("jdbc:".length())
            .replace("://", "://postgres@")
            .replaceFirst("[?&]user=postgres", "");
    assertThat(plain).doesNotContain("user=");
    try (Database database = Database.postgresql(plain, null, null)) {
      assertThat(database.sql().sql("select current_user").query(String.class).single())
          .isEqualTo("postgres");
    }
  }
}
