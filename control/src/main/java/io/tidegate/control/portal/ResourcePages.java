package io.tidegate.control.portal;

import io.tidegate.control.access.AccessFlow;
import io.tidegate.control.access.AccessFlows;
import io.tidegate.control.access.AccountSetup;
import io.tidegate.control.access.Catalogue;
import io.tidegate.control.access.Catalogue.AccountOffer;
import io.tidegate.control.access.Catalogue.Offer;
import io.tidegate.control.cluster.Account;
import io.tidegate.control.cluster.Account.RoleBinding;
import io.tidegate.control.cluster.Resource;
import io.tidegate.control.cluster.Resources;
import io.tidegate.control.org.Projects;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Page;
import io.tidegate.control.platform.PersonRef;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.platform.Secret;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.Option;
import io.tidegate.control.portal.view.ResourceView;
import io.tidegate.control.portal.view.ResourceView.Fact;
import io.tidegate.control.portal.view.ResourcesView;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The resources, their accounts, and the flows that lead there. */
@Controller
class ResourcePages {
  private final Frames frames;
  private final Catalogue catalogue;
  private final Resources resources;
  private final AccessFlows flows;
  private final AccountSetup setup;
  private final Projects projects;
  private final GatewayStates gateways;

  ResourcePages(
      Frames frames,
      Catalogue catalogue,
      Resources resources,
      AccessFlows flows,
      AccountSetup setup,
      Projects projects,
      GatewayStates gateways) {
    this.frames = frames;
    this.catalogue = catalogue;
    this.resources = resources;
    this.flows = flows;
    this.setup = setup;
    this.projects = projects;
    this.gateways = gateways;
  }

  @GetMapping("/resources")
  ModelAndView list(@AuthenticationPrincipal Actor actor, HttpServletRequest request) {
    List<ResourcesView.Row> rows =
        catalogue.list(actor, null, new Page.Ask(Page.Ask.MOST, null)).items().stream()
            .map(offer -> row(actor, offer))
            .toList();
    return frames.page(
        request,
        actor,
        Place.RESOURCES,
        "page/resources",
        Map.of("view", new ResourcesView(rows, actor.administersAnything())));
  }

  private ResourcesView.Row row(Actor actor, Offer offer) {
    Resource resource = offer.resource();
    String accounts =
        offer.accounts().isEmpty()
            ? "none yet"
            : offer.accounts().stream()
                .map(a -> a.account().name())
                .collect(Collectors.joining(", "));
    return new ResourcesView.Row(
        resource.id(),
        resource.name(),
        resource.projectName(),
        hosts(resource.connectionString()),
        accounts,
        gateways.of(actor, resource),
        offer.accounts().stream().anyMatch(AccountOffer::mayRequest));
  }

  @GetMapping("/resources/{id}")
  ModelAndView resource(
      @AuthenticationPrincipal Actor actor, HttpServletRequest request, @PathVariable String id) {
    Offer offer = catalogue.offer(actor, null, id);
    Resource resource = offer.resource();
    boolean mayChange = actor.administers(resource.projectId());
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Address", hosts(resource.connectionString()), true));
    facts.add(new Fact("Users live in", resource.authDatabase(), true));
    facts.add(new Fact("TLS", tls(resource.tls()), false));
    String gateway = resource.gatewayName();
    facts.add(new Fact("Gateway", gateway == null ? "any connected one" : gateway, false));
    facts.add(new Fact("Project", resource.projectName(), false));
    ResourceView view =
        new ResourceView(
            resource.id(),
            resource.name(),
            resource.projectName(),
            resource.connectionString(),
            resource.authDatabase(),
            tls(resource.tls()),
            gateways.of(actor, resource),
            Rows.orNull(resource.description()),
            offer.accounts().stream().map(account -> account(resource, account)).toList(),
            facts,
            mayChange,
            applications(offer));
    return frames.page(request, actor, Place.RESOURCES, "page/resource", Map.of("view", view));
  }

  private static ResourceView.Applications applications(Offer offer) {
    Resource resource = offer.resource();
    String account = resource.gatewayAccountId();
    return new ResourceView.Applications(
        account == null ? "" : account,
        offer.accounts().stream()
            .map(one -> new Option(one.account().id(), one.account().name()))
            .toList(),
        resource.version());
  }

