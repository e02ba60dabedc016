// Text that an agent wrote, as nodes: nothing in it is markup, a link or code, and characters that would hide, reorder or
// obey are shown as boxes with their number. The table is the one of the server's `visible.rs`.
import { el } from './match-dom.js';

// Controls (line breaks and tabs are none), invisible, blank and direction-changing characters, tags, variation selectors.
export const ACTING = new RegExp(
  '[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e'
  + '\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufdd0-\\ufdef\\ufff9-\\ufffb\\ufffe\\uffff\\u{e0000}-\\u{e0fff}]',
  'gu');

// Longer than this it is cut until somebody asks for the rest.
export const MAX_LINES = 30;
export const MAX_CHARS = 4096;

/**
 * The pieces of `text`, in their order.
 * @param {string} text
 * @returns {{ text: string, isActing: boolean }[]}
 */
export function pieces(text) {
  const all = [];
  let from = 0;
  for (const found of text.matchAll(ACTING)) {
    if (found.index > from) all.push({ text: text.slice(from, found.index), isActing: false });
    all.push({ text: name(found[0]), isActing: true });
    from = found.index + found[0].length;
  }
  if (from < text.length) all.push({ text: text.slice(from), isActing: false });
  return all;
}

/** @param {string} character */
function name(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * The beginning of `text`, and whether that is not all.
 * @param {string} text
 * @returns {{ text: string, isCut: boolean }}
 */
export function cut(text) {
  let end = Math.min(text.length, MAX_CHARS);
  for (let i = -1, n = 0; n < MAX_LINES; n++) {
    i = text.indexOf('\n', i + 1);
    if (i < 0) break;
    if (n === MAX_LINES - 1) end = Math.min(end, i);
  }
  // Half of a pair would be no character.
  if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1])) end--;
  return { text: text.slice(0, end), isCut: end < text.length };
}

/** @param {string} text @returns {DocumentFragment} */
export function said(text) {
  const all = document.createDocumentFragment();
  for (const piece of pieces(text)) all.append(piece.isActing ? el('span', { class: 'acting' }, piece.text) : piece.text);
  return all;
}

/**
 * How much of it there is, for who may want it all.
 * @param {string} text
 */
export function size(text) {
  return text.length < 1024 ? `${text.length} characters` : `${Math.round(text.length / 1024)} kB`;
}
