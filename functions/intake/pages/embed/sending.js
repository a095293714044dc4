const WAITS = [1, 2, 4, 8, 15]; // seconds before each new try; the API counts a repeat with the same key once
const PATIENCE = 35e3; // milliseconds; API Gateway itself gives up after 29 s

// Of a form, only members with a capital: a question may be called `append`.

/** `options.seat` tells this form from others of its id on the page. */
function improve(form, id, options) {
  improved.add(form);
  const texts = TEXTS[options.language] || TEXTS.en;
  const keyName = `form-to-lead:key:${base}${options.seat}`;
  const status = make("p", { class: "ftl-status", role: "status" });
  let sending = false;

  form.noValidate = true; // the API tells all that is wrong at once; it is told beside the fields below
  form.insertBefore(status, null);
  hidden("submission_key", store.get(keyName) || newKey());
  keepKey();
  hidden("lang", options.language);
  hidden("page_url", location.origin + location.pathname); // no query: other tools put personal data there
  for (const name of [...CAMPAIGN, "referrer"]) if (came[name]) hidden(name, came[name]);
  start();
  form.addEventListener("submit", (event) => {
    const root = form.getRootNode();
    // Added on the way, so that it runs last: what the website's own scripts stop is not sent.
    (root.defaultView || root).addEventListener("submit", (last) => {
      if (last !== event || event.defaultPrevented) return;
      event.preventDefault();
      if (!sending) send(event.submitter);
    }, { once: true });
  }, true);
  form.addEventListener("reset", (event) => {
    if (!sending && !event.defaultPrevented) clear();
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

  async function send(button) {
    clear();
    const entries = [...new FormData(form, button)]; // of now: what changes while we retry is another message
    if (entries.some(([, value]) => value.name)) return refused(texts.files, "files_not_taken");
    const body = new URLSearchParams(entries.filter(([, value]) => typeof value === "string"));
    busy(true);
    status.textContent = texts.sending;
    tell("submit");
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
    refused({ 409: texts.used, 500: texts.failed }[answer.status] || texts.refused, content.code || "");
  }

  function refused(text, code) {
    status.textContent = text;
    tell("error", { kind: "refused", code });
  }

  function done(receipt) {
    store.drop(keyName); // the next message is a new one
    tell("success");
    if (options.thanks) return location.assign(options.thanks);
    const thanks = make("div", { class: "ftl ftl-thanks", role: "status", tabindex: "-1" },
      make("p", {}, texts.thanks), receipt && make("p", {}, texts.receipt, make("code", {}, receipt)));
    form.replaceWith(thanks);
    thanks.focus();
  }

  function showErrors(errors) {
    clear();
    const links = errors.map((error) => {
      const field = fieldOf(error.field);
      if (!field) return make("li", {}, error.message);
      field.id ||= `ftl-${options.seat}-${error.field}`;
      mark(field, error.message);
      const link = make("a", { href: `#${field.id}` }, error.message);
      link.addEventListener("click", (event) => {
        event.preventDefault(); // the address stays as it was: single-page sites read it
        field.focus();
      });
      return make("li", {}, link);
    });
    const summary = make("div", { class: "ftl-summary", role: "alert", tabindex: "-1" },
      make("p", {}, texts.check), make("ul", {}, ...links));
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
      complain("the captcha can't be reset", error);
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
    status.textContent = "";
    for (const error of form.querySelectorAll(".ftl-error, .ftl-summary")) error.remove();
    for (const field of form.querySelectorAll("[aria-invalid=true]")) {
      field.removeAttribute("aria-invalid");
      const others = (field.getAttribute("aria-describedby") || "").split(" ").filter((each) => each !== `${field.id}-error`);
      if (others[0]) field.setAttribute("aria-describedby", others.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  }
}

function online() {
  return new Promise((wake) => window.addEventListener("online", wake, { once: true }));
}

/** Seconds: what the API asks for, else ours with some jitter, so that not all visitors come back at once. */
function wait(attempt, answer) {
  const asked = Number(answer?.headers.get("Retry-After"));
  return asked > 0 ? Math.min(asked, 60) : WAITS[attempt] * (0.75 + Math.random() / 2);
}