  @PostMapping("/resources/{id}/applications")
  ModelAndView serveApplications(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam String version,
      @RequestParam String account) {
    resources.serveApplications(actor, id, version(version), Rows.orNull(account));
    return new ModelAndView("redirect:/resources/" + id + "?done=saved");
  }

  private static ResourceView.Account account(Resource resource, AccountOffer offer) {
    Account account = offer.account();
    AccessFlow flow = offer.flow();
    boolean requestable = flow != null && offer.mayRequest();
    Duration usual = flow == null ? Duration.ofHours(1) : flow.defaultDuration();
    return new ResourceView.Account(
        account.id(),
        account.name(),
        Rows.orNull(account.description()),
        capitalized(RoleWords.sentence(account.roles())),
        flow == null ? "" : Flows.sentence(flow, offer.approvers()),
        flow != null && flow.approval() == AccessFlow.Approval.AUTO,
        requestable,
        requestable
            ? null
            : flow == null
                ? "No access flow leads here yet: an owner of the project adds one."
                : "Its access flow does not admit you: ask an owner of the project.",
        Rows.accessCommand(resource.name(), account.name(), resource.projectName(), usual),
        "/requests/new?resource=" + resource.id() + "&account=" + account.name(),
        List.of());
  }

  @GetMapping("/resources/new")
  ModelAndView add(@AuthenticationPrincipal Actor actor, HttpServletRequest request) {
    FormView form = FormView.of(Map.of("authDatabase", "admin", "tls", "true", "verify", "true"));
    return resourceForm(actor, request, form, null, "");
  }

  @PostMapping("/resources")
  ModelAndView create(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam Map<String, String> fields) {
    FormView form = FormView.of(fields);
    try {
      Resource made = resources.create(actor, form.value("project"), draft(form));
      return new ModelAndView("redirect:/resources/" + made.id() + "?done=added");
    } catch (Refused refused) {
      return again(resourceForm(actor, request, beside(form, refused), null, ""), refused);
    }
  }

  @GetMapping("/resources/{id}/edit")
  ModelAndView edit(
      @AuthenticationPrincipal Actor actor, HttpServletRequest request, @PathVariable String id) {
    Resource resource = administered(actor, id);
    Map<String, String> values = new LinkedHashMap<>();
    values.put("name", resource.name());
    values.put("description", resource.description());
    values.put("connectionString", resource.connectionString());
    values.put("authDatabase", resource.authDatabase());
    String gateway = resource.gatewayName();
    values.put("gateway", gateway == null ? "" : gateway);
    values.put("version", Long.toString(resource.version()));
    if (resource.tls().enabled()) {
      values.put("tls", "true");
    }
    if (resource.tls().verify()) {
      values.put("verify", "true");
    }
    String ca = resource.tls().caPem();
    values.put("caPem", ca == null ? "" : ca);
    return resourceForm(actor, request, FormView.of(values), resource.id(), resource.name());
  }

  @PostMapping("/resources/{id}")
  ModelAndView update(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String id,
      @RequestParam Map<String, String> fields) {
    FormView form = FormView.of(fields);
    Resource before = administered(actor, id);
    try {
      resources.update(actor, id, version(form.value("version")), draft(form));
      return new ModelAndView("redirect:/resources/" + id + "?done=saved");
    } catch (Refused refused) {
      return again(resourceForm(actor, request, beside(form, refused), id, before.name()), refused);
    }
  }

  @PostMapping("/resources/{id}/remove")
  ModelAndView remove(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String id,
      @RequestParam String version,
      @RequestParam String confirm) {
    Confirmed.byName(confirm, resources.resource(actor, null, id).name());
    resources.delete(actor, id, version(version));
    return new ModelAndView("redirect:/resources?done=removed");
  }

