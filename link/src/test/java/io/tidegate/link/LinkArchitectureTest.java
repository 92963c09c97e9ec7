package io.tidegate.link;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class LinkArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.tidegate.link");

  @Test
  void linkUsesNoOtherModule() {
    noClasses()
        .that()
        .resideInAPackage("io.tidegate.link..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "another module of Tidegate",
                (JavaClass used) ->
                    used.getPackageName().startsWith("io.tidegate.")
                        && !used.getPackageName().startsWith("io.tidegate.link")))
        .because("both planes use the link, and it uses neither")
        .check(CLASSES);
  }

  @Test
  void trustDoesNotKnowTheConversation() {
    noClasses()
        .that()
        .resideInAPackage("io.tidegate.link.trust")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.tidegate.link", "io.tidegate.link.v1", "io.grpc..")
        .because("certificates are there before any conversation")
        .check(CLASSES);
  }

  @Test
  void generatedMessagesStayInside() {
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAPackage("io.tidegate.link")
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should()
        .notHaveRawReturnType(
            DescribedPredicate.describe(
                "a generated message",
                (JavaClass type) -> type.getPackageName().equals("io.tidegate.link.v1")))
        .because("callers speak in this package's own values")
        .check(CLASSES);
  }

  @Test
  void nothingReadsTheWallClock() {
    noClasses()
        .that()
        .resideInAnyPackage("io.tidegate.link", "io.tidegate.link.trust")
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .because("time is injected")
        .check(CLASSES);
  }
}
