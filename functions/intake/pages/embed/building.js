// A form made from its definition.

/** `prefix` begins the ids of its elements. */
function build(schema, prefix) {
  const about = schema["x-form-to-lead"];
  const required = new Set(schema.required);
  const questions = about.order.map((name) => question(`${prefix}-${name}`, name, schema.properties[name], about, required.has(name)));
  if (about.consent) {
    const { title } = schema.properties[about.consent];
    questions.push(
      tick(`${prefix}-${about.consent}`, about.consent, title, "yes", required.has(about.consent)),
      make("input", { type: "hidden", name: "consent_text_version", value: about.consent_text_version }),
    );
  }
  return make("form", { class: "ftl", method: "post", action: `${base}forms/${about.form}`, lang: about.language },
    required.size && make("p", { class: "ftl-note" }, about.texts.required_note),
    ...questions, honeypot(`${prefix}-${about.honeypot}`, about), about.captcha && captchaPlace(about.captcha, prefix),
    make("button", { type: "submit" }, about.texts.send));
}

function question(id, name, property, about, required) {
  const { input, autocomplete } = about.controls[name];
  if (input === "checkbox") return tick(id, name, property.title, "true", required, property.description);
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

function tick(id, name, title, value, required, description) {
  const hint = description && make("p", { class: "ftl-hint", id: `${id}-hint` }, description);
  return make("div", { class: "ftl-field" }, hint, make("div", { class: "ftl-tick" },
    make("input", { type: "checkbox", id, name, value, required, "aria-describedby": hint && `${id}-hint` }),
    make("label", { for: id }, title, star(required))));
}

/** For the eye; everybody else hears the control's own `required`. */
function star(required) {
  return required && make("span", { "aria-hidden": "true" }, " *");
}

function honeypot(id, about) {
  const away = make("div", { "aria-hidden": "true" }, make("label", { for: id }, about.texts.leave_empty),
    make("input", { id, name: about.honeypot, tabindex: "-1", autocomplete: "off" }));
  // By the object model, which no Content-Security-Policy forbids, and which needs no stylesheet to have loaded.
  Object.assign(away.style, { position: "absolute", insetInlineStart: "-100vw", inlineSize: "1px", blockSize: "1px", overflow: "hidden" });
  return away;
}
