package io.tidegate.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tidegate.control.platform.Changes;
import io.tidegate.control.platform.ControlSettings;
import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.Database;
import io.tidegate.control.platform.Ids;
import io.tidegate.control.platform.Json;
import io.tidegate.control.platform.PublicAddress;
import io.tidegate.control.platform.Replicas;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.PropertySource;
import org.springframework.context.event.EventListener;
import tools.jackson.databind.json.JsonMapper;

/**
 * The control plane as one Spring configuration. A program boots it with {@code SpringApplication},
 * setting {@code tidegate.control.data} at least; {@link InstantSource} and {@link SecureRandom}
 * may be replaced by beans of the program's own.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
    excludeName = {
      "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
      "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
      "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration"
    })
@EnableConfigurationProperties(ControlSettings.class)
@PropertySource("classpath:io/tidegate/control/control.properties")
@ComponentScan
public class ControlPlane {

  @Bean
  @Fallback
  InstantSource clock() {
    return InstantSource.system();
  }

  @Bean
  @Fallback
  SecureRandom secureRandom() {
    return new SecureRandom();
  }

  @Bean
  DataFolder dataFolder(ControlSettings settings) {
    return DataFolder.open(settings.data());
  }

  @Bean
  Database database(ControlSettings settings, DataFolder folder) {
    String url = settings.databaseUrl();
    return url == null
        ? Database.sqlite(folder.root().resolve("tidegate.db"))
        : Database.postgresql(url, settings.databaseUser(), settings.databasePassword());
  }

  @Bean
  Ids ids(InstantSource clock, SecureRandom random) {
    return new Ids(clock, random);
  }

  @Bean
  Replicas replicas(Database database, SecureRandom random) {
    return new Replicas(database, random);
  }

  @Bean
  Changes changes(Replicas replicas) {
    return replicas.changes();
  }

  @Bean
  Json json() {
    return new Json(
        JsonMapper.builder()
            .changeDefaultPropertyInclusion(
                inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build());
  }

  @Bean
  PublicAddress publicAddress(ControlSettings settings) {
    String url = settings.publicUrl();
    if (url == null) {
      return new PublicAddress("http://127.0.0.1");
    }
    return new PublicAddress(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
  }

  /** Learns the port that the web server took, where nothing was configured. */
  @Configuration(proxyBeanMethods = false)
  static class Listening {
    private final PublicAddress address;
    private final ControlSettings settings;

    Listening(PublicAddress address, ControlSettings settings) {
      this.address = address;
      this.settings = settings;
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
      if (settings.publicUrl() == null) {
        address.listensAt("http://127.0.0.1:" + event.getWebServer().getPort());
      }
    }
  }
}
