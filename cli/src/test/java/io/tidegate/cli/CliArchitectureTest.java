package io.tidegate.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class CliArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.tidegate.cli");

  @Test
  void theCommandLineUsesTheLedgerAndNoOtherModule() {
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "a module other than ledger",
                (JavaClass used) ->
                    used.getPackageName().startsWith("io.tidegate.")
                        && !used.getPackageName().startsWith("io.tidegate.cli")
                        && !used.getPackageName().startsWith("io.tidegate.ledger")))
        .because("it starts fast and speaks REST and TLS only")
        .check(CLASSES);
  }

  @Test
  void theProxyKnowsNoCommands() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.tidegate.cli.proxy", "io.tidegate.cli.remote", "io.tidegate.cli.text")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.tidegate.cli.command")
        .because("commands use them, not the other way")
        .check(CLASSES);
  }
}
