//! Chromium of Debian, driven over `WebDriver` (<https://www.w3.org/TR/webdriver2/>): the few commands that the tests need.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pstral_pypackages::skip;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// The key under which an element is named.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The time for which something in a page is waited for, beside other tests.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running driver, which ends with this value.
pub(super) struct Driver {
    url: String,
    running: Child,
}

/// A window of a browser with cookies of its own.
pub(super) struct Browser {
    client: Client,
    session: String,
}

impl Driver {
    /// Starts the driver; `None` if it or the browser is not installed, which is printed.
    ///
    /// # Panics
    /// Panics if it does not start, or cannot be had and `PSTRAL_TEST_REQUIRE=all`.
    pub(super) fn start() -> Option<Self> {
        for program in ["/usr/bin/chromium", "/usr/bin/chromedriver"] {
            if !Path::new(program).exists() {
                skip("Chromium", &format!("{program} is not there (Debian's packages chromium and chromium-driver)"));
                return None;
            }
        }
        let mut command = Command::new("/usr/bin/chromedriver");
        let mut running = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(running.stdout.take().unwrap()).lines();
        let mut ports = lines.map_while(Result::ok).filter_map(|line| {
            line.rsplit_once("started successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned())
        });
        let port = ports.next().expect("the driver does not start");
        Some(Self { url: format!("http://127.0.0.1:{port}"), running })
    }

    /// Opens a browser of its own, of so many pixels, that speaks a language and looks for nothing on the network but this
    /// machine.
    pub(super) async fn browser(&self, (width, height): (u32, u32), language: &str) -> Browser {
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--window-size={width},{height}"),
            format!("--lang={language}"),
        ];
        let options = json!({
            "args": arguments, "binary": "/usr/bin/chromium",
            "prefs": { "intl.accept_languages": language, "credentials_enable_service": false },
        });
        let wanted = json!({
            "browserName": "chrome", "goog:chromeOptions": options,
            // Half a minute, the default, is short beside other tests.
            "timeouts": { "script": 300_000 },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let client = Client::new();
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let made = send(&client, Method::POST, &format!("{}/session", self.url), Some(body)).await;
        let session = format!("{}/session/{}", self.url, made["sessionId"].as_str().unwrap());
        Browser { client, session }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver that is killed leaves its browsers running; one that is asked to end takes them along.
        let address = self.url.trim_start_matches("http://");
        if let Ok(mut to) = TcpStream::connect(address) {
            let asked = write!(to, "GET /shutdown HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            let _ = asked.and_then(|()| to.set_read_timeout(Some(Duration::from_secs(10))));
            let _ = to.read_to_end(&mut Vec::new());
        }
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

impl Browser {
    /// Opens an address.
    pub(super) async fn open(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    /// Returns once an address that ends so is shown: the driver does not wait for what a form leads to.
    pub(super) async fn arrives(&self, end: &str) {
        let end = json!(end);
        self.until(&format!("location.href.endsWith({end}) && document.readyState === 'complete'")).await;
    }

    /// Returns once an expression is true in the page.
    ///
    /// # Panics
    /// Panics where it does not become true.
    pub(super) async fn until(&self, expression: &str) {
        let begun = Instant::now();
        while self.run(&format!("return {expression}")).await != true {
            let shown = "return location.href + '\\n' + document.body.innerText";
            assert!(begun.elapsed() < PATIENCE, "never {expression}: {}", self.run(shown).await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The text that a person sees.
    pub(super) async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Goes back in the history.
    pub(super) async fn back(&self) {
        self.post("back", json!({})).await;
    }

    /// Opens the page that is shown once more.
    pub(super) async fn reload(&self) {
        self.post("refresh", json!({})).await;
    }

    /// Types into a field.
    pub(super) async fn write(&self, selector: &str, text: &str) {
        let field = self.element(selector).await;
        self.post(&format!("element/{field}/value"), json!({ "text": text })).await;
    }

    /// Presses a button or a link.
    pub(super) async fn click(&self, selector: &str) {
        let button = self.element(selector).await;
        self.post(&format!("element/{button}/click"), json!({})).await;
    }

    /// Answers the question that is shown with yes.
    pub(super) async fn accept(&self) {
        self.post("alert/accept", json!({})).await;
    }

    /// Runs a script in the page, and returns its value.
    pub(super) async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Runs a script that calls its last argument when it is done.
    pub(super) async fn run_until_done(&self, script: &str) -> Value {
        self.post("execute/async", json!({ "script": script, "args": [] })).await
    }

    /// Shows the page as on a screen of this size and with these colours of the system.
    pub(super) async fn screen(&self, (width, height): (u32, u32), is_dark: bool) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// The whole page as the bytes of a PNG, in base64.
    pub(super) async fn picture(&self, is_whole: bool) -> String {
        let asked = json!({ "format": "png", "captureBeyondViewport": is_whole });
        self.devtools("Page.captureScreenshot", asked).await["data"].as_str().unwrap().to_owned()
    }

    /// A command of the browser's own protocol.
    pub(super) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// What was written to a log since it was asked for last: `browser` or `performance`.
    pub(super) async fn log(&self, name: &str) -> Vec<Value> {
        self.post("se/log", json!({ "type": name })).await.as_array().cloned().unwrap_or_default()
    }

    /// Ends the browser.
    pub(super) async fn close(self) {
        self.ask(Method::DELETE, "", None).await;
    }

    async fn element(&self, selector: &str) -> String {
        let found = self.post("element", json!({ "using": "css selector", "value": selector })).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    async fn post(&self, command: &str, body: Value) -> Value {
        self.ask(Method::POST, command, Some(body)).await
    }

    async fn ask(&self, method: Method, command: &str, body: Option<Value>) -> Value {
        let url = format!("{}/{command}", self.session);
        send(&self.client, method, url.trim_end_matches('/'), body).await
    }
}

async fn send(client: &Client, method: Method, url: &str, body: Option<Value>) -> Value {
    let request = client.request(method, url).header("content-type", "application/json");
    let request = body.iter().fold(request, |request, body| request.body(body.to_string()));
    let response = request.send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert!(status.is_success(), "{url}: {text}");
    serde_json::from_str::<Value>(&text).unwrap()["value"].take()
}
