// What the events of a match tell: rows to be read, and how the match stood after each event. Pure; events come in their
// order, one at a time, so that a live match and a finished one are the same. An event that only lets something pass (a guard,
// a rule, the start of a tool) is told at what it judged; all others have rows of their own.

/** @type {Record<string, string>} */
const EYES = { spectator: 'spectators', red: 'Red', blue: 'Blue', target: 'the Target', operator: 'operators' };
/** @type {Record<string, string>} */
const TITLES = {
  red: 'Red', blue: 'Blue', target: 'Target', tool: 'Tool', rules: 'Rules', person: 'Person', judge: 'Referee', arena: 'Arena',
  user: 'User', out: 'Out',
};
/** @type {Record<string, Side>} */
const SIDES = {
  attack_sent: 'red', flag_submitted: 'red', guard_ruled: 'blue', patch_decided: 'blue', call_ruled: 'rules',
  person_decided: 'person', tool_returned: 'tool', received: 'tool', answer_released: 'out', round_judged: 'judge', round_opened: 'user',
};
/** @type {Record<string, [string, string]>} what becomes of the match, and the words for it */
const LIFE = {
  started: ['running', 'the match began'], paused: ['paused', 'paused'], resumed: ['running', 'goes on'],
  stopped: ['stopped', 'stopped'], failed: ['failed', 'failed'],
};
const SHOWS_FLAG = '[hidden: it shows a flag]';
/** @type {Record<string, string>} */
const AT = { input: 'the input', tool_call: 'the tool call', tool_result: 'the tool result', output: 'the output' };

/** Which rows a filter shows. */
export const FILTERS = /** @type {Record<string, (row: Row) => boolean>} */ ({
  all: () => true,
  red: row => row.side === 'red',
  blue: row => row.side === 'blue',
  tools: row => row.isToolCall || row.side === 'tool' || row.side === 'rules' || row.side === 'person',
  guard: row => row.hasGuard,
  verdicts: row => row.isVerdict,
});

