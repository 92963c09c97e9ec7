package io.tidegate.control.portal;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import java.time.Duration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorViewResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Wires the portal: its templates, its files, its headers, its error pages. */
@Configuration(proxyBeanMethods = false)
class PortalConfiguration implements WebMvcConfigurer {

  @Bean
  static TemplateEngine portalTemplates() {
    return TemplateEngine.createPrecompiled(ContentType.Html);
  }

  @Bean
  static TemplateViews portalViews(TemplateEngine portalTemplates) {
    return new TemplateViews(portalTemplates);
  }

  @Bean
  static Assets portalAssets() {
    return Assets.shipped();
  }

  @Bean
  static ErrorViewResolver portalErrors(Frames frames) {
    return new ErrorPages(frames);
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(new PageHeaders()).excludePathPatterns("/api/**", "/assets/**");
  }

  @Override
  public void addResourceHandlers(ResourceHandlerRegistry registry) {
    // Their addresses carry a hash of the content (Assets), so that a changed file has a new one.
    registry
        .addResourceHandler("/assets/**")
        .addResourceLocations("classpath:/static/assets/")
        .setCacheControl(CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable());
  }
}
