package io.tidegate.wire;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** What this library may lean on; each rule is also shown a class that breaks it. */
class ArrowsTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tidegate.wire");

  private static final ArchRule FEW_LIBRARIES =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tidegate.wire..",
              "java..",
              "javax.crypto..",
              "org.jspecify.annotations..",
              "org.bson..",
              "io.netty.buffer..",
              "io.netty.channel..",
              "io.netty.handler.codec..",
              "io.netty.util..",
              "com.ongres.saslprep..")
          .because("anyone must be able to use the wire library by itself");

  private static final ArchRule NO_CLOCK_AND_NO_IO =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.nio.file..", "java.net..", "java.nio.channels..")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because("what comes from outside is handed in");

  @Test
  void onlyNettyBsonAndSaslprepAreUsed() {
    FEW_LIBRARIES.check(MAIN);
    assertThatThrownBy(() -> FEW_LIBRARIES.check(one(ArrowsTest.class)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void thereIsNoClockAndNoIo() {
    NO_CLOCK_AND_NO_IO.check(MAIN);
    assertThatThrownBy(() -> NO_CLOCK_AND_NO_IO.check(one(ReadsTheClock.class)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.tidegate.(**)").should().beFreeOfCycles().check(MAIN);
  }

  private static JavaClasses one(Class<?> type) {
    return new ClassFileImporter().importClasses(type);
  }

  private static final class ReadsTheClock {
    long now() {
      return System.nanoTime();
    }
  }
}
