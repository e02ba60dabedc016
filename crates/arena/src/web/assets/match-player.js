// Where in the match one is, and how it moves on by itself. Knows nothing of the page.

/** The paces, in the order of their keys 1 to 5. */
export const PACES = [
  { name: 'real', says: 'Real time' },
  { name: 'impact', says: 'By impact' },
  { name: '1', says: '1×' },
  { name: '2', says: '2×' },
  { name: '4', says: '4×' },
];

/**
 * How long one looks at `row` before `next` comes, milliseconds.
 * @param {Row} row
 * @param {Row} next
 * @param {string} pace
 */
export function delay(row, next, pace) {
  // Nobody waits for minutes, and what came at once is still to be seen.
  if (pace === 'real') return Math.max(60, Math.min(10_000, next.at - row.at));
  if (pace !== 'impact') return 1000 / Number(pace);
  if (row.isBreach) return 3000;
  if (row.isBlock) return 1600;
  if (row.isVerdict) return 1200;
  if (row.side === 'red') return 900;
  return row.isToolCall ? 500 : 180;
}

export class Player {
  /**
   * @param {Story} story
   * @param {object} how
   * @param {(seq: number, way: Way) => number | undefined} how.next
   * @param {(how: { lit?: boolean }) => void} how.onMove
   * @param {() => void} how.onPlay
   */
  constructor(story, { next, onMove, onPlay }) {
    this.story = story;
    this.nextRow = next;
    this.onMove = onMove;
    this.onPlay = onPlay;
    this.position = 0;
    /** Whether it stays with the newest event. */
    this.isFollowing = false;
    this.pace = 'real';
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  get isPlaying() {
    return this.timer !== undefined;
  }

  /** @param {number} seq @param {{ lit?: boolean }} [how] */
  go(seq, how = {}) {
    this.pause();
    this.move(seq, how);
  }

  /** @param {number} seq @param {{ lit?: boolean }} how */
  move(seq, how) {
    this.position = Math.max(1, Math.min(this.story.last, Math.round(seq)));
    this.onMove(how);
  }

  /** The row after or before this one. @param {Way} way */
  step(way) {
    const seq = this.nextRow(this.position, way);
    this.go(seq ?? (way > 0 ? this.story.last : 1));
  }

  /** The beginning of the round after this one, or of this one, or of the one before. @param {Way} way */
  round(way) {
    const starts = this.story.rounds.map(({ row }) => this.story.rows[row].seq);
    const seq = way > 0 ? starts.find(start => start > this.position) : starts.findLast(start => start < this.position);
    this.go(seq ?? (way > 0 ? this.story.last : 1));
  }

  /** @param {Mark} which @param {Way} way @returns {boolean} whether there is one */
  jump(which, way) {
    const seq = this.story.nextMark(which, this.position, way);
    if (seq !== undefined) this.go(seq, { lit: true });
    return seq !== undefined;
  }

  /** Stays with what comes. */
  follow() {
    this.pause();
    this.isFollowing = true;
    this.move(this.story.last, {});
    this.onPlay();
  }

  play() {
    if (this.position >= this.story.last) {
      if (!this.story.isOver) return this.follow();
      this.move(1, {});
    }
    this.isFollowing = false;
    this.wait();
    this.onPlay();
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isFollowing = false;
    this.onPlay();
  }

  toggle() {
    if (this.isPlaying || this.isFollowing) this.pause();
    else this.play();
  }

  /** @param {string} pace */
  setPace(pace) {
    this.pace = pace;
    if (this.isPlaying) this.wait();
    this.onPlay();
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const seq = this.nextRow(this.position, 1);
    const row = this.story.rowAt(this.position);
    const next = seq === undefined ? undefined : this.story.rowAt(seq);
    if (seq === undefined || !row || !next) {
      if (!this.story.isOver) this.isFollowing = true;
      this.move(this.story.last, {});
      return;
    }
    this.timer = setTimeout(() => {
      this.move(seq, {});
      this.wait();
      if (!this.isPlaying) this.onPlay();
    }, delay(row, next, this.pace));
  }
}
