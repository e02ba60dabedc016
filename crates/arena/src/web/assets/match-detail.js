// Beside the transcript: what is known of the event at which one is, and how the match stood then.
import { count, el } from './match-dom.js';
import { words } from './match-story.js';
import { said } from './match-text.js';

/** More of an event than this is left to the exports. */
const MAX_RAW = 20_000;
const MAX_BESIDE = 40;

export class Detail {
  /** @param {Story} story @param {string} link @param {() => void} onCopy */
  constructor(story, link, onCopy) {
    this.story = story;
    this.link = link;
    this.seq = 0;
    this.title = el('h2');
    this.facts = el('dl', { class: 'facts' });
    this.beside = el('p', { class: 'small' });
    this.raw = el('pre', { class: 'said', tabindex: 0, 'aria-label': 'Raw JSON' });
    this.more = el('details', { ontoggle: () => this.fill() }, el('summary', {}, 'Raw JSON'), this.raw);
    this.standing = el('dl', { class: 'facts' });
    this.node = el('section', { class: 'detail', 'aria-label': 'Event' },
      this.title, this.facts, this.beside, el('p', {}, el('button', { type: 'button', onclick: onCopy }, 'Copy link')), this.more,
      el('h2', {}, 'At this point'), this.standing);
  }

  toggleRaw() {
    this.more.open = !this.more.open;
  }

  /** @param {number} seq */
  show(seq) {
    const { story } = this;
    const event = story.events[seq - 1];
    if (!event) return;
    this.seq = seq;
    this.title.textContent = `Event ${seq}`;
    const body = event.body ?? {};
    const reply = body.reply ?? {};
    const { usage, attempts } = reply;
    const ruling = body.ruling ?? {};
    const { execution } = body;
    list(this.facts, [
      ['Kind', words(event.kind)],
      ['Time', new Date(event.ts).toLocaleString()],
      ['Round', story.standing(seq).round || undefined],
      ['Call', body.call],
      ['Seat', body.seat],
      ['Guard', body.guard],
      ['Decision', ruling.decision ?? body.permission ?? body.approval],
      ['Sure', ruling.confidence == null ? undefined : `${ruling.confidence} %`],
      ['Rule', body.rule],
      ['Model', reply.answered_by ?? body.answered_by],
      ['Asked for', reply.requested],
      ['Tokens', usage && `${usage.input_tokens} in, ${usage.output_tokens} out${usage.estimated ? ', estimated' : ''}`],
      ['Took', took(reply.elapsed_ms ?? body.elapsed_ms ?? execution?.duration_ms)],
      ['Waited', reply.waited_ms ? took(reply.waited_ms) : undefined],
      ['Failed before', attempts?.length],
      ['Cost', reply.cost_nanousd ? `$${(reply.cost_nanousd / 1e9).toFixed(6)}` : undefined],
      ['Sandbox', execution?.isolation],
    ]);
    const index = story.rowOf[seq];
    const row = story.rows[index];
    const others = [];
    for (let other = row.seq; other <= row.end && others.length < MAX_BESIDE; other++) {
      if (other !== seq && story.rowOf[other] === index) others.push(other);
    }
    /** @param {number} other */
    const link = other => el('a', { href: this.link + other, 'data-jump': other }, `#${other} ${words(story.events[other - 1].kind)}`);
    this.beside.replaceChildren(others.length ? 'Told with it: ' : '', ...others.flatMap(other => [link(other), ' ']));
    const { breached, held, served, denied, calls, tokens } = story.standing(seq);
    list(this.standing, [
      ['Attacks', breached + held ? `${breached} of ${breached + held} got through` : 'none decided'],
      ['Work', served + denied ? `${served} served, ${denied} denied` : undefined],
      ['Model calls', story.maxCalls ? `${calls} of ${story.maxCalls}` : calls],
      ['Tokens', tokens ? `${count(tokens)}${story.maxTokens ? ` of ${count(story.maxTokens)}` : ''}` : undefined],
    ]);
    this.fill();
  }

  fill() {
    if (!this.more.open) return;
    const text = JSON.stringify(this.story.events[this.seq - 1], null, 2) ?? '';
    this.raw.replaceChildren(said(text.slice(0, MAX_RAW)), text.length > MAX_RAW ? '\n… the export has all of it' : '');
  }
}

/** @param {HTMLElement} into @param {[string, any][]} facts */
function list(into, facts) {
  into.replaceChildren(...facts.filter(([, value]) => value !== undefined && value !== null)
    .flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, said(String(value)))]));
}

/** @param {number | undefined} ms */
function took(ms) {
  if (ms === undefined) return undefined;
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
