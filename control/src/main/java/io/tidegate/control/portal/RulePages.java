package io.tidegate.control.portal;

import io.tidegate.access.RuleId;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.portal.view.RulesView;
import io.tidegate.control.portal.view.RulesView.Group;
import io.tidegate.control.portal.view.RulesView.Rule;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.ModelAndView;

/** Every rule by which Tidegate refuses: what a refusal's link leads to. */
@Controller
class RulePages {
  private final Frames frames;

  RulePages(Frames frames) {
    this.frames = frames;
  }

  @GetMapping("/rules")
  ModelAndView rules(@AuthenticationPrincipal Actor actor, HttpServletRequest request) {
    List<Rule> gateway =
        Arrays.stream(RuleId.values())
            .map(rule ->
                new Rule(rule.id(), sentence(rule.says()), sentence(rule.next("the portal"))))
            .toList();
    List<Rule> control =
        Arrays.stream(ErrorCode.values())
            .map(code -> new Rule(code.code(), sentence(code.title()), code.next()))
            .toList();
    return frames.page(
        request,
        actor,
        Place.RULES,
        "page/rules",
        Map.of(
            "view",
            new RulesView(
                List.of(
                    new Group("At the gateway", "commands, as they come", gateway),
                    new Group("In the portal and the command line", "everything else", control)))));
  }

  private static String sentence(String text) {
    String capital = text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    return capital.endsWith(".") ? capital : capital + ".";
  }
}
