// One row of the transcript as nodes. What agents wrote goes through match-text.js, whatever it is.
import { clock, el, mark } from './match-dom.js';
import { cut, said, size } from './match-text.js';

/** @param {Row} row @param {View} view @returns {HTMLElement} */
export function article(row, view) {
  const isRound = row.kind === 'round_opened';
  const id = `e${row.seq}`;
  const at = new Date(row.at);
  const title = el('span', { class: 'who', id: `${id}-who` }, row.title, ' ', el('span', { class: 'note' }, said(row.note)));
  const isFolded = view.folded.has(row.round);
  const isThin = row.parts.length + row.evidence.length === 0;
  const kinds = [isRound && 'round', isThin && 'thin', row.isBlock && 'block', row.isBreach && 'breach'].filter(Boolean);
  return el('article', {
    id, 'data-seq': row.seq, 'aria-labelledby': `${id}-who`, tabindex: -1,
    class: ['row', row.side, ...kinds].join(' '),
  },
  el('a', { class: 'seq', href: view.link + row.seq, 'data-jump': row.seq, 'aria-label': `Event ${row.seq}` }, `#${row.seq}`),
  el('span', { class: 'shape' }, mark(row.side)),
  el('div', { class: 'what' },
    el(isRound ? 'h2' : 'div', { class: 'head' },
      isRound && el('button', { type: 'button', class: 'fold', 'data-fold': row.round, 'aria-expanded': String(!isFolded) }, title),
      !isRound && title, ...chips(row.chips)),
    ...(isRound && isFolded ? [] : row.parts.map(each => part(each, row, view))),
    row.evidence.length > 0 && el('p', { class: 'evidence' }, row.isVerdict ? 'Evidence:' : 'About:',
      ...row.evidence.flatMap(seq => [' ', el('a', { href: view.link + seq, 'data-jump': seq, 'data-lit': true }, `#${seq}`)]))),
  el('time', { datetime: at.toISOString(), title: at.toLocaleString() }, clock(row.at - view.start)));
}

/** @param {Part} each @param {Row} row @param {View} view */
function part(each, row, view) {
  const shown = view.whole.has(row.seq) ? { text: each.text, isCut: false } : cut(each.text);
  const text = each.as === 'diff' ? diff(shown.text) : said(shown.text);
  const body = each.as === 'text' ? el('p', { class: 'said' }, text) : el('pre', { class: `said ${each.as}` }, text);
  if (each.struck) {
    // A line through it says nothing to who cannot see it.
    body.prepend(el('span', { class: 'unseen' }, 'Stopped: '));
    body.classList.add('struck');
  }
  const more = shown.isCut && el('button', { type: 'button', class: 'more', 'data-whole': row.seq }, `Show all (${size(each.text)})`);
  return el('div', { class: 'part' }, body, more, each.chips.length > 0 && el('p', { class: 'fate' }, ...chips(each.chips)));
}

/** @param {string} text */
function diff(text) {
  const all = document.createDocumentFragment();
  for (const line of text.split('\n')) {
    const tag = line.startsWith('+') ? 'ins' : line.startsWith('-') ? 'del' : 'span';
    all.append(el(tag, {}, said(line)), '\n');
  }
  return all;
}

/** @param {Chip[]} all */
function chips(all) {
  return all.flatMap(({ text, side, severity }) => {
    const name = severity && /^(critical|high|medium|low)$/.test(severity) ? `severity ${severity}` : `chip ${side ?? ''}`;
    return [' ', el('span', { class: name }, side ? mark(side) : null, said(text))];
  });
}

/** About how high it will be, pixels, before it is there. @param {Row} row @param {View} view */
export function estimate(row, view) {
  if (row.kind === 'round_opened' && view.folded.has(row.round)) return 40;
  let height = row.evidence.length ? 62 : 38;
  for (const { text, as, chips } of row.parts) {
    let lines = 1;
    for (let i = text.indexOf('\n'); i >= 0 && lines < 30; i = text.indexOf('\n', i + 1)) lines++;
    lines = Math.min(30, Math.max(lines, text.length / 95));
    height += Math.ceil(lines) * 20 + (as === 'text' ? 4 : 18) + (chips.length ? 26 : 0);
  }
  return height;
}
