// Builds what the match page shows. Nothing is ever read as markup: the page's policy forbids it, and agents write what is shown.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [has] attributes; `on…` are listeners, `null` and `false` are left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, has = {}, ...children) {
  return fill(document.createElement(tag), has, children);
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [has]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, has = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), has, children);
}

/**
 * @template {Element} E
 * @param {E} node
 * @param {Record<string, any>} has
 * @param {Child[]} children
 * @returns {E}
 */
function fill(node, has, children) {
  for (const [name, value] of Object.entries(has)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

// Shapes tell the sides apart without colour. The words are beside them.
const SHAPES = {
  red: 'M5 .8 9.6 9.2H.4Z',
  blue: 'M1 1h8v8H1Z',
  tool: 'M5 .6 9.4 5 5 9.4.6 5Z',
  judge: 'M5 .8 9 3v4L5 9.2 1 7V3Z',
  out: 'M.5 5h8M5 1.5 8.5 5 5 8.5',
};

const ICONS = {
  first: 'M2 1v10M11 1 4 6l7 5Z',
  back: 'M9 1 2 6l7 5Z',
  play: 'M3 1v10l7-5Z',
  pause: 'M3 1v10M8 1v10',
  on: 'M3 1l7 5-7 5Z',
  last: 'M10 1v10M1 1l7 5-7 5Z',
};

/** @param {string} side */
export function mark(side) {
  const shape = SHAPES[/** @type {keyof typeof SHAPES} */ (side)];
  const isFull = side === 'red' || side === 'blue';
  const body = shape ? svg('path', { d: shape }) : svg('circle', { cx: 5, cy: 5, r: 3.6 });
  return picture(`mark ${isFull ? side : 'plain'}`, 10, body);
}

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  return picture('icon', 12, svg('path', { d: ICONS[name] }));
}

/** @param {string} name @param {number} size @param {SVGElement} body */
function picture(name, size, body) {
  return svg('svg', { class: name, viewBox: `0 0 ${size} ${size}`, width: size, height: size, 'aria-hidden': 'true' }, body);
}

/** @param {number} ms @returns {string} minutes and seconds */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** @param {number} n */
export function count(n) {
  return n < 10_000 ? String(n) : n < 1_000_000 ? `${Math.round(n / 1000)}k` : `${(n / 1e6).toFixed(1)}M`;
}
