// What a person may do with a match: pause it, let it go on, end it, and decide on what waits for them. All of it is asked of
// the API; what comes of it arrives as events.
import { ask } from './ask.js';
import { el } from './match-dom.js';
import { isOver } from './match-story.js';
import { said } from './match-text.js';

/** Before this a key that was meant for something else would approve, milliseconds. */
const CAREFUL = 600;

export class Control {
  /** @param {string} match @param {(problem: string) => void} onProblem */
  constructor(match, onProblem) {
    this.match = match;
    this.onProblem = onProblem;
    this.pause = el('button', { type: 'button', hidden: true, onclick: () => this.post('pause') }, 'Pause the match');
    this.resume = el('button', { type: 'button', hidden: true, onclick: () => this.post('resume') }, 'Let it go on');
    this.stop = el('button', { type: 'button', class: 'danger', hidden: true, onclick: () => this.ask.showModal() }, 'Stop…');
    this.reason = el('input', { id: 'stop-reason', maxlength: 500, autocomplete: 'off' });
    this.ask = el('dialog', { 'aria-labelledby': 'stop-title' },
      el('h2', { id: 'stop-title' }, 'Stop this match?'),
      el('p', {}, 'It cannot be played on afterwards. What was played stays.'),
      el('p', {}, el('label', { for: 'stop-reason' }, 'Why, for the record'), el('br'), this.reason),
      el('div', { class: 'actions' },
        el('button', { type: 'button', class: 'danger', onclick: () => this.end() }, 'Stop the match'),
        el('button', { type: 'button', onclick: () => this.ask.close() }, 'Keep playing')));
    this.node = el('div', { class: 'run', role: 'group', 'aria-label': 'Match' }, this.pause, this.resume, this.stop, this.ask);
  }

  /** @param {string} status */
  show(status) {
    this.pause.hidden = status !== 'running';
    this.resume.hidden = status !== 'paused';
    this.stop.hidden = isOver(status);
    if (this.stop.hidden && this.ask.open) this.ask.close();
  }

  async end() {
    this.ask.close();
    await this.post('stop', this.reason.value ? { reason: this.reason.value } : {});
  }

  /** @param {string} what @param {unknown} [body] */
  async post(what, body) {
    const buttons = [this.pause, this.resume, this.stop];
    for (const button of buttons) button.disabled = true;
    const { problem } = await ask(`POST /api/v1/matches/${this.match}/${what}`, { body });
    for (const button of buttons) button.disabled = false;
    if (problem) this.onProblem(problem.detail);
  }
}

/** What the match waits with, for who may decide. */
export class Approvals {
  /** @param {string} match @param {(waits: Waiting | undefined) => void} onChange */
  constructor(match, onChange) {
    this.match = match;
    this.onChange = onChange;
    /** @type {Waiting | undefined} */
    this.waits = undefined;
    this.node = el('div', { class: 'asks' });
  }

  /** Looks whether something waits. */
  async look() {
    const { value } = await ask('GET /api/v1/approvals?limit=200');
    if (!value) return;
    const waits = value.data.find((/** @type {Waiting} */ each) => each.match === this.match);
    if (waits?.call === this.waits?.call) return;
    this.waits = waits;
    // Where the buttons were there is nothing that could have the focus.
    if (this.node.contains(document.activeElement)) document.getElementById('main')?.focus({ preventScroll: true });
    this.node.replaceChildren(...(waits ? [this.card(waits)] : []));
    this.onChange(waits);
  }

  /** @param {Waiting} waits */
  card({ call, tool, arguments: given, rule, patch, since }) {
    const approves = { type: 'button', class: 'primary', disabled: true, onclick: () => decide('approve') };
    const approve = el('button', approves, 'Approve once');
    const deny = el('button', { type: 'button', onclick: () => decide('deny') }, 'Deny');
    const reason = el('input', { id: 'deny-reason', maxlength: 500, autocomplete: 'off' });
    const problem = el('p', { class: 'error', role: 'alert', hidden: true });
    setTimeout(() => (approve.disabled = deny.disabled), CAREFUL);
    const decide = async (/** @type {'approve' | 'deny'} */ decision) => {
      approve.disabled = deny.disabled = true;
      const said = decision === 'deny' && reason.value ? { reason: reason.value } : {};
      const answer = await ask(`POST /api/v1/matches/${this.match}/approval`, { body: { call, decision, ...said } });
      if (answer.problem) {
        problem.hidden = false;
        problem.textContent = answer.problem.detail;
        approve.disabled = deny.disabled = false;
      }
      await this.look();
    };
    const what = tool ? JSON.stringify(given, null, 2) : JSON.stringify(patch, null, 2);
    return el('section', { class: 'approve', 'aria-labelledby': 'approve-title' },
      el('h2', { id: 'approve-title' }, tool ? `Approval needed: ${tool}` : 'Approval needed: a change of the Target'),
      el('p', { class: 'small' }, `Waits since ${new Date(since).toLocaleTimeString()}${rule ? `, by the rule ${rule}` : ''}.`,
        ' The match stands still until then.'),
      el('pre', { class: 'said', tabindex: 0, 'aria-label': 'What it is to do' }, said(what ?? '')),
      el('p', {}, el('label', { for: 'deny-reason' }, 'Why not, if you deny it'), el('br'), reason),
      el('div', { class: 'actions' }, approve, deny), problem);
  }
}
