package io.tidegate.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The arrows between the features. */
class ArchitectureTest {
  private static final String ROOT = "io.tidegate.control.";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tidegate.control");

  private static void holds(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void featuresHaveNoCycles() {
    holds(
        slices()
            .matching(ROOT + "(*)..")
            .should()
            .beFreeOfCycles()
            .because("a feature must be readable without those that stand on it"));
  }

  @Test
  void storesStayInside() {
    holds(
        classes()
            .that()
            .haveSimpleNameEndingWith("Store")
            .should()
            .bePackagePrivate()
            .because("features reach each other through services only"));
  }

  @Test
  void nothingCallsThePortal() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "portal..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + "portal..")
            .because("pages are on top"));
  }

  @Test
  void thePortalAsksServicesAndNoDatabase() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(ROOT + "portal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.jdbc..", "java.sql..", "javax.sql..")
            .because("what a page shows a service has allowed"));
  }

  @Test
  void platformStandsOnNoFeature() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(ROOT + "platform")
            .should()
            .dependOnClassesThat(
                JavaClass.Predicates.resideInAPackage(ROOT + ".")
                    .and(
                        com.tngtech.archunit.base.DescribedPredicate.not(
                            JavaClass.Predicates.resideInAPackage(ROOT + "platform"))))
            .because("everything stands on it"));
  }

  @Test
  void timeIsInjected() {
    holds(
        noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .because("tests move the clock"));
  }
}
