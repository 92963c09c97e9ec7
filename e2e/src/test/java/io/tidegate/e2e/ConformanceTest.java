package io.tidegate.e2e;

import io.tidegate.e2e.support.GoTests;
import io.tidegate.e2e.support.RunningTidegate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official Go SDK, unmodified, against a fresh server: the cases are the Go tests in {@code
 * e2e/conformance}, each one a test here.
 */
class ConformanceTest {

  @TestFactory
  List<DynamicTest> theOfficialSdk(@TempDir Path folder) throws Exception {
    try (RunningTidegate tidegate =
        RunningTidegate.start(RunningTidegate.Settings.demo(folder.resolve("data")))) {
      RunningTidegate.ApiKey key = tidegate.apiKey();
      return GoTests.run(
          tidegate.repository().resolve("e2e/conformance"),
          Map.of(
              "TIDEGATE_URL",
              tidegate.portal(),
              "TIDEGATE_PUBLIC_KEY",
              key.publicKey(),
              "TIDEGATE_PRIVATE_KEY",
              key.privateKey(),
              "TIDEGATE_ORG_ID",
              key.orgId(),
              "TIDEGATE_GROUP_ID",
              key.groupId(),
              "TIDEGATE_OWNER",
              tidegate.person("security").name(),
              "TIDEGATE_OWNER_PASSWORD",
              tidegate.person("security").password()));
    }
  }
}