  private ModelAndView resourceForm(
      Actor actor, HttpServletRequest request, FormView form, @Nullable String id, String name) {
    List<Option> choices =
        projects.list(actor, new Page.Ask(Page.Ask.MOST, null)).items().stream()
            .filter(project -> actor.administers(project.id()))
            .map(project -> new Option(project.name(), project.displayName()))
            .toList();
    if (choices.isEmpty()) {
      throw Refused.notAllowed("Only owners of a project and administrators add resources.");
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("form", form);
    parameters.put("projects", choices);
    if (id != null) {
      parameters.put("id", id);
      parameters.put("name", name);
    }
    return frames.page(request, actor, Place.RESOURCES, "page/resourceForm", parameters);
  }

  private static Resources.ResourceDraft draft(FormView form) {
    String authDatabase = form.value("authDatabase").strip();
    return new Resources.ResourceDraft(
        form.value("name").strip(),
        form.value("description").strip(),
        form.value("connectionString").strip(),
        authDatabase.isEmpty() ? "admin" : authDatabase,
        new Resource.TlsOptions(
            form.ticked("tls"), form.ticked("verify"), Rows.orNull(form.value("caPem"))),
        Rows.orNull(form.value("gateway").strip()));
  }

  @GetMapping("/resources/{resourceId}/accounts/new")
  ModelAndView addAccount(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String resourceId) {
    Resource resource = administered(actor, resourceId);
    FormView form =
        FormView.of(
            Map.of(
                "approval", "APPROVER",
                "defaultDuration", "1h",
                "maxDuration", "4h",
                "reasonRequired", "true"));
    return accountForm(actor, request, form, resource, null, "");
  }

  @PostMapping("/resources/{resourceId}/accounts")
  ModelAndView createAccount(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String resourceId,
      @RequestParam Map<String, String> fields) {
    Resource resource = administered(actor, resourceId);
    FormView form = FormView.of(fields);
    try {
      setup.create(actor, resourceId, account(form), flow(form));
      return new ModelAndView("redirect:/resources/" + resourceId + "?done=added");
    } catch (Refused refused) {
      return again(accountForm(actor, request, beside(form, refused), resource, null, ""), refused);
    }
  }

  @GetMapping("/resources/{resourceId}/accounts/{id}/edit")
  ModelAndView editAccount(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String resourceId,
      @PathVariable String id) {
    Resource resource = administered(actor, resourceId);
    Account account = resources.account(actor, resourceId, id);
    Map<String, String> values = new LinkedHashMap<>();
    values.put("name", account.name());
    values.put("description", account.description());
    values.put(
        "roles",
        account.roles().stream()
            .map(role -> role.role() + "@" + role.db())
            .collect(Collectors.joining("\n")));
    values.put("version", Long.toString(account.version()));
    Optional<AccessFlow> flow = flows.ofAccount(actor, account.id());
    flow.ifPresent(f -> {
      values.put("flowId", f.id());
      values.put("flowVersion", Long.toString(f.version()));
      values.put("approval", f.approval().name());
      values.put("defaultDuration", Lengths.forCommand(f.defaultDuration()));
      values.put("maxDuration", Lengths.forCommand(f.maxDuration()));
      values.put("requesters", usernames(f.requesters()));
      values.put("approvers", usernames(f.approvers()));
      if (f.reasonRequired()) {
        values.put("reasonRequired", "true");
      }
    });
    return accountForm(actor, request, FormView.of(values), resource, account.id(), account.name());
  }

  @PostMapping("/resources/{resourceId}/accounts/{id}")
  ModelAndView updateAccount(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @PathVariable String resourceId,
      @PathVariable String id,
      @RequestParam Map<String, String> fields) {
    Resource resource = administered(actor, resourceId);
    Account before = resources.account(actor, resourceId, id);
    FormView form = FormView.of(fields);
    try {
      boolean first = form.value("flowId").isEmpty();
      AccountSetup.FlowChange flow =
          new AccountSetup.FlowChange(
              first ? null : form.value("flowId"),
              first ? 0 : version(form.value("flowVersion")),
              flow(form));
      setup.update(actor, id, version(form.value("version")), account(form), flow);
      return new ModelAndView("redirect:/resources/" + resourceId + "?done=saved");
    } catch (Refused refused) {
      return again(
          accountForm(actor, request, beside(form, refused), resource, id, before.name()), refused);
    }
  }

  @PostMapping("/resources/{resourceId}/accounts/{id}/remove")
  ModelAndView removeAccount(
      @AuthenticationPrincipal Actor actor,
      @PathVariable String resourceId,
      @PathVariable String id,
      @RequestParam String version,
      @RequestParam String confirm) {
    Confirmed.byName(confirm, resources.account(actor, resourceId, id).name());
    resources.deleteAccount(actor, id, version(version));
    return new ModelAndView("redirect:/resources/" + resourceId + "?done=removed");
  }

  private ModelAndView accountForm(
      Actor actor,
      HttpServletRequest request,
      FormView form,
      Resource resource,
      @Nullable String id,
      String name) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("form", form);
    parameters.put("resourceId", resource.id());
    parameters.put("resourceName", resource.name());
    if (id != null) {
      parameters.put("id", id);
      parameters.put("name", name);
    }
    return frames.page(request, actor, Place.RESOURCES, "page/accountForm", parameters);
  }

