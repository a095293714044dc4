// Asks Google for a token when the form is sent: it is valid for two minutes, so not before.
const place = document.querySelector("[data-captcha=recaptcha_v3]");
const form = place.closest("form");
const token = document.createElement("input");
const PATIENCE = 5000; // milliseconds; then it is sent without a token, and an operator looks at it
let waiting = false;
token.type = "hidden";
token.name = "g-recaptcha-response";
place.after(token); // not form.append: a question may be called so

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (waiting) return;
  waiting = true;
  const late = new Promise((wake) => setTimeout(wake, PATIENCE, ""));
  token.value = await Promise.race([asked().catch(() => ""), late]);
  waiting = false; // the visitor may come back to this page as it is
  HTMLFormElement.prototype.submit.call(form); // a question may be called `submit`
});

async function asked() {
  while (!window.grecaptcha?.ready) await new Promise((wake) => setTimeout(wake, 100)); // still loading
  await new Promise((wake) => grecaptcha.ready(wake));
  return grecaptcha.execute(place.dataset.sitekey, { action: place.dataset.action });
}
