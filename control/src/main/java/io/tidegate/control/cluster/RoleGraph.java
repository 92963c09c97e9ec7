package io.tidegate.control.cluster;

import io.tidegate.access.Action;
import io.tidegate.access.BuiltInRoles;
import io.tidegate.access.Privilege;
import io.tidegate.access.ResourcePattern;
import io.tidegate.control.cluster.Account.RoleBinding;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The roles of one project and which of them inherit which. */
final class RoleGraph {
  /** The database that custom roles are named in, as in Atlas. */
  static final String DATABASE = "admin";

  /** What a role says of itself. */
  record Node(List<CustomRole.Rights> privileges, List<RoleBinding> inherits) {}

  private final Map<String, Node> roles;

  RoleGraph(Map<String, Node> roles) {
    this.roles = Map.copyOf(roles);
  }

  static RoleGraph of(List<CustomRole> roles) {
    Map<String, Node> nodes = new HashMap<>();
    for (CustomRole role : roles) {
      nodes.put(role.name(), new Node(role.privileges(), role.inherits()));
    }
    return new RoleGraph(nodes);
  }

  /** The same with that role added or replaced. */
  RoleGraph with(String name, Node node) {
    Map<String, Node> more = new HashMap<>(roles);
    more.put(name, node);
    return new RoleGraph(more);
  }

  boolean exists(RoleBinding role) {
    return BuiltInRoles.exists(role.role(), role.db()) || isCustom(role);
  }

  private boolean isCustom(RoleBinding role) {
    return role.db().equals(DATABASE) && roles.containsKey(role.role());
  }

  /** The way by which the role inherits itself, beginning and ending with its name. */
  Optional<List<String>> cycle(String name) {
    return way(name, name, new LinkedHashSet<>());
  }

  private Optional<List<String>> way(String from, String to, Set<String> seen) {
    for (RoleBinding inherited : node(from).inherits()) {
      if (!isCustom(inherited)) {
        continue;
      }
      String next = inherited.role();
      if (next.equals(to)) {
        return Optional.of(List.of(from, to));
      }
      if (seen.add(next)) {
        Optional<List<String>> rest = way(next, to, seen);
        if (rest.isPresent()) {
          List<String> whole = new ArrayList<>(List.of(from));
          whole.addAll(rest.get());
          return Optional.of(whole);
        }
      }
    }
    return Optional.empty();
  }

  /** That role and every one that inherits it, directly or not. */
  Set<String> heirs(String name) {
    Set<String> heirs = new LinkedHashSet<>(Set.of(name));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Map.Entry<String, Node> role : roles.entrySet()) {
        boolean inherits =
            role.getValue().inherits().stream()
                .anyMatch(binding -> isCustom(binding) && heirs.contains(binding.role()));
        grown |= inherits && heirs.add(role.getKey());
      }
    }
    return heirs;
  }

  /**
   * All that the roles allow together.
   *
   * @throws IllegalStateException when one of them does not exist
   */
  List<Privilege> privileges(List<RoleBinding> bindings) {
    Map<ResourcePattern, EnumSet<Action>> byResource = new LinkedHashMap<>();
    collect(bindings, byResource, new LinkedHashSet<>());
    return byResource.entrySet().stream()
        .map(entry -> new Privilege(entry.getKey(), entry.getValue()))
        .toList();
  }

  private void collect(
      List<RoleBinding> bindings, Map<ResourcePattern, EnumSet<Action>> to, Set<String> seen) {
    for (RoleBinding binding : bindings) {
      // Built-in names are taken: no custom role can stand for one of them.
      if (BuiltInRoles.exists(binding.role(), binding.db())) {
        for (Privilege privilege : BuiltInRoles.of(binding.role(), binding.db())) {
          add(privilege.resource(), privilege.actions(), to);
        }
      } else if (!isCustom(binding)) {
        throw new IllegalStateException("no role " + binding.role() + " in " + binding.db());
      } else if (seen.add(binding.role())) {
        Node node = node(binding.role());
        for (CustomRole.Rights rights : node.privileges()) {
          add(pattern(rights.on()), actions(rights), to);
        }
        collect(node.inherits(), to, seen);
      }
    }
  }

  private static void add(
      ResourcePattern resource,
      Set<Action> actions,
      Map<ResourcePattern, EnumSet<Action>> byResource) {
    byResource.computeIfAbsent(resource, _ -> EnumSet.noneOf(Action.class)).addAll(actions);
  }

  private static ResourcePattern pattern(CustomRole.On on) {
    return Boolean.TRUE.equals(on.cluster())
        ? new ResourcePattern.OfCluster()
        : ResourcePattern.of(
            Objects.requireNonNullElse(on.db(), ""),
            Objects.requireNonNullElse(on.collection(), ""));
  }

  private static Set<Action> actions(CustomRole.Rights rights) {
    EnumSet<Action> actions = EnumSet.noneOf(Action.class);
    for (String name : rights.actions()) {
      Action action = Action.named(name);
      if (action == null) {
        throw new IllegalStateException("no action " + name);
      }
      actions.add(action);
    }
    return actions;
  }

  private Node node(String name) {
    Node node = roles.get(name);
    if (node == null) {
      throw new IllegalStateException("no role " + name);
    }
    return node;
  }
}
