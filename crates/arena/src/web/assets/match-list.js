// The transcript as a list of any length: only what can be seen, and a little around it, is in the page. Heights are
// measured once a row is there, and guessed before; sums of them are kept in a Fenwick tree, so that finding the row at a place,
// or the place of a row, takes a few steps. What one reads stays where it is when something above it turns out higher.
import { el } from './match-dom.js';
import { article, estimate } from './match-row.js';
import { FILTERS, after } from './match-story.js';

/** Pixels above and below what is seen. */
const AROUND = 300;

/** Rows that go onto paper. */
const MAX_PRINTED = 1500;

/** The height of the heading that stays, pixels. */
const BAR = 36;

/** Heights, and the sums of those before each. */
export class Heights {
  constructor() {
    /** @type {number[]} */
    this.each = [];
    /** @type {number[]} from 1 */
    this.tree = [0];
  }

  get size() {
    return this.each.length;
  }

  /** @param {number} height */
  push(height) {
    this.each.push(height);
    const i = this.each.length;
    this.tree[i] = height + this.before(i - 1) - this.before(i - (i & -i));
  }

  /** @param {number} index @param {number} height */
  set(index, height) {
    const change = height - this.each[index];
    if (change === 0) return;
    this.each[index] = height;
    for (let i = index + 1; i <= this.size; i += i & -i) this.tree[i] += change;
  }

  /** The sum of the first `n`. @param {number} n */
  before(n) {
    let sum = 0;
    for (let i = n; i > 0; i -= i & -i) sum += this.tree[i];
    return sum;
  }

  /** Which one is at this place. @param {number} y */
  at(y) {
    let index = 0;
    let rest = y;
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.size))); step >= 1; step /= 2) {
      if (index + step <= this.size && this.tree[index + step] <= rest) {
        index += step;
        rest -= this.tree[index];
      }
    }
    return Math.min(index, Math.max(0, this.size - 1));
  }
}

export class List {
  /**
   * @param {Story} story
   * @param {{ link: string, onScroll: (isAtEnd: boolean) => void, onFilter: () => void }} how
   */
  constructor(story, { link, onScroll, onFilter }) {
    this.story = story;
    this.onFilter = onFilter;
    /** @type {View} */
    this.view = { start: 0, whole: new Set(), folded: new Set(), link };
    this.filter = 'all';
    this.wanted = '';
    /** @type {number[]} rows that are shown, by their index in the story */
    this.items = [];
    this.heights = new Heights();
    /** How many rows of the story were looked at, and the heading that nothing was found under yet. */
    this.seen = 0;
    this.heading = -1;
    /** @type {Map<number, { node: HTMLElement, version: string, index: number, isSelected?: boolean }>} */
    this.nodes = new Map();
    this.position = 0;
    this.lit = 0;
    /** Whether it stays at the end, whatever comes. */
    this.isPinned = false;
    /** When a hand was last on it: what moves without one is not somebody who scrolls. */
    let handAt = 0;
    this.feed = el('div', { role: 'feed', 'aria-label': 'Events' });
    this.tail = el('div', { class: 'tail' });
    this.bar = el('div', { class: 'bar' });
    this.sticky = el('div', { class: 'sticky', 'aria-hidden': 'true' }, this.bar);
    this.none = el('p', { class: 'none', hidden: true });
    this.scroller = el('div', { class: 'events', tabindex: 0, role: 'group', 'aria-label': 'Transcript' },
      this.sticky, this.none, this.feed, this.tail);
    for (const name of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
      this.scroller.addEventListener(name, () => (handAt = Date.now()), { passive: true });
    }
    this.scroller.addEventListener('scroll', () => {
      this.render();
      if (Date.now() - handAt < 1000) onScroll(this.isAtEnd);
    }, { passive: true });
    this.scroller.addEventListener('click', event => this.click(event));
    new ResizeObserver(() => (this.isPinned ? this.toEnd() : this.render())).observe(this.scroller);
  }

