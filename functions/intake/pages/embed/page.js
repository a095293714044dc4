function languageOf(element) {
  const said = Element.prototype.closest.call(element, "[lang]");
  const wanted = script.dataset.lang || said?.getAttribute("lang") || navigator.language || "en";
  return wanted.slice(0, 2).toLowerCase();
}

async function show(id) {
  const target = place(script.dataset.target);
  const language = languageOf(target);
  const own = seat(id, target);
  try {
    const answer = await fetch(`${base}forms/${id}/schema?lang=${language}`);
    if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
    const schema = await answer.json();
    const about = schema["x-form-to-lead"];
    const form = build(schema, `ftl-${own}`);
    target.replaceChildren(form);
    improve(form, id, { seat: own, language: about.language, thanks, captcha: startCaptcha(about, form) });
  } catch (error) {
    complain(`form "${id}" can't be shown`, error);
    target.textContent = (TEXTS[language] || TEXTS.en).noForm;
  }
}

/** Where `data-target` says; where the script stands if it says nothing, or nothing that is there. */
function place(selector) {
  try {
    if (selector) return document.querySelector(selector) || complain("data-target finds nothing", selector) || here();
  } catch (error) {
    complain("data-target is no CSS selector", error);
  }
  return here();
}

function here() {
  const target = make("div");
  script.after(target);
  return target;
}

/** The address of `data-thanks`; without a good one, the thank-you takes the form's place. */
function thanksPage() {
  const asked = script.dataset.thanks;
  try {
    const page = asked && new URL(asked, location.href);
    if (!page || /^https?:$/.test(page.protocol)) return page;
    complain("data-thanks is no web page", asked);
  } catch (error) {
    complain("data-thanks is no address", error);
  }
}

/** The forms of an element, of a shadow root or of the whole page that post to this API. */
function improveAll(root) {
  for (const form of root instanceof HTMLFormElement ? [root] : root.querySelectorAll("form[action]")) {
    try {
      const action = new URL(form.getAttribute("action"), location.href).href;
      const id = action.startsWith(`${base}forms/`) && action.slice(base.length + 6).split(/[/?#]/)[0];
      if (id && !improved.has(form)) {
        improve(form, id, { seat: seat(id, form), language: languageOf(form), thanks });
      }
    } catch (error) {
      complain("a form on this page is left as it is", error);
    }
  }
}

const came = campaign();
const thanks = thanksPage();

function run() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOKS);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  improveAll(document);
  // For forms that came later; all our scripts on the page hear it.
  document.addEventListener("form-to-lead:improve", (event) => improveAll(event.composedPath()[0]));
  if (script.dataset.form) show(script.dataset.form);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
else run();
