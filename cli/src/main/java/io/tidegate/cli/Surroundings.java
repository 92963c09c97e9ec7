package io.tidegate.cli;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;

/** Everything a command takes from outside, so that a test can be the outside. */
public record Surroundings(
    Terminal terminal,
    Map<String, String> environment,
    InstantSource clock,
    ZoneId zone,
    SecureRandom random) {
  public Surroundings {
    environment = Map.copyOf(environment);
  }

  static Surroundings ofProcess() {
    return new Surroundings(
        Terminal.ofProcess(),
        System.getenv(),
        InstantSource.system(),
        ZoneId.systemDefault(),
        new SecureRandom());
  }

  /**
   * Where tokens are kept: TIDEGATE_CONFIG_DIR, else XDG_CONFIG_HOME/tidegate, else
   * ~/.config/tidegate.
   */
  public Path configFolder() {
    String own = environment.getOrDefault("TIDEGATE_CONFIG_DIR", "");
    if (!own.isEmpty()) {
      return Path.of(own);
    }
    String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
    if (!xdg.isEmpty()) {
      return Path.of(xdg, "tidegate");
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home", "."));
    return Path.of(home, ".config", "tidegate");
  }
}
