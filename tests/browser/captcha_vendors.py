"""The four captchas as a browser meets them: scripts, frames, styles and calls under the documented addresses, played
by small ones of ours that do what the vendors document. What they load is what their CSP pages ask to be let through.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page, Route

from tests.fakes.captcha_provider import GOOD

_HCAPTCHA: Final = "https://hcaptcha.com https://*.hcaptcha.com"
_GOOGLE: Final = {
    "script-src": "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/",
    "frame-src": "https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/",
}
DOCUMENTED: Final[Mapping[str, Mapping[str, str]]] = {
    "turnstile": dict.fromkeys(("script-src", "frame-src"), "https://challenges.cloudflare.com"),
    "hcaptcha": dict.fromkeys(("script-src", "frame-src", "style-src", "connect-src"), _HCAPTCHA),
    "recaptcha_v2": _GOOGLE,
    "recaptcha_v3": _GOOGLE,
}
"""What each vendor's page about Content-Security-Policy says that a website has to let through, by directive."""
HUMAN: Final = "I am human"
ROBOT: Final = "I am a robot"
REFUSED: Final = "a-token-of-a-robot"

_WIDGETS: Final = """
const widgets = [];
addEventListener("message", ({ source, data }) => {
  const widget = widgets.find(({ frame }) => frame.contentWindow === source);
  for (const each of widget?.fields || []) each.value = data;
  if (widget) widget.callback?.(data);
});
function show(place, options, address, title, fields) {
  if (typeof place === "string") place = document.querySelector(place);
  if (place.childElementCount) throw new Error("the container must be empty");
  const { sitekey, action = "", callback } = options;
  if (!sitekey) throw new Error("no sitekey");
  const frame = document.createElement("iframe");
  frame.src = `${address}?${new URLSearchParams({ k: sitekey, action })}`;
  Object.assign(frame, { title, width: 302, height: 76 });
  frame.style.border = "0";
  place.append(frame, ...fields);
  return widgets.push({ frame, fields, callback, place, address: frame.src }) - 1;
}
function field(tag, name, id) {
  const made = document.createElement(tag);
  Object.assign(made, { name, id });
  if (tag === "input") made.type = "hidden"; else made.style.display = "none";
  return made;
}
function forget(widget) {
  for (const each of widget.fields) each.value = "";
  widget.frame.dataset.resets = Number(widget.frame.dataset.resets || 0) + 1;
}
function whenRead(found) {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", found); else found();
}
"""
# turnstile.reset takes a widget's id or its container.
_TURNSTILE: Final = """
const options = new URL(document.currentScript.src).searchParams;
window.turnstile = {
  ready: () => { throw new Error("remove async and defer from the script before using ready"); },
  render: (place, given) => {
    if (given.action && !/^[A-Za-z0-9_-]{1,32}$/.test(given.action)) throw new Error("invalid action");
    return `cf-${show(place, given, "https://challenges.cloudflare.com/cdn-cgi/challenge-platform/widget", "Widget",
      [field("input", "cf-turnstile-response", `cf-${widgets.length}_response`)])}`;
  },
  reset: (which = "cf-0") => {
    forget(widgets.find(({ place }, at) => which === `cf-${at}` || which === place));
  },
};
if (options.get("render") !== "explicit") whenRead(() => {
  for (const place of document.querySelectorAll(".cf-turnstile")) turnstile.render(place, { ...place.dataset });
});
"""
_HCAPTCHA_SCRIPT: Final = """
const options = new URL(document.currentScript.src).searchParams;
const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = "https://newassets.hcaptcha.com/captcha/v1/style.css";
document.head.append(sheet);
window.hcaptcha = {
  render: (place, given) => {
    fetch(`https://api.hcaptcha.com/checksiteconfig?sitekey=${given.sitekey}`);
    const id = widgets.length ? `-${widgets.length}` : "";
    const at = show(place, given, "https://newassets.hcaptcha.com/captcha/v1/hcaptcha.html", "hCaptcha", [
      field("textarea", "g-recaptcha-response", `g-recaptcha-response${id}`),
      field("textarea", "h-captcha-response", `h-captcha-response${id}`),
    ]);
    widgets[at].frame.dataset.hcaptchaWidgetId = `h${at}`;
    return `h${at}`;
  },
  reset: (which = "h0") => forget(widgets.find((_, at) => which === `h${at}`)),
};
if (options.get("render") !== "explicit") whenRead(() => {
  for (const place of document.querySelectorAll(".h-captcha")) hcaptcha.render(place, { ...place.dataset });
});
"""
# Google's first script only fetches the second. Until that one is ready, `ready` is all that there is to call; a site
# key in `render` may be executed from then on, and no sooner.
_GOOGLE_FIRST: Final = """
const api = window.grecaptcha = window.grecaptcha || {};
api.waiting = [];
api.ready = (callback) => { if (api.isReady) callback(); else api.waiting.push(callback); };
const rules = { createScriptURL: (url) => url };
const second = document.createElement("script");
second.src = (window.trustedTypes?.createPolicy("goog#html", rules) || rules).createScriptURL(
  `https://www.gstatic.com/recaptcha/releases/x/recaptcha.js${new URL(document.currentScript.src).search}`);
document.head.append(second);
"""
_GOOGLE_SECOND: Final = """
const render = new URL(document.currentScript.src).searchParams.get("render") || "onload";
Object.assign(grecaptcha, {
  render: (place, given) => {
    if (!grecaptcha.isReady) throw new Error("not ready");
    const id = widgets.length ? `-${widgets.length}` : "";
    const textarea = field("textarea", "g-recaptcha-response", `g-recaptcha-response${id}`);
    return show(place, given, "https://www.google.com/recaptcha/api2/anchor", "reCAPTCHA", [textarea]);
  },
  reset: (at = 0) => forget(widgets[at]),
  execute: (sitekey, { action = "" } = {}) => {
    if (!grecaptcha.isReady || render !== sitekey) throw new Error("Invalid site key or not loaded in api.js");
    if (!/^[A-Za-z0-9_/]*$/.test(action)) return Promise.reject(new Error("Invalid action name"));
    return Promise.resolve(["GOOD", sitekey, action, Math.random()].join("|"));
  },
});
whenRead(() => setTimeout(() => {
  grecaptcha.isReady = true;
  if (render === "onload") {
    for (const place of document.querySelectorAll(".g-recaptcha")) grecaptcha.render(place, { ...place.dataset });
  } else if (render !== "explicit") {
    const badge = document.createElement("div");
    badge.className = "grecaptcha-badge";
    document.body.append(badge);
    show(badge, { sitekey: render }, "https://www.google.com/recaptcha/api2/anchor", "reCAPTCHA", []);
  }
  for (const callback of grecaptcha.waiting) callback();
}, 300));
""".replace("GOOD", GOOD)
_FRAME: Final = f"""<!doctype html><html lang="en"><title>Widget</title><main>
<button id="human">{HUMAN}</button> <button id="robot">{ROBOT}</button></main><script>
const asked = new URLSearchParams(location.search);
human.onclick = () => parent.postMessage(
  ["{GOOD}", asked.get("k"), asked.get("action"), Math.random()].join("|"), "*");
robot.onclick = () => parent.postMessage("{REFUSED}", "*");
</script></html>"""

