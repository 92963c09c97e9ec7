package io.tidegate.control.portal;

import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.ViewResolver;

/**
 * Finds the precompiled template of a view name. A page is rendered whole before its first byte is
 * sent, so that a fault in a template becomes an error page and not half of a page.
 */
final class TemplateViews implements ViewResolver, Ordered {
  private final TemplateEngine templates;

  TemplateViews(TemplateEngine templates) {
    this.templates = templates;
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 10;
  }

  @Override
  public @Nullable View resolveViewName(String viewName, Locale locale) {
    String template = viewName + ".jte";
    return templates.hasTemplate(template) ? new Page(template) : null;
  }

  /** Renders a fragment that is sent by other means than a response of its own. */
  String fragment(String name, Map<String, Object> parameters) {
    StringOutput output = new StringOutput();
    templates.render(name + ".jte", parameters, output);
    return output.toString();
  }

  private final class Page implements View {
    private final String template;

    private Page(String template) {
      this.template = template;
    }

    @Override
    public String getContentType() {
      return MediaType.TEXT_HTML_VALUE;
    }

    @Override
    public void render(
        @Nullable Map<String, ?> model, HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Map<String, Object> parameters = new LinkedHashMap<>();
      if (model != null) {
        parameters.putAll(model);
      }
      StringOutput output = new StringOutput();
      templates.render(template, parameters, output);
      byte[] body = output.toString().getBytes(StandardCharsets.UTF_8);
      response.setContentType("text/html;charset=UTF-8");
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
    }
  }
}
