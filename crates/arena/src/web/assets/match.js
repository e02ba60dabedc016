// The page of a match: the same while it is played and afterwards. This module puts the parts together; the server's page has
// the names, the score and the exports, and says in data attributes what this reader may do.
import { Approvals, Control } from './match-control.js';
import { Detail } from './match-detail.js';
import { clock, count, el, icon, mark } from './match-dom.js';
import { Feed } from './match-feed.js';
import { List } from './match-list.js';
import { PACES, Player } from './match-player.js';
import { FILTERS, Story, isOver, won } from './match-story.js';
import { said } from './match-text.js';
import { Timeline } from './match-timeline.js';
import { toast } from './toast.js';

/** Spoken at most so often, milliseconds. */
const SPOKEN_EVERY = 3000;
/** A connection that is back before that was not missed. */
const MISSED_AFTER = 1500;
const MAX_WRITTEN = 2000;

const shortcuts = [
  { keys: 'ArrowLeft k', does: 'previous event' },
  { keys: 'ArrowRight j', does: 'next event' },
  { keys: 'Shift+ArrowLeft Shift+ArrowRight', does: 'previous and next round' },
  { keys: 'Home End', does: 'first and last event' },
  { keys: 'Space', does: 'play or pause; at the end of a live match, follow it' },
  { keys: '1 2 3 4 5', does: 'pace: real time, by impact, 1×, 2×, 4×' },
  { keys: 'n p', does: 'next and previous breach' },
  { keys: 'b', does: 'next block' },
  { keys: 'v', does: 'next verdict' },
  { keys: 't', does: 'next tool call' },
  { keys: 'e', does: 'show all of this event, or less' },
  { keys: 'E', does: 'fold all rounds, or none' },
  { keys: 'f', does: 'filters' },
  { keys: 'r', does: 'raw JSON of this event' },
  { keys: 'c', does: 'copy a link to this event' },
  { keys: 'l', does: 'jump to live' },
];

const page = document.getElementById('match');
const place = document.getElementById('replay');
if (page && place) run(page, place);

