package io.tidegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.SignIn;
import io.tidegate.cli.remote.TokenFile;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayCommandsTest {
  @TempDir Path folder;
  private FakeControl control;
  private Cli cli;

  @BeforeEach
  void start() throws Exception {
    control = new FakeControl();
    cli = new Cli(folder.resolve("config"));
    new TokenFile(cli.config)
        .keep(new SignIn(Domain.parse(control.domain()), "security", FakeControl.TOKEN, null));
  }

  @AfterEach
  void stop() {
    control.close();
  }

  private String status(String gateway) {
    return Objects.requireNonNull(control.gateways.get(gateway)).get("status").getAsString();
  }

  @Test
  void thoseInServiceAreListedAndTheRetiredOnAsking() {
    assertThat(cli.run("gateways", "list")).isZero();
    assertThat(cli.out()).contains("No gateway is in service", "tidegate gateways invite NAME");

    control.gateway("frankfurt-1", "ONLINE");
    control.gateway("oslo-1", "RETIRED");

    assertThat(cli.run("gateways", "list")).isZero();
    assertThat(cli.out())
        .containsPattern("frankfurt-1 +online +just now +3 +10.0.0.1:8421 +ends in 6 days")
        .contains("1 retired; see it with --all.")
        .doesNotContain("oslo-1");
    assertThat(cli.run("gateways", "list", "--all")).isZero();
    assertThat(cli.out()).containsPattern("oslo-1 +retired");
    assertThat(cli.run("gateways", "list", "-o", "json")).isZero();
    assertThat(JsonParser.parseString(cli.out()).getAsJsonObject().getAsJsonArray("items"))
        .hasSize(1);
  }

  @Test
  void retiringIsConfirmedOrSaidToBeMeant() {
    control.gateway("frankfurt-1", "ONLINE");

    assertThat(cli.run("gateways", "retire", "frankfurt-1")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("ends every session", "--yes");
    cli.interactive = true;
    cli.input = "frankfurt";
    assertThat(cli.run("gateways", "retire", "frankfurt-1")).isEqualTo(ExitCode.USAGE.number());
    assertThat(cli.err()).contains("nothing was done");
    assertThat(status("frankfurt-1")).isEqualTo("ONLINE");

    cli.input = "frankfurt-1";
    assertThat(cli.run("gateways", "retire", "frankfurt-1", "--reason", "sold")).isZero();

    assertThat(cli.out()).contains("Retired frankfurt-1.");
    assertThat(status("frankfurt-1")).isEqualTo("RETIRED");
    assertThat(
            Objects.requireNonNull(control.gateways.get("frankfurt-1")).get("reason").getAsString())
        .isEqualTo("sold");
    cli.interactive = false;
    assertThat(cli.run("gateways", "retire", "nowhere", "--yes"))
        .isEqualTo(ExitCode.NOT_FOUND.number());
  }

  @Test
  void anInvitationIsACommandToRunAndCanBeTakenBack() {
    assertThat(cli.run("gateways", "invitations")).isZero();
    assertThat(cli.out()).contains("No join token is open");
    assertThat(cli.run("gateways", "invite", "madrid-1")).isZero();
    assertThat(cli.out().strip())
        .isEqualTo(
            "./tidegate gateway --name madrid-1 --join join-me-once --control tidegate.example:8422"
                + " --data ./madrid-1");
    assertThat(cli.err()).contains("shown this once", "tidegate gateways uninvite jt1");
    assertThat(cli.run("gateways", "invitations")).isZero();
    assertThat(cli.out()).containsPattern("jt1 +madrid-1 +security").doesNotContain("join-me-once");

    assertThat(cli.run("gateways", "uninvite", "jt1")).isZero();

    assertThat(control.invitations).isEmpty();
    assertThat(cli.run("gateways", "uninvite", "jt1")).isEqualTo(ExitCode.NOT_FOUND.number());
  }
}
