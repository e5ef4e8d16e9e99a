// Elements, and requests to the server.

/** An element: `h("button", {class: "chip", onclick: press}, "text", child)`. Empty attributes and children are left out. */
export function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("aria-")) { made.setAttribute(key, value); continue; }
    if (value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

/** An icon of the document. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(space, "svg"), use = document.createElementNS(space, "use");
  made.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#icon-" + name);
  made.append(use);
  return made;
}

/** A button with an icon. Its label is its tooltip as well, and is shown beside the icon if `text` is given. */
export function iconButton(name, label, onclick, attributes = {}, text = null) {
  return h("button", { type: "button", class: "button", "aria-label": label, title: label, onclick, ...attributes },
    icon(name), text && h("span", {}, text));
}

/** Gives an icon button another icon and label. */
export function relabel(button, name, label) {
  if (button.title === label) return;
  button.querySelector("use").setAttribute("href", "#icon-" + name);
  button.title = label;
  button.setAttribute("aria-label", label);
}

/** The JSON at `address`. Fails with the sentence of the server. */
export async function ask(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("the server does not answer");
  }
  if (answer.status === 401) location.reload();
  if (answer.status === 204) return null;
  const text = await answer.text();
  if (!answer.ok && !text.startsWith("{")) throw new Error(text.trim() || "the server answered " + answer.status);
  return JSON.parse(text);
}

/** The address of something of the event `id`. */
export const eventAddress = (id, part = "") => "/api/v1/events/" + encodeURIComponent(id) + part;

/** The address of something of a camera. */
export const cameraAddress = (name, part = "") => "/api/v1/cameras/" + encodeURIComponent(name) + part;