/** @param {HTMLElement} page @param {HTMLElement} place */
function run(page, place) {
  const { match = '', audience = 'spectator', status = '', last = '0', nRounds, mayRun, mayApprove } = page.dataset;
  const nKnown = Number(last);
  const link = `${location.pathname}?at=`;
  const name = page.querySelector('h1')?.textContent ?? 'Match';
  const breached = document.getElementById('breached');
  const held = document.getElementById('held');
  const progress = document.getElementById('progress');
  const wanted = Number(new URLSearchParams(location.search).get('at')) || 0;

  const story = new Story(audience);
  const list = new List(story, { link, onScroll: scrolled, onFilter: counted });
  const detail = new Detail(story, link, copy);
  const timeline = new Timeline(story, seq => player.go(seq));
  const player = new Player(story, { next: (seq, way) => list.next(seq, way), onMove: moved, onPlay: played });
  const control = mayRun ? new Control(match, toast) : null;
  const approvals = mayApprove ? new Approvals(match, waited) : null;

  // What stands above: the connection, and what may be done with the match.
  const connection = el('span', { class: 'state plain' });
  const trouble = el('span', { class: 'trouble' });
  const crowd = el('span', { class: 'muted' });
  const top = el('div', { class: 'stand' }, connection, trouble, crowd, el('span', { class: 'room' }), control?.node);

  // Filters, and the box to find something.
  const labels = { all: 'All', red: 'Red', blue: 'Blue', tools: 'Tools', guard: 'Guard', verdicts: 'Verdicts' };
  const filters = Object.entries(labels).map(([filter, label]) => {
    const n = el('span', { class: 'n' });
    const shape = { red: 'red', blue: 'blue', tools: 'tool', verdicts: 'judge' }[filter];
    const button = el('button', { type: 'button', onclick: () => list.show({ filter }) }, shape ? mark(shape) : null, label, n);
    return { filter, button, n };
  });
  const find = el('input', {
    type: 'search', placeholder: 'Find', 'aria-label': 'Find in the transcript', oninput: () => list.show({ wanted: find.value }),
  });
  const found = el('span', { class: 'found muted small', role: 'status' });
  const sift = el('div', { class: 'sift' },
    el('div', { class: 'choose', role: 'group', 'aria-label': 'Show' }, ...filters.map(({ button }) => button)),
    el('div', { class: 'find' }, found, find));

  // The dock.
  /** @param {Node} shape @param {string} label @param {() => void} does */
  const button = (shape, label, does, more = '') =>
    el('button', { type: 'button', class: `tool ${more}`, 'aria-label': label, title: label, onclick: does }, shape);
  const play = el('button', { type: 'button', class: 'primary play', onclick: () => player.toggle() });
  const slides = () => player.go(Number(slider.value));
  const slider = el('input', { type: 'range', min: 1, max: 1, value: 1, 'aria-label': 'Event', oninput: slides });
  const where = el('span', { class: 'where' });
  const pace = el('select', { 'aria-label': 'Pace', onchange: () => player.setPace(pace.value) },
    ...PACES.map(({ name, says }) => el('option', { value: name }, says)));
  const live = el('button', { type: 'button', class: 'jump', hidden: true, onclick: () => player.follow() });
  const dock = el('div', { class: 'dock', role: 'group', 'aria-label': 'Playback' },
    el('div', { class: 'buttons' },
      button(icon('first'), 'First event', () => player.go(1), 'wide'),
      button(icon('back'), 'Previous event', () => player.step(-1)),
      play,
      button(icon('on'), 'Next event', () => player.step(1)),
      button(icon('last'), 'Last event', end, 'wide'),
      button(mark('red'), 'Next breach', () => leap('breach', 1)),
      button(mark('blue'), 'Next block', () => leap('block', 1)),
      live),
    el('div', { class: 'slide' }, slider, timeline.ticks), where, pace);

  const log = el('div', { class: 'unseen', role: 'log', 'aria-live': 'polite' });
  const aside = el('aside', { 'aria-label': 'Event detail' }, detail.node);
  const court = el('div', { class: 'court' }, list.scroller, approvals?.node, aside);
  place.replaceChildren(top, timeline.picture, sift, court, dock, log);

  const feed = new Feed(match, approvals ? ['approvals'] : [], {
    onEvents: events => {
      queue.push(...events);
      later();
    },
    onState: (state, why) => {
      connected(state, why);
      // Whoever comes back may have missed that something waits.
      if (state === 'live') void approvals?.look();
    },
    onCrowd: n => (crowd.textContent = n === 1 ? '1 watching' : `${n} watching`),
    onDelta: write,
    onPoke: () => void approvals?.look(),
  });

  /** @type {Envelope[]} */
  const queue = [];
  let isQueued = false;
  let drawnAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let drawing;
  /** How many events there were when one left the newest. */
  let leftAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let missing;
  let isWaiting = false;
  /** @type {{ call: number, seat: string, text: string, end: number } | null} */
  let written = null;
  let answered = 0;
  let newestAt = Date.now();

  Object.assign(window, { arenaShortcuts: shortcuts });
  player.isFollowing = wanted === 0;
  connected('loading', '');
  counted();
  played();
  document.addEventListener('keydown', keyed);
  place.addEventListener('click', linked);
  addEventListener('beforeprint', () => list.showAll());
  addEventListener('afterprint', () => list.render());
  setInterval(idle, 1000);
  void feed.start(nKnown);

  /** Whether what the server knew when it sent the page is still to come. */
  function isLoading() {
    return story.last < nKnown;
  }

  /** Many events are one step: a frame shows what came since the last. */
  function later() {
    if (isQueued) return;
    isQueued = true;
    // What is still far from its end need not be drawn sixty times a second.
    const isFar = story.last > 0 && queue[queue.length - 1].seq < nKnown;
    if (document.hidden || isFar) setTimeout(flush, 200);
    else requestAnimationFrame(flush);
  }

  function flush() {
    isQueued = false;
    const events = queue.splice(0);
    const first = story.rows.length;
    const before = story.last;
    for (const event of events) story.add(event);
    newestAt = Date.now();
    answered = Math.max(answered, ...events.map(({ body }) => body?.call ?? 0));
    if (written && (written.call <= answered || isOver(story.status))) written = null;
    tail();
    list.grow();
    slider.max = String(story.last);
    if (!isLoading()) control?.show(story.status);
    counted();
    draw();
    if (player.isFollowing) player.move(story.last, {});
    else if (wanted > 0 && player.position === 0 && story.last >= Math.min(wanted, nKnown)) player.go(wanted, { lit: true });
    else stood();
    if (feed.state !== 'loading' && before >= nKnown) tell(first);
    connected(feed.state, '');
    if (events.some(({ kind }) => kind === 'person_decided' || kind === 'patch_decided')) void approvals?.look();
  }

  /** The timeline is drawn anew a few times a second at most. */
  function draw() {
    clearTimeout(drawing);
    const due = Math.max(0, drawnAt + 250 - Date.now());
    drawing = setTimeout(() => {
      drawnAt = Date.now();
      timeline.draw();
    }, due);
  }

  /** @param {{ lit?: boolean }} how */
  function moved({ lit = false }) {
    const { position } = player;
    list.isPinned = player.isFollowing;
    list.select(position, { lit, atEnd: player.isFollowing });
    if (!player.isFollowing) bare();
    timeline.move(position);
    detail.show(position);
    slider.value = String(position);
    const row = story.rowAt(position);
    slider.setAttribute('aria-valuetext', `Event ${position} of ${story.last}, round ${story.standing(position).round}`);
    stood();
    remember();
    if (row && !player.isFollowing) speak(`Event ${position}: ${row.title}, ${row.note}`);
  }

  /** On a small screen the transcript may be out of sight, or below the dock. */
  function bare() {
    const row = list.selected?.getBoundingClientRect();
    if (!row) return;
    const room = dock.getBoundingClientRect().top - 8;
    if (row.top < 0) scrollBy(0, row.top - 48);
    else if (row.bottom > room) scrollBy(0, Math.min(row.bottom - room, row.top - 48));
  }

  /** What the match is doing: for the title, and beside the score. @returns {[string, string]} */
  function state() {
    if (story.winner) return [won(story.winner).text, won(story.winner).text];
    if (story.isOver) return ['Over', story.status];
    if (isWaiting) return ['Waiting', 'waits for a person'];
    return story.status === 'paused' ? ['Paused', 'paused'] : ['Live', ''];
  }

  /** The score and the words around it, as of where one is. */
  function stood() {
    const { position } = player;
    const now = story.standing(position);
    const isLast = position >= story.last;
    where.textContent = `${position} / ${story.last}`;
    if (breached) breached.textContent = String(now.breached);
    if (held) held.textContent = String(now.held);
    const rounds = now.round ? `round ${now.round}${nRounds ? ` of ${nRounds}` : ''}` : 'before the first round';
    const used = now.tokens ? `${count(now.tokens)} tokens` : `${count(now.calls)} calls`;
    const at = clock((story.rowAt(position)?.at ?? 0) - (story.rows[0]?.at ?? 0));
    const [word, words] = isLast ? state() : [`#${position}`, ''];
    if (progress && story.last > 0) progress.textContent = [words, rounds, at, used].filter(Boolean).join(' · ');
    document.title = `${isLoading() ? 'Loading' : word} ${now.breached} – ${now.held} · ${name} · AI Arena`;
    const isLive = !story.isOver && !player.isFollowing && !isLoading() && !feed.isDone;
    live.hidden = !isLive;
    if (player.isFollowing || isLoading()) leftAt = story.last;
    const nNew = story.last - leftAt;
    live.textContent = nNew > 0 ? `Jump to live · ${nNew} new` : 'Jump to live';
  }

  function played() {
    const isLive = player.isFollowing && !story.isOver && !isOver(status);
    const says = isLive ? 'Following live' : player.isPlaying ? 'Pause' : 'Play';
    play.replaceChildren(icon(says === 'Play' ? 'play' : 'pause'), says);
    list.isPinned = player.isFollowing;
    pace.value = player.pace;
    stood();
  }

  function end() {
    if (story.isOver) player.go(story.last);
    else player.follow();
  }

  /** @param {Mark} which @param {Way} way */
  function leap(which, way) {
    const isThere = player.jump(which, way);
    if (!isThere) toast(`There is no ${way > 0 ? 'further' : 'earlier'} ${which === 'tool' ? 'tool call' : which}.`);
  }

  /** @param {boolean} isAtEnd */
  function scrolled(isAtEnd) {
    if (player.isFollowing && !isAtEnd && !story.isOver) player.pause();
  }

  function counted() {
    for (const { filter, button, n } of filters) {
      n.textContent = String(story.counts[filter]);
      button.setAttribute('aria-pressed', String(list.filter === filter));
    }
    // Headings are there for their rounds, not because they were found.
    const isFound = (/** @type {Row} */ row) => FILTERS[list.filter](row) && list.has(row);
    found.textContent = list.wanted ? `${list.items.filter(index => isFound(story.rows[index])).length} found` : '';
  }

  /** @param {Connection} state @param {string} why */
  function connected(state, why) {
    clearTimeout(missing);
    missing = undefined;
    if (state === 'reconnecting') {
      const words = `Reconnecting. What is shown is of ${new Date(feed.knownAt).toLocaleTimeString()}.`;
      missing = setTimeout(() => show('plain', words), MISSED_AFTER);
      return;
    }
    const isLost = state === 'signed-out' || state === 'failed';
    if ((isLost || state === 'over') && player.isFollowing && queue.length === 0) {
      player.isFollowing = false;
      played();
    }
    if (isLost) {
      const words = state === 'signed-out' ? 'Sign in again' : 'The match cannot be read';
      return show('odd', words, why, el('button', { type: 'button', onclick: () => location.reload() }, 'Load the page again'));
    }
    if (isLoading() || (state === 'over' && queue.length > 0)) return show('plain', `Loading ${story.last} of ${nKnown} events…`);
    if (story.isOver || state === 'over') return show('plain', 'Over');
    const words = isWaiting ? 'Waits for a person' : { queued: 'Waits for its turn', paused: 'Paused' }[story.status];
    show(words ? 'plain' : 'live', words ?? 'Live');
  }

  /** @param {string} kind @param {string} words @param {...(string | Node)} more */
  function show(kind, words, ...more) {
    if (connection.textContent !== words) {
      connection.className = `state ${kind}`;
      connection.replaceChildren(mark(kind), words);
    }
    trouble.replaceChildren(...more);
  }

  /** @param {Waiting | undefined} waits */
  function waited(waits) {
    isWaiting = waits !== undefined;
    connected(feed.state, '');
    stood();
    if (waits) speak(`The match waits for a person: ${waits.tool ?? 'a change of the Target'}`);
  }

  /** A text that is being written. @param {Delta} delta */
  function write({ call, seat, offset, text }) {
    if (call <= answered) return;
    // A piece that did not come leaves a gap, and one that comes again begins anew; the event brings the whole.
    if (written?.call !== call || offset !== written.end) written = { call, seat, end: offset, text: offset === 0 ? '' : '…' };
    written.text = (written.text + text).slice(-MAX_WRITTEN);
    written.end += [...text].length;
    tail();
  }

  function tail() {
    list.tail.replaceChildren();
    if (written) {
      const { seat, text } = written;
      const who = { red: 'Red', blue: 'Blue', target: 'The Target', judge: 'The judge' }[seat] ?? seat;
      list.tail.append(el('div', { class: `row writing ${seat}` },
        el('span', { class: 'seq' }), el('span', { class: 'shape' }, mark(seat)),
        el('div', { class: 'what' }, el('div', { class: 'head who' }, `${who} writes…`), el('p', { class: 'said' }, said(text)))));
    }
    if (list.isPinned) list.toEnd();
  }

  /** Silence has a length, so that nobody takes it for a page that hangs. */
  function idle() {
    const silence = Math.floor((Date.now() - newestAt) / 1000);
    const isIdle = feed.state === 'live' && story.status === 'running' && !isWaiting && !written && silence >= 3;
    const line = list.tail.querySelector('.idle');
    if (!isIdle) return line?.remove();
    const words = `The next event is awaited: ${silence} s`;
    if (line) line.textContent = words;
    else {
      list.tail.append(el('p', { class: 'idle muted small' }, words));
      if (list.isPinned) list.toEnd();
    }
  }

  // The position is in the address; browsers bear only so many changes of it.
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let remembering;
  function remember() {
    clearTimeout(remembering);
    remembering = setTimeout(() => {
      const isNewest = player.isFollowing || player.position >= story.last;
      const address = new URL(location.href);
      if (isNewest) address.searchParams.delete('at');
      else address.searchParams.set('at', String(player.position));
      history.replaceState(null, '', address);
    }, 250);
  }

  async function copy() {
    const address = `${location.origin}${link}${player.position}`;
    try {
      await navigator.clipboard.writeText(address);
      toast(`The link to event ${player.position} is copied.`);
    } catch {
      toast(address);
    }
  }

  /** A link to an event of this match does not load the page again. @param {MouseEvent} event */
  function linked(event) {
    const target = event.target instanceof Element ? event.target.closest('a[data-jump]') : null;
    if (!(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player.go(Number(target.dataset.jump), { lit: target.dataset.lit !== undefined });
  }

  // Spoken to who listens instead of looking: the newest sentence, and not too many.
  let spokenAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speaking;
  /** @param {string} sentence */
  function speak(sentence) {
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      spokenAt = Date.now();
      log.replaceChildren(el('p', {}, said(sentence)));
    }, Math.max(0, spokenAt + SPOKEN_EVERY - Date.now()));
  }

  /** What is worth a sentence among new rows. @param {number} first */
  function tell(first) {
    const row = story.rows.slice(first).findLast(({ isBlock, isVerdict, kind }) => isBlock || isVerdict || kind === 'completed');
    if (!row) return;
    const now = story.standing(story.last);
    speak(`${row.title}: ${row.note}${row.chips.length ? `, ${row.chips[0].text}` : ''}; score ${now.breached} to ${now.held}`);
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const { target, key, shiftKey } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const isSlider = target === slider;
    if (target instanceof HTMLElement && !isSlider && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) {
      if (key === 'Escape' && target === find) {
        find.value = '';
        list.show({ wanted: '' });
        list.scroller.focus();
      }
      return;
    }
    // A button that has the focus wants its space, the slider its arrows.
    if (key === ' ' && target instanceof Element && target.closest('button, a, summary')) return;
    if (isSlider && !shiftKey && /^(Arrow|Home|End|Page)/.test(key)) return;
    /** @type {Record<string, () => void>} */
    const does = {
      ArrowLeft: () => (shiftKey ? player.round(-1) : player.step(-1)), k: () => player.step(-1),
      ArrowRight: () => (shiftKey ? player.round(1) : player.step(1)), j: () => player.step(1),
      Home: () => player.go(1), End: end, ' ': () => player.toggle(),
      n: () => leap('breach', 1), p: () => leap('breach', -1),
      b: () => leap('block', 1), v: () => leap('verdict', 1), t: () => leap('tool', 1),
      e: () => list.toggle(player.position), E: () => list.foldAll(),
      f: () => filters.find(({ filter }) => filter === list.filter)?.button.focus(),
      r: () => detail.toggleRaw(), c: () => void copy(), l: () => !story.isOver && player.follow(),
    };
    PACES.forEach(({ name }, i) => (does[String(i + 1)] = () => player.setPace(name)));
    if (!Object.hasOwn(does, key) || story.last === 0) return;
    event.preventDefault();
    does[key]();
  }
}
