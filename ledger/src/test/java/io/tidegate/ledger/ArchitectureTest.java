package io.tidegate.ledger;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses ledger =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.tidegate.ledger");

  @Test
  void usesOnlyTinkZstdAndTheJdk() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.tidegate.ledger..",
            "java..",
            "com.google.crypto.tink..",
            "com.github.luben.zstd..",
            "org.jspecify.annotations..")
        .because("the ledger is a library that an auditor can read whole")
        .check(ledger);
  }

  @Test
  void takesTimeFromItsCaller() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .because("time is injected as an InstantSource")
        .check(ledger);
  }
}
