/*!
 * form-to-lead: shows a form of yours on any page, or improves the one that stands there.
 *
 *   <script src="https://API/embed.js" data-form="contact" defer></script>
 *
 * No dependencies, no eval, no markup from strings, no inline styles: it runs under a strict Content-Security-Policy.
 * Nothing that a visitor types leaves this page but to the API; events and storage hold no answers.
 */
(() => {
  "use strict";

  const script = document.currentScript;
  const base = new URL(".", script.src).href;
  const CAMPAIGN = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id"];
  const WAITS = [1, 2, 4, 8, 15]; // seconds before each new try; the API counts a repeat with the same key once
  const PATIENCE = 35e3; // milliseconds; API Gateway itself gives up after 29 s

  const TEXTS = {
    nl: {
      sending: "Bezig met versturen…",
      again: "Er is geen verbinding. We proberen het zo opnieuw; u hoeft niets te doen.",
      offline: "U bent offline. We versturen uw bericht zodra er weer verbinding is.",
      failed: "Het versturen lukt niet. Wat u invulde staat er nog: probeer het straks opnieuw.",
      refused: "De website stuurde iets dat wij niet kunnen lezen. Laat het de beheerder van de website weten.",
      used: "Uw vorige antwoorden hebben we al ontvangen. Verstuur nog eens als deze er ook bij moeten.",
      check: "Controleer wat u invulde",
      error: "Fout: ",
      thanks: "Bedankt, we hebben uw bericht ontvangen.",
      receipt: "Uw ontvangstnummer: ",
      noForm: "Het formulier kan nu niet worden getoond. Laad de pagina opnieuw.",
    },
    en: {
      sending: "Sending…",
      again: "There is no connection. We will try again in a moment; you need not do anything.",
      offline: "You are offline. We will send your message as soon as there is a connection.",
      failed: "Sending does not work. What you filled in is still here: please try again later.",
      refused: "The website sent something that we can't read. Please tell the website's owner.",
      used: "Your earlier answers have reached us already. Send the form again if these should be sent too.",
      check: "Please check what you filled in",
      error: "Error: ",
      thanks: "Thank you, we have received your message.",
      receipt: "Your receipt number: ",
      noForm: "The form can't be shown now. Please load the page again.",
    },
  };

  // In a layer, so that any rule of the website wins. The variables are the website's to set, on :root or the form.
  const STYLE = `@layer form-to-lead {
    .ftl { --_accent: var(--ftl-accent, #0b5cad); --_wrong: var(--ftl-wrong, #b3120f); max-width: var(--ftl-width, 40rem);
      font: var(--ftl-font, inherit); color: var(--ftl-ink, inherit); overflow-wrap: break-word; }
    .ftl *, .ftl { box-sizing: border-box; }
    .ftl-field { margin: 0 0 1.25rem; padding: 0; border: 0; min-inline-size: 0; }
    .ftl-field > label, .ftl legend { display: block; margin: 0 0 .3rem; padding: 0; font-weight: 600; }
    .ftl-hint, .ftl-note { margin: 0 0 .3rem; color: var(--ftl-soft, inherit); }
    .ftl-note { margin: 0 0 1.25rem; }
    .ftl input, .ftl select, .ftl textarea { display: block; inline-size: 100%; min-block-size: 2.75rem; padding: .55rem .7rem;
      font: inherit; color: inherit; background: var(--ftl-field, transparent);
      border: 1px solid var(--ftl-line, #767f89); border-radius: var(--ftl-radius, .4rem); }
    .ftl textarea { min-block-size: 8rem; resize: vertical; }
    .ftl-tick { display: flex; gap: .4rem; }
    .ftl-tick input { flex: none; inline-size: 1.5rem; min-block-size: 1.5rem; margin: .625rem .25rem; accent-color: var(--_accent); }
    .ftl-tick label { flex: 1; padding-block: .6rem; line-height: 1.5; }
    .ftl button { min-block-size: 3rem; padding: .6rem 1.6rem; font: inherit; font-weight: 600; cursor: pointer;
      color: var(--ftl-on-accent, #fff); background: var(--_accent); border: 2px solid transparent;
      border-radius: var(--ftl-radius, .4rem); }
    .ftl button[aria-disabled=true] { cursor: progress; filter: grayscale(.6); }
    .ftl :focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
    .ftl [aria-invalid=true] { border: 2px solid var(--_wrong); }
    .ftl-error { margin: .3rem 0; color: var(--ftl-wrong, #b3120f); font-weight: 600; }
    .ftl-summary { margin: 0 0 1.25rem; padding: 1rem 1.25rem; border: 2px solid var(--ftl-wrong, #b3120f); }
    .ftl-summary a { display: inline-block; vertical-align: top; padding-block: .35rem; color: inherit; }
    .ftl-summary li { line-height: 2.1; }
    .ftl-summary a { line-height: 1.4; }
    .ftl-summary p { margin: 0 0 .3rem; font-weight: 600; }
    .ftl-summary ul { margin: 0; padding-inline-start: 1.1rem; }
    .ftl-status:empty { display: none; }
    .ftl-status { margin: 1rem 0 0; }
  }`;

  const CAPTCHAS = {
    turnstile: ["turnstile", ".cf-turnstile"], hcaptcha: ["hcaptcha", ".h-captcha"],
    recaptcha_v2: ["grecaptcha", ".g-recaptcha"], recaptcha_v3: ["grecaptcha"],
  }; // the object that the provider's script makes, and where a website's own widget stands
  const PROVIDERS = /^https:\/\/(challenges\.cloudflare|js\.hcaptcha|www\.google)\.com\//;

  // Of a form, only members with a capital: a question may be called `append`.

  /** One element; `class` and attributes by name, children as elements or plain text. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value || value === 0) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child));
    return element;
  }

  // --- storage: for this tab only, and forgotten with it -----------------------------------------------------------

  const memory = new Map(); // where the browser forbids storage: then a reload forgets
  const store = {
    get(name) {
      try { return sessionStorage.getItem(name); } catch { return memory.get(name); }
    },
    set(name, value) {
      try { sessionStorage.setItem(name, value); } catch { memory.set(name, value); }
    },
    drop(name) {
      try { sessionStorage.removeItem(name); } catch { memory.delete(name); }
    },
  };

  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    // Plain http has no randomUUID; 128 random bits are as good.
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** The campaign that brought the visitor, kept while they look around before they fill in the form. */
  function campaign() {
    const name = "form-to-lead:campaign";
    const found = JSON.parse(store.get(name) || "{}");
    const here = new URLSearchParams(location.search);
    for (const each of CAMPAIGN) if (here.get(each)) found[each] = here.get(each).slice(0, 1000);
    if (!found.referrer && document.referrer && new URL(document.referrer).origin !== location.origin) {
      found.referrer = document.referrer.slice(0, 1000);
    }
    store.set(name, JSON.stringify(found));
    return found;
  }

  // --- one form ----------------------------------------------------------------------------------------------------

  function improve(form, id, options) {
    const texts = TEXTS[options.language] || TEXTS.en;
    const keyName = `form-to-lead:key:${base}${id}`;
    const status = make("p", { class: "ftl-status", role: "status" });
    let sending = false;

    form.noValidate = true; // the API tells all that is wrong at once; it is told beside the fields below
    form.insertBefore(status, null);
    hidden("submission_key", store.get(keyName) || newKey());
    keepKey();
    hidden("lang", options.language);
    hidden("page_url", location.origin + location.pathname); // no query: other tools put personal data there
    for (const [name, value] of Object.entries(campaign())) hidden(name, value);
    start();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!sending) send();
    });

    /** The input of that name, made if the page has none. What the page itself filled in stays, but for the key. */
    function hidden(name, value) {
      const there = form.querySelector(`[name="${name}"]`);
      if (!there) form.insertBefore(make("input", { type: "hidden", name, value }), null);
      else if (!there.value || name === "submission_key") there.value = value;
    }

    function keepKey() {
      store.set(keyName, form.querySelector("[name=submission_key]").value);
    }

    function renewKey() {
      hidden("submission_key", newKey());
      keepKey();
    }

    /** The signed moment that shows a person's pace. Without it, time says nothing about anybody. */
    async function start() {
      try {
        const answer = await fetch(`${base}forms/${id}/start`, { cache: "no-store" });
        if (answer.ok) hidden("form_started_at", (await answer.json()).form_started_at);
      } catch { /* offline: the form works without it */ }
    }

    /** For the website's analytics. Names of fields and codes only, never an answer. */
    function tell(what, detail) {
      form.dispatchEvent(new CustomEvent(`form-to-lead:${what}`, { bubbles: true, detail: { form: id, ...detail } }));
    }

    function busy(on) {
      sending = on;
      form.setAttribute("aria-busy", on);
      // Not `disabled`: that would take the keyboard's focus away.
      for (const button of form.querySelectorAll("button, [type=submit]")) button.setAttribute("aria-disabled", on);
    }

    async function send() {
      busy(true);
      clear();
      status.textContent = texts.sending;
      tell("submit");
      const body = new URLSearchParams(new FormData(form)); // of now: what changes while we retry is another message
      try {
        await answered(await tries(body));
      } catch {
        status.textContent = texts.failed;
        tell("error", { kind: "network" });
      }
      busy(false);
    }

    /** Tries until there is an answer that a repeat would not change. Throws when all tries failed. */
    async function tries(body) {
      for (let attempt = 0; ; attempt++) {
        if (options.captcha?.token) body.set("g-recaptcha-response", await options.captcha.token());
        const answer = await post(body);
        const isFinal = answer && answer.status !== 429 && answer.status < 500;
        if (isFinal || (answer && answer.status === 500)) return answer;
        if (!navigator.onLine) {
          status.textContent = texts.offline;
          await online();
          attempt = 0;
        } else if (attempt === WAITS.length) {
          throw new Error("no answer");
        } else {
          status.textContent = texts.again;
          await Promise.race([sleep(wait(attempt, answer)), online()]);
        }
        status.textContent = texts.sending;
      }
    }

    async function post(body) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), PATIENCE);
      try {
        // Urlencoded with a plain Accept needs no preflight: one request less for the visitor to wait for.
        return await fetch(`${base}forms/${id}`, {
          method: "POST", body, headers: { Accept: "application/json" }, signal: stop.signal, credentials: "omit",
        });
      } catch {
        return null;
      } finally {
        clearTimeout(timer);
      }
    }

    async function answered(answer) {
      const content = await answer.json().catch(() => ({}));
      if (answer.status === 202) return done(content.receipt);
      if (answer.status === 422) return showErrors(content.errors || []);
      if (answer.status === 409) renewKey(), resetCaptcha();
      status.textContent = answer.status === 409 ? texts.used : answer.status === 500 ? texts.failed : texts.refused;
      tell("error", { kind: "refused", code: content.code || "" });
    }

    function done(receipt) {
      store.drop(keyName); // the next message is a new one
      tell("success");
      if (/^https?:$/.test(options.thanks?.protocol)) return location.assign(options.thanks);
      const thanks = make("div", { class: "ftl ftl-thanks", role: "status", tabindex: "-1" },
        make("p", {}, texts.thanks), receipt && make("p", {}, texts.receipt, make("code", {}, receipt)));
      form.replaceWith(thanks);
      thanks.focus();
    }

    function showErrors(errors) {
      status.textContent = "";
      const links = errors.map((error) => {
        const field = fieldOf(error.field);
        if (!field) return make("li", {}, error.message);
        field.id ||= `ftl-${id}-${error.field}`;
        mark(field, error.message);
        return make("li", {}, make("a", { href: `#${field.id}` }, error.message));
      });
      const summary = make("div", { class: "ftl-summary", role: "alert", tabindex: "-1" },
        make("p", {}, texts.check), make("ul", {}, ...links));
      summary.addEventListener("click", (event) => {
        const field = event.target.hash && document.getElementById(event.target.hash.slice(1));
        if (field) { event.preventDefault(); field.focus(); } // the address stays as it was: single-page sites read it
      });
      form.insertBefore(summary, form.firstChild);
      summary.focus();
      tell("error", { kind: "fields", errors: errors.map(({ field, code }) => ({ field, code })) });
      resetCaptcha();
    }

    function fieldOf(name) {
      const field = form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
      const place = !field && name === "captcha" && form.querySelector(".ftl-captcha, .cf-turnstile, .h-captcha, .g-recaptcha");
      if (place) place.tabIndex = -1; // so that the summary leads there
      return field || place;
    }

    /** A token can be used once. The widget may be ours or the website's own. */
    async function resetCaptcha() {
      try {
        if (options.captcha) return await options.captcha.reset?.();
        for (const [name, place] of Object.values(CAPTCHAS)) {
          const theirs = place && form.querySelector(place);
          if (!theirs) continue;
          const which = { // of several on the page; Google counts them
            turnstile: theirs, hcaptcha: theirs.querySelector("iframe")?.dataset.hcaptchaWidgetId,
            grecaptcha: [...document.querySelectorAll(place)].indexOf(theirs),
          };
          window[name]?.reset(which[name]);
        }
      } catch (error) {
        console.error("form-to-lead: the captcha can't be reset:", error);
      }
    }

    function mark(field, message) {
      const error = make("p", { class: "ftl-error", id: `${field.id}-error` }, texts.error + message);
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${error.id}`.trim());
      // Beside the whole question: several boxes have a legend, one stands in its label or in a row of its own.
      const legend = form.querySelectorAll(`[name="${field.name}"]`).length > 1 && field.closest("fieldset")?.querySelector("legend");
      (legend || field.closest(".ftl-tick, label") || field).after(error);
    }

    function clear() {
      for (const error of form.querySelectorAll(".ftl-error, .ftl-summary")) error.remove();
      for (const field of form.querySelectorAll("[aria-invalid=true]")) {
        field.removeAttribute("aria-invalid");
        const others = (field.getAttribute("aria-describedby") || "").split(" ").filter((each) => each !== `${field.id}-error`);
        if (others[0]) field.setAttribute("aria-describedby", others.join(" "));
        else field.removeAttribute("aria-describedby");
      }
    }
  }

  function sleep(seconds) {
    return new Promise((wake) => setTimeout(wake, seconds * 1000));
  }

  function online() {
    return new Promise((wake) => window.addEventListener("online", wake, { once: true }));
  }

  /** Seconds: what the API asks for, else ours with some jitter, so that not all visitors come back at once. */
  function wait(attempt, answer) {
    const asked = Number(answer?.headers.get("Retry-After"));
    return asked > 0 ? Math.min(asked, 60) : WAITS[attempt] * (0.75 + Math.random() / 2);
  }

  // --- a form made from its definition -----------------------------------------------------------------------------

  function build(schema) {
    const about = schema["x-form-to-lead"];
    const required = new Set(schema.required);
    const questions = about.order.map((name) => question(name, schema.properties[name], about, required.has(name)));
    if (about.consent) {
      questions.push(tick(about, about.consent, schema.properties[about.consent].title, "yes", required.has(about.consent)));
    }
    const form = make("form", { class: "ftl", method: "post", action: `${base}forms/${about.form}`, lang: about.language },
      required.size && make("p", { class: "ftl-note" }, about.texts.required_note),
      ...questions, honeypot(about), about.captcha && captchaPlace(about), make("button", { type: "submit" }, about.texts.send));
    return form;
  }

  function question(name, property, about, required) {
    const { input, autocomplete } = about.controls[name];
    const id = `ftl-${about.form}-${name}`;
    if (input === "checkbox") return tick(about, name, property.title, "true", required, property.description);
    const hint = property.description && make("p", { class: "ftl-hint", id: `${id}-hint` }, property.description);
    const attributes = {
      id, name, required, autocomplete, maxlength: property.maxLength, "aria-describedby": hint && `${id}-hint`,
    };
    if (input === "checkboxes") {
      const boxes = property.items.oneOf.map((choice, at) => make("div", { class: "ftl-tick" },
        make("input", { type: "checkbox", name, value: choice.const, id: at ? `${id}-${at}` : id }),
        make("label", { for: at ? `${id}-${at}` : id }, choice.title)));
      return make("fieldset", { class: "ftl-field", "aria-describedby": hint && `${id}-hint` },
        make("legend", {}, property.title, star(required)), hint, ...boxes);
    }
    return make("div", { class: "ftl-field" },
      make("label", { for: id }, property.title, star(required)), hint, control(input, attributes, property, about));
  }

  function control(input, attributes, property, about) {
    if (input === "textarea") return make("textarea", { ...attributes, rows: 6 });
    if (input === "number") return make("input", { ...attributes, type: "text", inputmode: "numeric" });
    if (input === "decimal") return make("input", { ...attributes, type: "text", inputmode: input });
    if (input !== "select") return make("input", { ...attributes, type: input });
    const options = property.oneOf.map((choice) => make("option", { value: choice.const }, choice.title));
    const none = make("option", {}, about.texts.choose);
    none.value = "";
    return make("select", attributes, none, ...options);
  }

  function tick(about, name, title, value, required, description) {
    const id = `ftl-${about.form}-${name}`;
    const hint = description && make("p", { class: "ftl-hint", id: `${id}-hint` }, description);
    return make("div", { class: "ftl-field" }, hint, make("div", { class: "ftl-tick" },
      make("input", { type: "checkbox", id, name, value, required, "aria-describedby": hint && `${id}-hint` }),
      make("label", { for: id }, title, star(required))));
  }

  /** For the eye; everybody else hears the control's own `required`. */
  function star(required) {
    return required && make("span", { "aria-hidden": "true" }, " *");
  }

  function honeypot(about) {
    const id = `ftl-${about.form}-${about.honeypot}`;
    const away = make("div", { "aria-hidden": "true" }, make("label", { for: id }, about.texts.leave_empty),
      make("input", { id, name: about.honeypot, tabindex: "-1", autocomplete: "off" }));
    // By the object model, which no Content-Security-Policy forbids, and which needs no stylesheet to have loaded.
    Object.assign(away.style, { position: "absolute", insetInlineStart: "-100vw", inlineSize: "1px", blockSize: "1px", overflow: "hidden" });
    return away;
  }

  // --- captchas: the provider's script is loaded for forms that ask for one -------------------------------------------

  function captchaPlace({ form, captcha }) {
    return make("div", { class: "ftl-field" }, make("div", {
      class: "ftl-captcha", id: `ftl-${form}-captcha`, role: "group", "aria-label": captcha.label, tabindex: "-1",
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
      console.error("form-to-lead: the captcha can't be shown:", error);
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

  // --- the page ----------------------------------------------------------------------------------------------------

  function languageOf(element) {
    const said = element && Element.prototype.closest.call(element, "[lang]");
    const wanted = script.dataset.lang || said?.getAttribute("lang") || navigator.language || "en";
    return wanted.slice(0, 2).toLowerCase();
  }

  async function show(id) {
    const target = script.dataset.target ? document.querySelector(script.dataset.target) : make("div");
    if (!script.dataset.target) script.after(target);
    const language = languageOf(target);
    try {
      const answer = await fetch(`${base}forms/${id}/schema?lang=${language}`);
      if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
      const schema = await answer.json();
      const about = schema["x-form-to-lead"];
      const form = build(schema);
      target.replaceChildren(form);
      improve(form, id, { language: about.language, thanks: thanks(), captcha: startCaptcha(about, form) });
    } catch (error) {
      console.error(`form-to-lead: form "${id}" can't be shown:`, error);
      target.textContent = (TEXTS[language] || TEXTS.en).noForm;
    }
  }

  function thanks() {
    return script.dataset.thanks && new URL(script.dataset.thanks, location.href);
  }

  function run() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    for (const form of document.querySelectorAll("form[action]:not([data-ftl])")) {
      const action = new URL(form.getAttribute("action"), location.href).href;
      const id = action.startsWith(`${base}forms/`) && action.slice(base.length + 6).split(/[?#]/)[0];
      if (!id) continue;
      form.setAttribute("data-ftl", "on"); // two scripts on a page improve it once
      improve(form, id, { language: languageOf(form), thanks: thanks() });
    }
    if (script.dataset.form) show(script.dataset.form);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
