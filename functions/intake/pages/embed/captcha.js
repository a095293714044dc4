// The provider's script is loaded for forms that ask for one.

const CAPTCHAS = {
  turnstile: ["turnstile", ".cf-turnstile"], hcaptcha: ["hcaptcha", ".h-captcha"],
  recaptcha_v2: ["grecaptcha", ".g-recaptcha"], recaptcha_v3: ["grecaptcha"],
}; // the object that the provider's script makes, and where a website's own widget stands
const PROVIDERS = /^https:\/\/(challenges\.cloudflare|js\.hcaptcha|www\.google)\.com\//;

function captchaPlace(captcha, prefix) {
  return make("div", { class: "ftl-field" }, make("div", {
    class: "ftl-captcha", id: `${prefix}-captcha`, role: "group", "aria-label": captcha.label, tabindex: "-1",
  }, make("div")));
}

/** `reset` asks for another token; where nothing is shown, `token` gives one ("" when the provider does not). */
function startCaptcha({ captcha, language }, form) {
  if (!captcha) return;
  const { provider, site_key: sitekey, script: address, action } = captcha;
  const place = form.querySelector(".ftl-captcha > div");
  const isSeen = provider !== "recaptcha_v3";
  const api = loaded(address, CAPTCHAS[provider][0], isSeen ? "render" : "execute");
  const widget = api.then((theirs) => isSeen && theirs.render(place, { sitekey, action, language }));
  widget.catch((error) => {
    complain("the captcha can't be shown", error);
    if (isSeen) place.textContent = TEXTS[language].noForm;
  });
  if (isSeen) return { reset: async () => (await api).reset(await widget) };
  const asked = async () => (await api).execute(sitekey, { action });
  return { token: async () => await Promise.race([asked().catch(() => ""), sleep(5)]) || "" };
}

async function loaded(address, name, method) {
  const isThere = [...document.scripts].some(({ src }) => src.split("?")[0] === address.split("?")[0]);
  if (!isThere) {
    const rules = { createScriptURL: (url) => PROVIDERS.test(url) ? url : "" };
    const element = make("script", { async: true });
    element.src = (window.trustedTypes?.createPolicy("form-to-lead", rules) || rules).createScriptURL(address);
    document.head.append(element);
  }
  for (let tries = 0; !window[name]?.[method]; tries++) {
    if (tries === 300) throw new Error(`${address} did not load`);
    await sleep(0.1);
  }
  if (name === "grecaptcha") await new Promise((wake) => grecaptcha.ready(wake));
  return window[name];
}