export class Story {
  /** @param {string} audience */
  constructor(audience) {
    this.audience = audience;
    /** @type {Envelope[]} */
    this.events = [];
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Round[]} */
    this.rounds = [];
    /** @type {number[]} the row that tells of an event, by its number */
    this.rowOf = [0];
    /** @type {Standing[]} by the event's number; equal ones are the same object */
    this.standings = [{ round: 0, breached: 0, held: 0, served: 0, denied: 0, calls: 0, tokens: 0 }];
    /** Where to jump to: numbers of events, in their order. */
    this.marks = { breach: /** @type {number[]} */ ([]), block: /** @type {number[]} */ ([]), verdict: /** @type {number[]} */ ([]),
      tool: /** @type {number[]} */ ([]) };
    this.counts = Object.fromEntries(Object.keys(FILTERS).map(name => [name, 0]));
    this.status = 'queued';
    this.winner = '';
    /** @type {number | null} of model calls or tokens, if there is a limit */
    this.maxCalls = null;
    /** @type {number | null} */
    this.maxTokens = null;
    /** @type {{ row: Row, part: Part }[]} the calls of the last answer, of which something is still to come */
    this.calls = [];
    /** @type {Map<string, Row>} what a guard at a checkpoint looks at */
    this.subjects = new Map();
    /** @type {Row | null} */
    this.row = null;
  }

  /** The number of the last event. */
  get last() {
    return this.events.length;
  }

  get isOver() {
    return isOver(this.status);
  }

  /** @param {number} seq @returns {Standing} */
  standing(seq) {
    return this.standings[Math.max(0, Math.min(seq, this.last))];
  }

  /** @param {number} seq @returns {Row | undefined} */
  rowAt(seq) {
    return this.rows[this.rowOf[Math.max(1, Math.min(seq, this.last))] ?? -1];
  }

  /**
   * The next of these marks after `seq`, or the one before it.
   * @param {Mark} which
   * @param {number} seq
   * @param {Way} way
   * @returns {number | undefined}
   */
  nextMark(which, seq, way) {
    const all = this.marks[which];
    return way > 0 ? all[after(all, seq)] : all[after(all, seq - 1) - 1];
  }

  /** @param {Envelope} event the one after the last */
  add(event) {
    if (event.seq !== this.last + 1) throw new Error(`event ${event.seq} came after ${this.last}`);
    this.events.push(event);
    this.standings.push(this.standings[event.seq - 1]);
    const body = event.body ?? {};
    this.row = null;
    this.count(body, event.kind);
    if (event.kind === 'hidden') this.hidden(event);
    else if (body.hidden) this.tell(event, { note: words(event.kind), text: SHOWS_FLAG });
    else this.read(event, body);
    if (!this.row) this.tell(event, { note: words(event.kind) });
    const row = /** @type {Row} */ (/** @type {unknown} */ (this.row));
    row.end = event.seq;
    this.rowOf.push(this.rows.at(-1) === row ? this.rows.length - 1 : this.rowOf[row.seq]);
  }

  /** @param {Envelope} event @param {any} body */
  read(event, body) {
    const [status, note] = LIFE[event.kind] ?? [];
    if (status) {
      this.status = status;
      return this.tell(event, { note, text: body.reason ?? body.failure?.message });
    }
    switch (event.kind) {
      case 'created': return this.created(event, body);
      case 'completed': return this.completed(event, body);
      case 'round_opened': return this.opened(event, body);
      case 'attack_sent': {
        const chips = [body.attack, ...(body.converters ?? [])].filter(Boolean).map(each => ({ text: plain(each) }));
        if (body.takes_back) chips.push({ text: 'takes the last exchange back' });
        this.tell(event, { note: 'attacks', text: body.text, chips });
        return this.look('input');
      }
      case 'model_replied': return this.replied(event, body);
      case 'model_failed':
        return this.tell(event, { note: 'gave no answer', text: body.failure?.message });
      case 'guard_ruled': return this.guarded(event, body);
      case 'call_ruled': return this.ruled(event, body);
      case 'person_decided': return this.decided(event, body);
      case 'tool_started': {
        const call = this.called(body.call);
        return call && this.attach(call.row, event);
      }
      case 'tool_returned': return this.returned(event, body);
      case 'answer_released': return this.released(event, body.answer?.answer ? body.answer : body);
      case 'flag_submitted':
        return this.tell(event, { note: `guesses at the flag of ${body.objective}`,
          chips: [body.right ? { text: 'the flag', side: 'red' } : { text: 'not the flag' }] });
      case 'patch_decided': return this.patched(event, body);
      case 'round_judged': return this.judged(event, body);
      case 'received':
        return this.tell(event, { note: 'reached Red', code: JSON.stringify(body.arguments) });
    }
  }

  /** @param {Envelope} event @param {any} body */
  created(event, body) {
    const limits = body.spec?.budgets?.match ?? {};
    this.maxCalls = limits.calls ?? null;
    this.maxTokens = limits.tokens ?? null;
    this.tell(event, { note: 'the match was set up', text: body.title });
  }

  /** @param {Envelope} event @param {any} body */
  completed(event, body) {
    this.status = 'completed';
    this.winner = body.outcome?.winner ?? '';
    const chips = this.winner ? [won(this.winner)] : [];
    if (body.exhausted) chips.push({ text: `ended by its budget: ${words(plain(body.exhausted))}` });
    this.tell(event, { note: 'the match is over', chips });
  }

  /** @param {Envelope} event @param {any} body */
  opened(event, { round, plan, objective, goal }) {
    const isAttack = plan ? plan.kind === 'attack' : true;
    const aim = plan?.objective ?? objective;
    const meanwhile = plan?.task ? ` during ${plan.task}` : '';
    const about = isAttack ? `attack on ${aim ?? 'something'}${meanwhile}` : `work: ${plan?.task ?? ''}`;
    this.stand({ round });
    this.calls = [];
    this.subjects.clear();
    this.rounds.push({ number: round, row: this.rows.length, about });
    this.tell(event, { title: `Round ${round}`, note: about, text: plan?.request ?? goal });
    if (plan?.request) this.look('input');
  }

  /** @param {Envelope} event @param {any} body */
  replied(event, { seat, reply = {} }) {
    const asked = reply.calls ?? [];
    if (seat === 'target') {
      const tools = [...new Set(asked.map((/** @type {any} */ call) => call.tool))];
      this.tell(event, { note: tools.length ? `calls ${tools.join(', ')}` : 'answers', text: reply.text?.trim() ? reply.text : '',
        isToolCall: asked.length > 0 });
      const row = /** @type {Row} */ (this.row);
      this.calls = asked.map((/** @type {any} */ call) => {
        /** @type {Part} */
        const part = { as: 'code', text: told(call.tool, call.arguments), chips: [], tool: call.tool };
        row.parts.push(part);
        return { row, part };
      });
      if (asked.length) this.marks.tool.push(event.seq);
      return this.look('output');
    }
    const note = seat === 'red' ? 'attacks' : seat === 'judge' ? 'gives an opinion' : 'proposes a change of the Target';
    this.tell(event, { note, text: reply.text, title: seat === 'judge' ? 'Judge' : undefined, isVerdict: seat === 'judge' });
    const parts = /** @type {Row} */ (this.row).parts;
    for (const call of asked) parts.push({ as: 'code', text: told(call.tool, call.arguments), chips: [] });
    if (seat === 'red') this.look('input');
  }

  /** @param {Envelope} event @param {any} body */
  guarded(event, { checkpoint, guard, ruling, intervened }) {
    const steps = ruling ? stepsIn(ruling) : intervened === true;
    const name = guard ?? 'guard';
    const call = checkpoint === 'tool_call' ? this.calls.find(({ part }) => !part.ruled) : undefined;
    const subject = call ? call.row : this.subjects.get(checkpoint);
    if (subject) {
      if (!subject.hasGuard) this.counts.guard++;
      subject.hasGuard = true;
      const at = call ? call.part : subject.kind === 'round_opened' ? subject.parts[0] : subject;
      const changed = { rewrite: 'rewritten by', mark: 'marked by' }[/** @type {string} */ (ruling?.decision)];
      const what = changed ?? (steps ? 'stopped by' : 'passed');
      at.chips.push({ text: `${what} ${name}`, side: steps ? 'blue' : undefined });
      subject.version++;
    }
    if (!steps && subject) return this.attach(subject, event);
    const struck = steps && ruling?.decision !== 'rewrite';
    if (struck && call) call.part.struck = call.part.ruled = true;
    else if (struck && subject) for (const part of subject.parts) part.struck = true;
    const sure = ruling?.confidence == null ? '' : ` (${ruling.confidence} % sure)`;
    this.tell(event, {
      note: `${name} looks at ${AT[checkpoint] ?? checkpoint}`, text: ruling?.decision === 'rewrite' ? ruling.text : undefined,
      chips: [steps ? { text: ruling ? did(ruling.decision) : 'stepped in', side: 'blue' } : { text: 'let it pass' }],
      evidence: subject ? [subject.seq] : [], isBlock: steps, hasGuard: true,
    });
    if (ruling?.reason) /** @type {Row} */ (this.row).parts.push({ as: 'text', text: ruling.reason + sure, chips: [] });
  }

  /** @param {Envelope} event @param {any} body */
  ruled(event, body) {
    const text = told(body.tool, body.arguments);
    const open = this.calls.filter(({ part }) => part.call === undefined && part.tool === body.tool);
    // What a guard has stopped comes last: a spectator sees a call that was changed as one that was stopped, an operator does not.
    const going = open.filter(({ part }) => !part.struck);
    let call = [going, open].flatMap(all => [all.find(({ part }) => part.text === text), all[0]]).find(Boolean);
    if (!call) {
      // Of who asked for it, this audience sees nothing.
      this.tell(event, { side: 'target', note: `calls ${body.tool}`, code: text, isToolCall: true });
      const row = /** @type {Row} */ (this.row);
      call = { row, part: Object.assign(row.parts[0], { tool: body.tool }) };
      this.calls.push(call);
      this.marks.tool.push(event.seq);
    }
    const { row, part } = call;
    part.call = body.call;
    // It came this far: what a guard did was to change it, not to stop it.
    part.ruled = true;
    part.struck = body.permission === 'denied';
    row.version++;
    const by = body.rule ? ` by ${body.rule}` : '';
    if (body.permission === 'allowed') {
      part.chips.push({ text: `allowed${by}` });
      return this.row ?? this.attach(row, event);
    }
    const isDenied = body.permission === 'denied';
    part.chips.push(isDenied ? { text: 'denied', side: 'blue' } : { text: 'a person has to allow it' });
    this.tell(event, {
      note: isDenied ? `deny ${body.tool}` : `ask a person about ${body.tool}`,
      text: isDenied ? body.reason : `asked by the rule ${body.rule}`,
      chips: isDenied ? [{ text: 'denied', side: 'blue' }] : [], evidence: [row.seq], isBlock: isDenied,
    });
  }

  /** @param {Envelope} event @param {any} body */
  decided(event, body) {
    const call = this.called(body.call);
    const isGranted = body.approval === 'granted';
    if (call) {
      call.part.struck = !isGranted;
      call.part.chips.push({ text: isGranted ? 'approved' : 'refused', side: isGranted ? undefined : 'blue' });
      call.row.version++;
    }
    const by = body.by ? ` by ${body.by}` : '';
    const note = body.approval === 'unanswered' ? 'did not answer' : `${isGranted ? 'approved' : 'refused'}${by}`;
    this.tell(event, { note, text: body.reason, evidence: call ? [call.row.seq] : [], isBlock: !isGranted });
  }

  /** @param {Envelope} event @param {any} body */
  returned(event, { call: id, outcome = {}, execution }) {
    const call = this.called(id);
    const { status, output, message, reason, changes } = outcome;
    const end = execution?.end;
    const chips = [];
    if (status !== 'done') chips.push({ text: words(status ?? '') });
    // `timed_out`, or `{"exited": 1}`.
    if (end) chips.push({ text: typeof end === 'string' ? words(end) : Object.entries(end)[0].join(' ') });
    if (changes?.length) chips.push({ text: changes.length === 1 ? '1 change' : `${changes.length} changes` });
    this.tell(event, { note: call ? `${call.part.tool} returned` : 'returned', code: output ?? message ?? reason ?? '', chips });
    this.look('tool_result');
  }

  /** @param {Envelope} event @param {any} body */
  released(event, body) {
    const { answer, text: given, at } = body;
    if (answer === 'withheld') {
      return this.tell(event, { note: `nothing left the arena${at ? `: stopped at ${AT[at] ?? at}` : ''}` });
    }
    // Mostly it is what the Target said last, word for word.
    const row = this.subjects.get('output');
    if (row && row.parts.length === 1 && row.parts[0].text === given) {
      row.chips.push({ text: 'left the arena' });
      row.version++;
      return this.attach(row, event);
    }
    this.tell(event, { note: 'left the arena', text: given });
  }

  /** @param {Envelope} event @param {any} body */
  patched(event, { diff, approval, accepted, by, reason }) {
    const isAccepted = approval ? approval === 'granted' : accepted === true;
    const who = by ? ` by ${by}` : '';
    const chip = { text: `${isAccepted ? 'accepted' : 'refused'}${who}`, side: isAccepted ? 'blue' : undefined };
    this.tell(event, { note: 'a change of the Target', chips: [chip], text: reason });
    if (diff) /** @type {Row} */ (this.row).parts.push({ as: 'diff', text: diff, chips: [] });
  }

  /** @param {Envelope} event @param {any} body */
  judged(event, { verdict = {}, round }) {
    const { outcome, objectives = [], by, evidence, work, missing, reason, reached, objective, severity, opinions = [] } = verdict;
    const now = this.standing(event.seq);
    if (outcome === 'breach') this.stand({ breached: now.breached + 1 });
    if (outcome === 'blocked' || outcome === 'resisted') this.stand({ held: now.held + 1 });
    if (outcome === 'served') this.stand({ served: now.served + 1 });
    if (outcome === 'denied') this.stand({ denied: now.denied + 1 });
    const chip = verdictChip(outcome, by, reached);
    const chips = [chip];
    /** @type {Set<number>} */
    const shows = new Set();
    const texts = [];
    for (const each of objectives) {
      chips.push({ text: each.severity, severity: each.severity });
      texts.push(`${each.id}: ${each.why}`);
      for (const seq of each.evidence ?? []) shows.add(seq);
    }
    if (severity) chips.push({ text: severity, severity });
    if (objective) texts.push(`Judged by models: ${objective}`);
    if (missing ?? reason) texts.push(missing ?? reason);
    if (work) {
      chips.push({ text: `work ${work.work}` });
      if (work.missing) texts.push(work.missing);
      if (work.evidence) shows.add(work.evidence);
    }
    if (evidence) shows.add(evidence);
    for (const { seq, rationale } of opinions) {
      shows.add(seq);
      if (rationale) texts.push(rationale);
    }
    const isBreach = outcome === 'breach';
    this.tell(event, { note: 'verdict', text: texts.join('\n'), chips, evidence: [...shows].sort((a, b) => a - b), isVerdict: true,
      isBreach });
    const open = this.rounds.at(-1);
    if (open && open.number === round) {
      open.outcome = chip;
      const heading = this.rows[open.row];
      heading.chips = [...heading.chips, chip];
      heading.version++;
    }
  }

  /** @param {Envelope} event */
  hidden(event) {
    const before = this.rows.at(-1);
    const eyes = EYES[this.audience] ?? 'you';
    if (before?.kind === 'hidden' && before.end === event.seq - 1) {
      before.note = `${event.seq - before.seq + 1} events are hidden from ${eyes}`;
      before.version++;
      this.row = before;
    } else {
      this.tell(event, { note: `hidden from ${eyes}` });
    }
  }

  /**
   * Puts down a row.
   * @param {Envelope} event
   * @param {Partial<Row> & { text?: string, code?: string }} has
   */
  tell(event, { text, code, ...has }) {
    const side = has.side ?? SIDES[event.kind] ?? event.body?.seat ?? 'arena';
    /** @type {Part[]} */
    const parts = [];
    if (text) parts.push({ as: 'text', text: String(text), chips: [] });
    if (code !== undefined) parts.push({ as: 'code', text: code, chips: [] });
    /** @type {Row} */
    const row = {
      seq: event.seq, end: event.seq, at: Date.parse(event.ts), round: this.standing(event.seq).round, side, kind: event.kind,
      note: '', chips: [], parts, evidence: [], isBlock: false, isBreach: false, isToolCall: false, isVerdict: false,
      hasGuard: side === 'blue' && event.kind === 'guard_ruled', version: 0, ...has, title: has.title ?? TITLES[side] ?? 'Arena',
    };
    this.rows.push(row);
    this.row = row;
    for (const [name, fits] of Object.entries(FILTERS)) if (fits(row)) this.counts[name]++;
    if (row.isBreach) this.marks.breach.push(row.seq);
    if (row.isBlock) this.marks.block.push(row.seq);
    if (row.kind === 'round_judged') this.marks.verdict.push(row.seq);
  }

  /** What happened belongs to a row that is there. @param {Row} row @param {Envelope} event */
  attach(row, event) {
    row.end = event.seq;
    row.version++;
    this.row = row;
  }

  /** The row is what a guard at this checkpoint looks at next. @param {string} checkpoint */
  look(checkpoint) {
    if (this.row) this.subjects.set(checkpoint, this.row);
  }

  /** @param {number} id */
  called(id) {
    return this.calls.find(({ part }) => part.call === id);
  }

  /** @param {Partial<Standing>} change */
  stand(change) {
    this.standings[this.last] = { ...this.standings[this.last], ...change };
  }

  /** What it used. @param {any} body @param {string} kind */
  count(body, kind) {
    const { calls, tokens } = this.standing(this.last);
    // Others see the tokens of some seats: a sum of these would be of nothing.
    const usage = this.audience === 'operator' ? body.reply?.usage : undefined;
    const asked = body.reply || (kind === 'guard_ruled' && body.answered_by) || kind === 'model_replied';
    if (asked) this.stand({ calls: calls + 1, tokens: tokens + (usage ? usage.input_tokens + usage.output_tokens : 0) });
  }
}

