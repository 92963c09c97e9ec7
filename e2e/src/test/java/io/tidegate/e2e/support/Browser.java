package io.tidegate.e2e.support;

import io.tidegate.testkit.target.TargetReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * One person at a real Chromium, with a profile of their own: finds things by what stands on the
 * page, and waits for what the page does by itself.
 */
public final class Browser implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ChromeDriver driver;
  private final Path profile;
  private final String portal;

  private Browser(ChromeDriver driver, Path profile, String portal) {
    this.driver = driver;
    this.profile = profile;
    this.portal = portal;
  }

  /** Opens a window on the portal's first page. */
  public static Browser open(String portal) throws IOException {
    Path profile = Files.createTempDirectory("tidegate-browser-");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program("chromium"));
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1280,900",
        "--user-data-dir=" + profile);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(Path.of(program("chromedriver")).toFile())
            .usingAnyFreePort()
            .build();
    Browser browser = new Browser(new ChromeDriver(service, options), profile, portal);
    TargetReport.shared()
        .ran(
            TargetReport.Target.BROWSER,
            "Chromium " + browser.driver.getCapabilities().getBrowserVersion());
    browser.go("/");
    return browser;
  }

  private static String program(String name) throws IOException {
    for (String folder : List.of("/usr/bin", "/usr/local/bin", "/snap/bin")) {
      Path path = Path.of(folder, name);
      if (Files.isExecutable(path)) {
        return path.toString();
      }
    }
    throw new IOException(
        name + " is not installed; apt-get install chromium chromium-driver, and run this again");
  }

  public void go(String path) {
    driver.get(portal + path);
  }

  /** Signs in on the page that asks for it. */
  public Browser signIn(Person person) {
    type("username", person.name());
    type("password", person.password());
    press("Sign in");
    awaitText("Sign out");
    return this;
  }

  /** Types into the field with this id, in place of what stands there. */
  public void type(String id, String text) {
    WebElement field = await(By.id(id));
    field.clear();
    field.sendKeys(text);
  }

  /** Presses a key as a person does who is in no field. */
  public void key(String key) {
    driver.findElement(By.tagName("body")).sendKeys(key);
  }

  /** Presses the visible button or link that begins with these words. */
  public void press(String words) {
    click(
        By.xpath("//*[self::button or self::a][starts-with(normalize-space(.), '" + words + "')]"));
  }

  /** Clicks the first visible element. */
  public void click(By which) {
    await(which).click();
  }

  private WebElement await(By which) {
    new WebDriverWait(driver, LIMIT)
        .ignoring(StaleElementReferenceException.class)
        .withMessage(() -> which + " does not show on " + driver.getCurrentUrl() + ":\n" + text())
        .until(window -> usable(which).findFirst().isPresent());
    return usable(which).findFirst().orElseThrow();
  }

  private Stream<WebElement> usable(By which) {
    return driver.findElements(which).stream()
        .filter(element -> element.isDisplayed() && element.isEnabled());
  }

  /** Waits until these words stand on the page, also when the page brings them by itself. */
  public void awaitText(String words) {
    new WebDriverWait(driver, LIMIT)
        .ignoring(StaleElementReferenceException.class)
        .withMessage(() -> "'" + words + "' is not on " + driver.getCurrentUrl() + ":\n" + text())
        .until(window -> text().contains(words));
  }

  /** All that can be read on the page. */
  public String text() {
    // In one step: between finding the body and reading it, the page may have become another.
    Object text =
        ((JavascriptExecutor) driver)
            .executeScript("return document.body ? document.body.innerText : '';");
    return String.valueOf(text);
  }

  public String path() {
    return driver.getCurrentUrl().substring(portal.length());
  }

  /** What the browser itself complained about: broken scripts, refused styles, missing files. */
  public List<String> complaints() {
    return driver.manage().logs().get("browser").getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= java.util.logging.Level.SEVERE.intValue())
        .map(entry -> entry.getMessage())
        .toList();
  }

  /** Whether the page is wider than the window, so that a phone would scroll sideways. */
  public boolean overflows() {
    Object wider =
        ((JavascriptExecutor) driver)
            .executeScript("return document.documentElement.scrollWidth > window.innerWidth + 1;");
    return Boolean.TRUE.equals(wider);
  }

  public void resize(int width, int height) {
    driver.manage().window().setSize(new org.openqa.selenium.Dimension(width, height));
  }

  @Override
  public void close() {
    driver.quit();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
