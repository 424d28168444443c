// Making elements. Whatever comes from a film reaches the document as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** h("div.card", {id: "x", onclick: f}, "text", child) makes an element. */
export function h(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  return fill(document.createElement(tag), classes, props, children);
}

/** s is h for SVG. */
export function s(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  return fill(document.createElementNS(SVG, tag), classes, props, children);
}

function fill(el, classes, props, children) {
  if (classes.length) el.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  add(el, children);
  return el;
}

function add(el, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    if (Array.isArray(child)) add(el, child);
    else el.append(child);
  }
}

/** put replaces what an element holds. */
export function put(el, ...children) {
  el.replaceChildren();
  add(el, children);
  return el;
}

/** setText changes a text only if it is another one, so that a live region does not speak twice. */
export function setText(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/** and writes "a", "a and b", "a, b and c". */
export function and(words) {
  if (words.length < 2) return words.join("");
  return words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
}
