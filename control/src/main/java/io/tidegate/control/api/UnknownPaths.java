package io.tidegate.control.api;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Paths below /api that nothing answers: a problem, not a page. */
@RestController
class UnknownPaths {
  @RequestMapping("/api/**")
  void unknown(HttpServletRequest request) {
    throw new Refused(
        ErrorCode.NOT_FOUND,
        "There is nothing at this path for " + request.getMethod() + ".",
        "See /api/v1/openapi.json.");
  }
}
