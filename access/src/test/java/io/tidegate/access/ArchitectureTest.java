package io.tidegate.access;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses ACCESS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.tidegate.access");

  private static final ArchRule NO_CLOCK =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .because("whoever calls hands in the instant");

  @Test
  void dependsOnWireAndBsonAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    "io.tidegate.access",
                    "io.tidegate.wire",
                    // Verifiers of passwords.
                    "io.tidegate.wire.sasl",
                    "org.bson..",
                    "org.jspecify..",
                    "java.lang..",
                    "java.util..",
                    "java.time..",
                    "java.security..",
                    "java.nio",
                    "java.nio.charset",
                    // The bytes behind wire's views, to search in them.
                    "io.netty.buffer")
                // Addresses as values; nothing that resolves or connects.
                .or(
                    belongToAnyOf(
                        InetAddress.class, Inet4Address.class, UnknownHostException.class)))
        .because("access is a pure library: no I/O, no frameworks")
        .check(ACCESS);
  }

  @Test
  void readsNoClock() {
    NO_CLOCK.check(ACCESS);
    JavaClasses offender = new ClassFileImporter().importClasses(ReadsTheClock.class);
    assertThatThrownBy(() -> NO_CLOCK.check(offender)).isInstanceOf(AssertionError.class);
  }

  /** What the rule must find. */
  static final class ReadsTheClock {
    Instant now() {
      return Instant.now();
    }
  }

  @Test
  void keepsNoState() {
    classes()
        .should()
        .haveOnlyFinalFields()
        .because("a decision depends on lease, command and instant alone")
        .check(
            ACCESS.that(
                new com.tngtech.archunit.base.DescribedPredicate<>("apart from a reading") {
                  @Override
                  public boolean test(com.tngtech.archunit.core.domain.JavaClass each) {
                    return !each.getSimpleName().equals("Reading");
                  }
                }));
  }
}
