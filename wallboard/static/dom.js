// Making elements. Text goes in as text: whatever a caller says stays words.

/** `el("p.big", {hidden: true, onclick: f}, "text", child)`: an element with classes. */
export function el(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** A drawing of icons.svg. Without a label it is decoration. */
export function icon(name, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** The address if a browser may open it: http and https alone. */
export function safeLink(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** JSON that the server put into the page under an id. */
export function data(id) {
  const found = document.getElementById(id);
  return found ? JSON.parse(found.textContent) : null;
}

export const about = data("about") ?? {};

const drawn = new WeakMap();

/** Fill an element anew where it is to be `about` something else than it is: what is replaced loses
 *  the focus, a click that has begun and words that somebody has marked. */
export function renew(node, about, make) {
  const mark = JSON.stringify(about ?? null);
  if (drawn.get(node) === mark) return;
  drawn.set(node, mark);
  node.replaceChildren(...[make()].flat());
}

/** Put nodes into a list, in this order, and nothing else. What has the focus or is being clicked on
 *  stays where it is, all others go round it: a node that is moved loses both. */
export function arrange(list, nodes) {
  let next = list.firstElementChild;
  for (const node of nodes) {
    if (node.parentNode === list && (node.contains(document.activeElement) || node.matches(":active"))) {
      while (next && next !== node) {
        const other = next;
        next = next.nextElementSibling;
        list.append(other);
      }
    }
    if (node === next) next = next.nextElementSibling;
    else list.insertBefore(node, next);
  }
  while (next) {
    const over = next;
    next = next.nextElementSibling;
    over.remove();
  }
}
