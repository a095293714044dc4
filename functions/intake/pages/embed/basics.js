const script = document.currentScript;
const base = new URL(".", script.src).href;
const CAMPAIGN = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
  "gclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "li_fat_id"];

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

/** For the website's owner, in the browser's console. */
function complain(what, error) {
  console.error(`form-to-lead: ${what}:`, error);
}

function sleep(seconds) {
  return new Promise((wake) => setTimeout(wake, seconds * 1000));
}

// --- storage: for this tab only, and forgotten with it -------------------------------------------------------------

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

/** The campaign that brought the visitor, kept while they look around; another one takes the place of all of it. */
function campaign() {
  const name = "form-to-lead:campaign";
  const here = new URLSearchParams(location.search);
  let found = {};
  if (!CAMPAIGN.some((each) => here.get(each))) {
    try { found = { ...JSON.parse(store.get(name)) }; } catch { /* other scripts write there too */ }
  }
  for (const each of CAMPAIGN) if (here.get(each)) found[each] = here.get(each).slice(0, 1000);
  if (!found.referrer && !document.referrer.startsWith(`${location.origin}/`)) {
    found.referrer = document.referrer.slice(0, 1000);
  }
  store.set(name, JSON.stringify(found));
  return found;
}

// --- several forms on one page, and several of our scripts ---------------------------------------------------------

const { improved, seats } = window[Symbol.for("form-to-lead")] ||= { improved: new WeakSet(), seats: {} };

/** The form's id and its number among those on the page: two have a key and ids of their own, also after a reload. */
function seat(id, element) {
  let number = 1;
  while (seats[`${base}${id}_${number}`]?.isConnected) number++;
  seats[`${base}${id}_${number}`] = element;
  return number > 1 ? `${id}_${number}` : id;
}
