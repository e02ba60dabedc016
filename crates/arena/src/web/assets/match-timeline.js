// The match as a picture: Red's breaches rise above the line, the rounds that held fall below it, on one scale; a dashed line is
// what was used. It is built for its width, so that nothing is stretched, of few nodes, however long the match is.
import { count, svg } from './match-dom.js';

const EDGE = 8;
/** Between the areas and the edges there is room for marks and words. */
const ROOM = 16;
/** More points than this nobody sees. */
const MAX_POINTS = 500;

export class Timeline {
  /** @param {Story} story @param {(seq: number) => void} onJump */
  constructor(story, onJump) {
    this.story = story;
    this.width = 0;
    this.height = 0;
    this.position = 0;
    this.cursor = svg('path', { class: 'cursor' });
    this.picture = svg('svg', { class: 'timeline', role: 'img' });
    this.ticks = svg('svg', { class: 'ticks', height: 6, 'aria-hidden': 'true' }, svg('path'));
    this.picture.addEventListener('click', event => {
      const { left } = this.picture.getBoundingClientRect();
      onJump(Math.max(1, Math.min(story.last, Math.round(this.seq(event.clientX - left)))));
    });
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  /** @param {number} seq */
  x(seq) {
    return EDGE + (this.width - 2 * EDGE) * (this.story.last > 1 ? (seq - 1) / (this.story.last - 1) : 1);
  }

  /** @param {number} x */
  seq(x) {
    return 1 + (x - EDGE) / (this.width - 2 * EDGE) * (this.story.last - 1);
  }

  draw() {
    const { story, picture } = this;
    const { width, height } = picture.getBoundingClientRect();
    this.width = width;
    this.height = height;
    if (width < 40 || story.last === 0) return;
    const middle = height / 2;
    const reach = middle - ROOM;
    const { breached, held, tokens, calls } = story.standing(story.last);
    const most = Math.max(1, breached, held);
    const red = (/** @type {number} */ seq) => middle - reach * story.standing(seq).breached / most;
    const blue = (/** @type {number} */ seq) => middle + reach * story.standing(seq).held / most;
    const isTokens = tokens > 0;
    const used = (/** @type {number} */ seq) => story.standing(seq)[isTokens ? 'tokens' : 'calls'];
    const limit = isTokens ? story.maxTokens : story.maxCalls;
    const all = Math.max(1, limit ?? used(story.last));
    const points = this.points();
    /** @param {(seq: number) => number} y */
    const line = y => points.map(seq => `${this.x(seq).toFixed(1)} ${y(seq).toFixed(1)}`).join('L');
    /** @param {number[]} all @param {(seq: number) => number} y @param {string} shape */
    const marks = (all, y, shape) => this.spread(all).map(seq => `M${this.x(seq).toFixed(1)} ${y(seq).toFixed(1)}${shape}`).join('');
    const from = this.x(1).toFixed(1);
    const to = this.x(story.last).toFixed(1);
    const { breach, block } = story.marks;
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    picture.setAttribute('aria-label', this.sentence());
    picture.replaceChildren(
      svg('path', { class: 'area red', d: `M${from} ${middle}L${line(red)}L${to} ${middle}Z` }),
      svg('path', { class: 'area blue', d: `M${from} ${middle}L${line(blue)}L${to} ${middle}Z` }),
      svg('path', { class: 'used', d: `M${line(seq => height - 4 - (height - 8) * Math.min(1, used(seq) / all))}` }),
      svg('path', { class: 'zero', d: `M0 ${middle}H${width}` }),
      svg('path', { class: 'line red', d: `M${line(red)}` }),
      svg('path', { class: 'line blue', d: `M${line(blue)}` }),
      svg('path', { class: 'marks red', d: marks(breach, seq => red(seq) - 10, 'l4.5 8h-9Z') }),
      svg('path', { class: 'marks blue', d: marks(block, seq => blue(seq) + 3, 'h3.5v7h-7v-7Z') }),
      svg('text', { x: 4, y: 12 }, `Red: ${breached} ${breached === 1 ? 'breach' : 'breaches'}`),
      svg('text', { x: 4, y: height - 4 }, `Blue: ${held} held`),
      svg('text', { x: width - 4, y: 12, 'text-anchor': 'end' },
        `${isTokens ? 'Tokens' : 'Calls'}: ${count(used(story.last))}${limit ? ` of ${count(limit)}` : ''}`),
      this.cursor,
    );
    const every = Math.ceil(story.rounds.length * 4 / this.width) || 1;
    const ticks = story.rounds.filter((_, i) => i % every === 0).map(({ row }) => `M${this.x(story.rows[row].seq).toFixed(1)} 0v5`);
    this.ticks.setAttribute('viewBox', `0 0 ${this.width} 6`);
    this.ticks.setAttribute('preserveAspectRatio', 'none');
    this.ticks.firstElementChild?.setAttribute('d', ticks.join(''));
    this.move(this.position);
  }

  /** @param {number} seq */
  move(seq) {
    this.position = seq;
    if (this.width > 0) this.cursor.setAttribute('d', `M${this.x(Math.max(1, seq)).toFixed(1)} 0V${this.height}`);
  }

  /** Where the lines bend: the ends of rounds, thinned out. */
  points() {
    const { marks: { verdict }, last } = this.story;
    const every = Math.ceil(verdict.length / MAX_POINTS) || 1;
    // A round steps at its end: the point before it keeps the line level until then.
    return [1, ...verdict.filter((_, i) => i % every === 0).flatMap(seq => [seq - 1, seq]), last];
  }

  /** Those of `all` that would not lie upon each other. @param {number[]} all */
  spread(all) {
    let end = -Infinity;
    return all.filter(seq => {
      const x = this.x(seq);
      if (x - end < 4) return false;
      end = x;
      return true;
    });
  }

  /** What the picture shows, in words. */
  sentence() {
    const { story } = this;
    const { breached, held, tokens, calls, round } = story.standing(story.last);
    const first = story.marks.breach[0];
    const breaches = breached === 0 ? 'no breach' : `breaches: ${breached}, the first at event ${first}`;
    return `Score over ${story.last} events and ${round} rounds; ${breaches}; attacks held: ${held}; blocks: ${story.marks.block.length}; `
      + `${tokens > 0 ? `${count(tokens)} tokens` : `${count(calls)} calls`} used.`;
  }
}