  get isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 48;
  }

  /** The story went on. */
  grow() {
    const { rows } = this.story;
    if (rows.length > 0) this.view.start = rows[0].at;
    const fits = FILTERS[this.filter];
    for (; this.seen < rows.length; this.seen++) {
      const row = rows[this.seen];
      const isHeading = row.kind === 'round_opened';
      if (isHeading) this.heading = this.seen;
      if (!fits(row) || !this.has(row)) continue;
      if (this.heading >= 0) this.push(this.heading);
      this.heading = -1;
      if (!isHeading && (!this.view.folded.has(row.round) || row.kind === 'completed')) this.push(this.seen);
    }
    this.render();
  }

  get isWhole() {
    return this.filter === 'all' && this.wanted === '';
  }

  /** @param {number} row */
  push(row) {
    this.items.push(row);
    this.heights.push(estimate(this.story.rows[row], this.view));
  }

  /** @param {Row} row */
  has(row) {
    if (!this.wanted) return true;
    const texts = [...row.chips, ...row.parts].map(({ text }) => text);
    return [`${row.title} ${row.note}`, ...texts].some(text => text.toLowerCase().includes(this.wanted));
  }

  /** Other rows are shown. @param {{ filter?: string, wanted?: string }} change */
  show({ filter = this.filter, wanted = this.wanted }) {
    this.filter = filter;
    this.wanted = wanted.toLowerCase();
    this.build();
    this.reveal(this.position);
    this.onFilter();
  }

  build() {
    this.items = [];
    this.heights = new Heights();
    this.seen = 0;
    this.heading = -1;
    for (const { node } of this.nodes.values()) node.remove();
    this.nodes.clear();
    this.grow();
  }

  /** @param {number} round */
  fold(round) {
    if (!this.view.folded.delete(round)) this.view.folded.add(round);
    const top = this.scroller.scrollTop;
    this.build();
    this.scrollTo(top);
  }

  /** All rounds, or none. */
  foldAll() {
    if (this.view.folded.size > 0) this.view.folded.clear();
    else for (const { number } of this.story.rounds) this.view.folded.add(number);
    this.build();
    this.reveal(this.position);
  }

  /** Shows all of the long texts of the row, or not. @param {number} seq */
  toggle(seq) {
    const row = this.story.rowAt(seq);
    if (!row) return;
    if (!this.view.whole.delete(row.seq)) this.view.whole.add(row.seq);
    this.render();
  }

  /** @param {Event} event */
  click(event) {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest('button');
    const fold = button?.dataset.fold;
    if (fold) {
      this.fold(Number(fold));
      // It is another button now; the focus stays on it.
      /** @type {HTMLElement | null} */ (this.feed.querySelector(`[data-fold="${fold}"]`))?.focus({ preventScroll: true });
    } else if (button?.dataset.whole) this.toggle(Number(button.dataset.whole));
  }

  /** The event at which one is; it is brought into view. @param {number} seq @param {{ lit?: boolean, atEnd?: boolean }} [how] */
  select(seq, { lit = false, atEnd = false } = {}) {
    this.position = seq;
    this.lit = lit ? seq : 0;
    const row = this.story.rowAt(seq);
    if (row && this.view.folded.has(row.round) && row.kind !== 'round_opened' && lit) this.fold(row.round);
    if (atEnd) this.toEnd();
    else this.reveal(seq);
  }

  /** The row at which one is, if it is in the page. */
  get selected() {
    return this.nodes.get(this.items[this.place(this.position)])?.node;
  }

  /** The place in the list of the row of an event, or of the next before it. @param {number} seq */
  place(seq) {
    return after(this.items, this.story.rowOf[Math.max(1, Math.min(seq, this.story.last))] ?? 0) - 1;
  }

  /** @param {number} seq */
  reveal(seq) {
    const index = this.place(seq);
    if (index < 0) return this.render();
    // Rows around it become known, and move it: a second look puts it right.
    for (let look = 0; look < 3; look++) {
      const top = this.heights.before(index);
      const height = this.heights.each[index];
      const { scrollTop, clientHeight } = this.scroller;
      const head = BAR;
      if (top < scrollTop + head) this.scrollTo(top - head - 8);
      else if (top + height > scrollTop + clientHeight) this.scrollTo(Math.min(top - head - 8, top + height - clientHeight + 8));
      else {
        this.render();
        break;
      }
    }
  }

  toEnd() {
    for (let look = 0; look < 3; look++) this.scrollTo(this.scroller.scrollHeight);
  }

  /** @param {number} y */
  scrollTo(y) {
    this.scroller.scrollTop = y;
    this.render();
  }

  /** Puts what can be seen into the page. */
  render() {
    const { scroller, heights, items } = this;
    for (let look = 0; look < 4; look++) {
      const top = scroller.scrollTop;
      const first = heights.at(Math.max(0, top - AROUND));
      const last = Math.min(items.length, heights.at(top + scroller.clientHeight + AROUND) + 1);
      this.arrange(first, last);
      this.pad(first, last);
      if (!this.measure(top)) break;
    }
    this.head();
    this.none.hidden = items.length > 0 || this.isWhole;
    const wanted = this.wanted && ` with “${this.wanted}”`;
    this.none.textContent = `Nothing${wanted} among ${this.filter === 'all' ? 'all events' : this.filter}.`;
  }

  /** For paper, as far as that makes sense: a very long match is left to the exports. */
  showAll() {
    const last = Math.min(this.items.length, MAX_PRINTED);
    this.arrange(0, last);
    this.pad(0, this.items.length);
  }

  /** @param {number} first @param {number} last */
  arrange(first, last) {
    const { rows } = this.story;
    const selected = this.items[this.place(this.position)] ?? -1;
    const isKept = new Set(this.items.slice(first, last));
    for (const [row, { node }] of this.nodes) {
      // What has the focus stays as long as it is near: it must not get lost.
      if (!isKept.has(row)) {
        if (node.contains(document.activeElement)) this.scroller.focus({ preventScroll: true });
        node.remove();
        this.nodes.delete(row);
      }
    }
    let next = this.feed.firstElementChild;
    for (let index = first; index < last; index++) {
      const row = rows[this.items[index]];
      const version = `${row.version} ${this.view.whole.has(row.seq)} ${this.view.folded.has(row.round)}`;
      let shown = this.nodes.get(this.items[index]);
      if (!shown || shown.version !== version) {
        const node = article(row, this.view);
        if (shown) {
          const hasFocus = shown.node.contains(document.activeElement);
          if (next === shown.node) next = node;
          shown.node.replaceWith(node);
          if (hasFocus) node.focus({ preventScroll: true });
        }
        shown = { node, version, index };
        this.nodes.set(this.items[index], shown);
      }
      shown.index = index;
      const { node } = shown;
      if (node === next) next = node.nextElementSibling;
      else this.feed.insertBefore(node, next);
      node.ariaPosInSet = String(index + 1);
      node.ariaSetSize = String(this.items.length);
      const isSelected = this.items[index] === selected;
      if (shown.isSelected !== isSelected) {
        shown.isSelected = isSelected;
        node.classList.toggle('sel', isSelected);
        node.ariaCurrent = isSelected ? 'true' : null;
        // Thousands of rows are no stops on the way through the page: only the one at which one is has some.
        for (const stop of node.querySelectorAll('a, button')) /** @type {HTMLElement} */ (stop).tabIndex = isSelected ? 0 : -1;
      }
      node.classList.toggle('later', row.seq > this.position);
      node.classList.toggle('lit', isSelected && this.lit > 0);
    }
  }

  /** @param {number} first @param {number} last */
  pad(first, last) {
    const { heights } = this;
    this.feed.style.paddingTop = `${heights.before(first)}px`;
    this.feed.style.paddingBottom = `${heights.before(heights.size) - heights.before(last)}px`;
  }

  /** Whether something was not as high as it was thought to be. @param {number} top where it was scrolled to */
  measure(top) {
    const { heights, scroller } = this;
    const anchor = heights.at(top);
    const above = heights.before(anchor);
    let isNew = false;
    for (const { node, index } of this.nodes.values()) {
      const height = node.getBoundingClientRect().height;
      if (height > 0 && Math.abs(height - heights.each[index]) > 0.5) {
        heights.set(index, height);
        isNew = true;
      }
    }
    const moved = heights.before(anchor) - above;
    if (isNew) {
      const indexes = [...this.nodes.values()].map(({ index }) => index);
      this.pad(Math.min(...indexes), Math.max(...indexes) + 1);
      if (moved !== 0) scroller.scrollTop = top + moved;
    }
    return isNew;
  }

  /** The heading of the round of what is seen, while it is out of sight itself. */
  head() {
    const row = this.story.rows[this.items[this.heights.at(this.scroller.scrollTop + 4)]];
    const round = row && this.story.rounds.find(each => each.number === row.round);
    const isSeen = !round || row.kind === 'round_opened' || row.kind === 'completed';
    this.bar.hidden = isSeen;
    if (round && !isSeen) {
      const { outcome } = round;
      this.bar.replaceChildren(el('span', { class: 'who' }, `Round ${round.number} `, el('span', { class: 'note' }, round.about)),
        outcome ? el('span', { class: `chip ${outcome.side ?? ''}` }, outcome.text) : '');
    }
  }

  /**
   * The event of the next row that is shown, or of the one before.
   * @param {number} seq
   * @param {Way} way
   * @returns {number | undefined}
   */
  next(seq, way) {
    const { rows } = this.story;
    let from = 0;
    let to = this.items.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (rows[this.items[middle]].seq < seq + (way > 0 ? 1 : 0)) from = middle + 1;
      else to = middle;
    }
    return rows[this.items[way > 0 ? from : from - 1]]?.seq;
  }
}
