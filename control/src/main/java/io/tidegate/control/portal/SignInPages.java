package io.tidegate.control.portal;

import io.tidegate.control.identity.DeviceLogins;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.FormView;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** Signing in, and letting a device in (RFC 8628 section 3.3). */
@Controller
class SignInPages {
  private final Frames frames;
  private final DeviceLogins devices;

  SignInPages(Frames frames, DeviceLogins devices) {
    this.frames = frames;
    this.devices = devices;
  }

  @GetMapping("/login")
  ModelAndView signIn(
      @AuthenticationPrincipal @Nullable Actor actor,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String next,
      @RequestParam(required = false) @Nullable String error) {
    if (actor != null && error == null) {
      return new ModelAndView("redirect:/");
    }
    FormView form = FormView.blank();
    if (error != null) {
      form = form.with("sign-in", why(error));
    }
    ModelAndView page =
        frames.gate(
            request, null, "page/signIn", Map.of("form", form, "next", next == null ? "" : next));
    if (error != null) {
      page.setStatus(HttpStatusCode.valueOf(status(error)));
    }
    return page;
  }

  private static int status(String error) {
    for (ErrorCode code : List.of(ErrorCode.TOO_MANY_ATTEMPTS, ErrorCode.CSRF)) {
      if (error.equals(code.code())) {
        return code.status();
      }
    }
    return ErrorCode.BAD_CREDENTIALS.status();
  }

  private static String why(String error) {
    if (error.equals(ErrorCode.TOO_MANY_ATTEMPTS.code())) {
      return "Too many attempts. Wait a minute, then try again.";
    }
    if (error.equals(ErrorCode.CSRF.code())) {
      return "The form was too old. Sign in again.";
    }
    return "The name or the password is wrong. An administrator can set a new password.";
  }

  @GetMapping("/device")
  ModelAndView device(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam(name = "user_code", required = false) @Nullable String userCode) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    if (userCode != null && !userCode.isBlank()) {
      try {
        DeviceLogins.Pending pending = devices.pending(actor, userCode);
        parameters.put("code", pending.userCode());
        parameters.put("client", pending.clientName());
        parameters.put("address", pending.address());
        parameters.put(
            "opens",
            switch (pending.purpose()) {
              case TIDEGATE -> "Tidegate's command line and API, for 12 hours";
              case ATLAS -> "The Atlas-compatible API, for 12 hours";
            });
        parameters.put("expiresAt", pending.expiresAt());
      } catch (Refused refused) {
        parameters.put("code", userCode);
        parameters.put(
            "error",
            "No device waits with this code. Codes end after some minutes: start the sign-in"
                + " again in your terminal.");
      }
    }
    return frames.gate(request, actor, "page/device", parameters);
  }

  @PostMapping("/device")
  ModelAndView decide(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam("user_code") String userCode,
      @RequestParam String decision) {
    boolean approved = decision.equals("approve");
    if (approved) {
      devices.approve(actor, userCode);
    } else {
      devices.deny(actor, userCode);
    }
    return frames.gate(
        request,
        actor,
        "page/device",
        Map.of("outcome", approved ? "The device is signed in" : "The device was refused"));
  }
}