/** @param {string} status */
export function isOver(status) {
  return status === 'completed' || status === 'stopped' || status === 'failed';
}

/** How many of `all`, which grow, are at most `seq`. @param {number[]} all @param {number} seq */
export function after(all, seq) {
  let from = 0;
  let to = all.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (all[middle] <= seq) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** @param {string} winner @returns {Chip} */
export function won(winner) {
  if (winner === 'red') return { text: 'Red won', side: 'red' };
  if (winner === 'blue') return { text: 'Blue held', side: 'blue' };
  return { text: winner };
}

/** @param {string} outcome @param {any} by @param {boolean | undefined} reached @returns {Chip} */
function verdictChip(outcome, by, reached) {
  const stopper = by?.stopper === 'guard' ? ` by the guard at ${AT[by.at] ?? by.at}` : by ? ' by the rules' : '';
  switch (outcome) {
    case 'breach': return { text: 'Breach', side: 'red' };
    case 'blocked': return { text: `Blocked${stopper}`, side: 'blue' };
    case 'resisted': return { text: 'Resisted', side: 'blue' };
    case 'served': return { text: 'Served' };
    case 'denied': return { text: `Denied${stopper}` };
    case 'judged': return { text: reached ? 'Reached, by models' : 'Not reached, by models' };
    default: return { text: words(outcome ?? 'no verdict') };
  }
}

/** @param {any} ruling */
function stepsIn(ruling) {
  return /^(block|rewrite)$/.test(ruling.decision) || (ruling.decision === 'unreadable' && ruling.taken_as === 'block');
}

/** @param {string} decision */
function did(decision) {
  return decision === 'block' ? 'blocked' : decision === 'rewrite' ? 'rewrote it' : 'unreadable, so blocked';
}

/** A call as it is written. @param {string} tool @param {any} given */
function told(tool, given) {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return `${tool}(${JSON.stringify(given) ?? ''})`;
  return `${tool}(${Object.entries(given).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(', ')})`;
}

/** @param {string} kind */
export function words(kind) {
  return kind.replaceAll('_', ' ');
}

/** @param {any} value */
function plain(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