  private Resource administered(Actor actor, String resourceId) {
    Resource resource = resources.resource(actor, null, resourceId);
    if (!actor.administers(resource.projectId())) {
      throw Refused.notAllowed(
          "Only owners of project "
              + resource.projectName()
              + " and administrators change its resources.");
    }
    return resource;
  }

  private static Resources.AccountDraft account(FormView form) {
    List<RoleBinding> roles = new ArrayList<>();
    for (String line : form.value("roles").split("[\\s,]+", -1)) {
      if (line.isEmpty()) {
        continue;
      }
      String[] parts = line.split("@", -1);
      if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
        throw FieldRefused.of("roles", "'" + line + "' is not role@database, such as read@shop.");
      }
      roles.add(new RoleBinding(parts[0], parts[1]));
    }
    return new Resources.AccountDraft(
        form.value("name").strip(),
        form.value("description").strip(),
        secret(form.value("username")),
        secret(form.value("password")),
        roles,
        false);
  }

  private static @Nullable Secret secret(String value) {
    return value.isEmpty() ? null : new Secret(value);
  }

  private static AccessFlows.Draft flow(FormView form) {
    Duration longest = length(form, "maxDuration");
    Duration usual =
        form.value("defaultDuration").isBlank() ? longest : length(form, "defaultDuration");
    AccessFlow.Approval approval =
        form.value("approval").equals("AUTO")
            ? AccessFlow.Approval.AUTO
            : AccessFlow.Approval.APPROVER;
    return new AccessFlows.Draft(
        approval,
        people(form.value("requesters")),
        people(form.value("approvers")),
        usual,
        longest,
        form.ticked("reasonRequired"));
  }

  private static Duration length(FormView form, String field) {
    return Lengths.typed(form.value(field))
        .orElseThrow(() ->
            FieldRefused.of(
                field, "'" + form.value(field) + "' is not a length such as 30m, 1h or 1h30m."));
  }

  private static List<String> people(String text) {
    return Arrays.stream(text.split("[\\s,;]+", -1)).filter(name -> !name.isEmpty()).toList();
  }

  private static String usernames(List<PersonRef> people) {
    return people.stream().map(PersonRef::username).collect(Collectors.joining(", "));
  }

  /** Puts a refusal beside the field that it names; secrets are not put back. */
  static FormView beside(FormView form, Refused refused) {
    return form.with(FieldRefused.field(refused), FieldRefused.sentence(refused));
  }

  private static ModelAndView again(ModelAndView page, Refused refused) {
    page.setStatus(HttpStatusCode.valueOf(refused.code().status()));
    return page;
  }

  static long version(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Refused(ErrorCode.BAD_INPUT, "The form does not say which version it changes.");
    }
  }

  private static String tls(Resource.TlsOptions tls) {
    if (!tls.enabled()) {
      return "off";
    }
    String trust = tls.caPem() == null ? "the system's authorities" : "its own authority";
    return tls.verify() ? "on, trusting " + trust : "on, without checking the certificate";
  }

  /** The hosts of a connection string, without scheme and options. */
  static String hosts(String connectionString) {
    int from = connectionString.indexOf("://");
    String rest = from < 0 ? connectionString : connectionString.substring(from + 3);
    int slash = rest.indexOf('/');
    String hosts = slash < 0 ? rest : rest.substring(0, slash);
    return hosts.replace(",", ", ");
  }

  private static String capitalized(String sentence) {
    return sentence.isEmpty()
        ? sentence
        : Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }
}