_ANSWERS: Final = {
    r"https://challenges\.cloudflare\.com/turnstile/v0/api\.js": ("text/javascript", _WIDGETS + _TURNSTILE),
    r"https://challenges\.cloudflare\.com/cdn-cgi/challenge-platform/widget": ("text/html", _FRAME),
    r"https://js\.hcaptcha\.com/1/api\.js": ("text/javascript", _WIDGETS + _HCAPTCHA_SCRIPT),
    r"https://newassets\.hcaptcha\.com/captcha/v1/hcaptcha\.html": ("text/html", _FRAME),
    r"https://newassets\.hcaptcha\.com/captcha/v1/style\.css": ("text/css", "iframe { display: block; }"),
    r"https://api\.hcaptcha\.com/checksiteconfig": ("application/json", "{}"),
    r"https://www\.google\.com/recaptcha/api\.js": ("text/javascript", _GOOGLE_FIRST),
    r"https://www\.gstatic\.com/recaptcha/releases/x/recaptcha\.js": ("text/javascript", _WIDGETS + _GOOGLE_SECOND),
    r"https://www\.google\.com/recaptcha/api2/anchor": ("text/html", _FRAME),
}


@dataclass
class Vendors:
    """`loaded` holds the addresses that were let through; while `is_blocked`, as by an ad blocker, none is."""

    loaded: list[str] = field(default_factory=list)
    is_blocked: bool = False

    def play(self, page: Page) -> None:
        page.route(re.compile("^https://"), self._answer)

    def _answer(self, route: Route) -> None:
        address = route.request.url.partition("?")[0]
        found = next((said for pattern, said in _ANSWERS.items() if re.fullmatch(pattern, address)), None)
        assert found, f"nobody documents {address}"
        if self.is_blocked:
            route.abort()
            return
        self.loaded.append(route.request.url)
        content_type, body = found
        if content_type == "text/javascript":
            body = "{" + body + "}"  # names of their own
        route.fulfill(content_type=content_type, body=body, headers={"Access-Control-Allow-Origin": "*"})

    def query(self, address: str) -> dict[str, str]:
        """Of the only load of what begins so."""
        [found] = [each for each in self.loaded if each.startswith(address)]
        return dict(parse_qsl(urlsplit(found).query))
