package io.tidegate.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
  private static final String ROOT = "io.tidegate.gateway.";
  private static final List<String> STAGES =
      List.of("listen", "tunnel", "direct", "identify", "decide", "rewrite", "forward", "record");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tidegate.gateway");

  @TestFactory
  Stream<DynamicTest> aStageKnowsNoOtherStage() {
    return STAGES.stream()
        .map(stage -> {
          List<String> others = new ArrayList<>(STAGES);
          others.remove(stage);
          return DynamicTest.dynamicTest(
              stage,
              () ->
                  noClasses()
                      .that()
                      .resideInAPackage(ROOT + stage + "..")
                      .should()
                      .dependOnClassesThat()
                      .resideInAnyPackage(
                          others.stream().map(other -> ROOT + other + "..").toArray(String[]::new))
                      .because("what a later stage needs is in the value it is handed")
                      .check(CLASSES));
        });
  }

  @Test
  void theContractsKnowNoStage() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "session..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            STAGES.stream().map(stage -> ROOT + stage + "..").toArray(String[]::new))
        .because("stages depend on the contracts, not the other way round")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.tidegate.gateway.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theControlPlaneIsOnlyReachedByTheLink() {
    classes()
        .that()
        .resideInAPackage("io.tidegate.link..")
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAnyPackage(
            "io.tidegate.link..",
            ROOT + "link..",
            ROOT + "record..",
            ROOT + "tunnel..",
            "io.tidegate.gateway")
        .because("the other stages know leases, and nothing of where they come from")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void nobodySleepsOnALoop() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.tidegate.gateway")
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .because("event loops must not block")
        .check(CLASSES);
  }
}
