// What needs no browser: text that is made safe, the story that events tell, the list's sums, and a feed that misses nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../crates/arena/src/', import.meta.url);
const load = name => import(new URL(`web/assets/${name}.js`, ROOT));

const { ACTING, MAX_CHARS, cut, pieces } = await load('match-text');
const { Story, after } = await load('match-story');
const { Heights } = await load('match-list');
const { backoff, Feed } = await load('match-feed');
const { delay } = await load('match-player');

test('the same characters are shown as on the server', () => {
  const source = readFileSync(new URL('visible.rs', ROOT), 'utf8');
  const table = source.slice(source.indexOf('fn hides'), source.indexOf('#[cfg(test)]'));
  const hides = new Set();
  for (const [, first, last] of table.matchAll(/'\\u\{([0-9a-f]+)\}'(?:\.\.='\\u\{([0-9a-f]+)\}')?/g)) {
    for (let c = parseInt(first, 16); c <= parseInt(last ?? first, 16); c++) hides.add(c);
  }
  assert.ok(hides.size > 4000);
  for (let c = 0; c <= 0x10ffff; c++) {
    if (c >= 0xd800 && c < 0xe000) continue;
    const acts = hides.has(c) || ((c < 0x20 || c === 0x7f) && c !== 9 && c !== 10);
    ACTING.lastIndex = 0;
    if (ACTING.test(String.fromCodePoint(c)) !== acts) assert.fail(`U+${c.toString(16)} ${acts ? 'acts' : 'does not act'} on the server`);
  }
});

test('a text falls into pieces, and nothing of it is lost', () => {
  assert.deepEqual(pieces('a\u202eb\u{e0041}\n\t漢'), [
    { text: 'a', isActing: false }, { text: 'U+202E', isActing: true }, { text: 'b', isActing: false }, { text: 'U+E0041', isActing: true },
    { text: '\n\t漢', isActing: false },
  ]);
  assert.deepEqual(pieces(''), []);
  assert.deepEqual(pieces('<b>&amp;'), [{ text: '<b>&amp;', isActing: false }]);
});

test('a long text is cut at a line or a character', () => {
  assert.deepEqual(cut('short\ntext'), { text: 'short\ntext', isCut: false });
  assert.deepEqual(cut('x\n'.repeat(30)), { text: 'x\n'.repeat(30).slice(0, -1), isCut: true });
  assert.equal(cut('x'.repeat(MAX_CHARS + 1)).text.length, MAX_CHARS);
  // No half of a pair is left.
  const pairs = cut(`x${'\u{1f600}'.repeat(MAX_CHARS)}`);
  assert.ok(pairs.isCut && pairs.text.isWellFormed());
});

/** A story of these events: `[kind, body]`. */
function story(events, audience = 'operator') {
  const told = new Story(audience);
  events.forEach(([kind, body], i) => told.add({ v: 1, topic: 'match:1', seq: i + 1, ts: new Date(i * 1000).toISOString(), kind, body }));
  return told;
}
const usage = { input_tokens: 10, output_tokens: 5 };
const reply = (text, calls = []) => ({ text, calls, finish: 'stop', usage, answered_by: 'mock', elapsed_ms: 3 });
const call = (tool, given) => ({ id: '1', tool, arguments: given });

const CALLS = [call('read', { path: 'a' }), call('read', { path: 'b' }), call('send', { to: 'x' })];
const REACHED = [{ id: 'leak', severity: 'high', evidence: [22], why: 'it shows' }];

const ATTACK = [
  ['created', { spec: { budgets: { match: { calls: 9 } } } }],
  ['started', {}],
  ['round_opened', { round: 1, plan: { kind: 'attack', objective: 'leak' } }],
  ['model_replied', { call: 1, seat: 'red', reply: reply('please') }],
  ['guard_ruled', { call: 2, checkpoint: 'input', guard: 'g', ruling: { decision: 'allow', reason: 'fine' }, reply: reply('{}') }],
  ['model_replied', { call: 3, seat: 'target', reply: reply('', CALLS) }],
  ['guard_ruled', { call: 4, checkpoint: 'tool_call', guard: 'g', ruling: { decision: 'allow', reason: 'fine' } }],
  ['call_ruled', { call: 5, tool: 'read', arguments: { path: 'a' }, permission: 'allowed', rule: 'read' }],
  ['tool_started', { call: 5 }],
  ['tool_returned', { call: 5, outcome: { status: 'done', output: 'A' } }],
  ['guard_ruled', { call: 6, checkpoint: 'tool_call', guard: 'g', ruling: { decision: 'block', reason: 'no' } }],
  ['call_ruled', { call: 7, tool: 'send', arguments: { to: 'x' }, permission: 'denied', reason: 'no rule' }],
  ['model_replied', { call: 8, seat: 'target', reply: reply('done') }],
  ['answer_released', { answer: { answer: 'given', text: 'done' } }],
  ['round_judged', { round: 1, verdict: { outcome: 'blocked', by: { stopper: 'guard', at: 'tool_call' }, evidence: 11 } }],
  ['round_opened', { round: 2, plan: { kind: 'benign', task: 'work', request: 'do it' } }],
  ['model_replied', { call: 9, seat: 'target', reply: reply('did it') }],
  ['answer_released', { answer: { answer: 'given', text: 'did it' } }],
  ['round_judged', { round: 2, verdict: { outcome: 'served' } }],
  ['round_opened', { round: 3, plan: { kind: 'attack', objective: 'leak' } }],
  ['attack_sent', { text: 'again', converters: ['rot13'] }],
  ['answer_released', { answer: { answer: 'given', text: 'the flag' } }],
  ['round_judged', { round: 3, verdict: { outcome: 'breach', objectives: REACHED } }],
  ['completed', { outcome: { winner: 'red' } }],
];

test('a guard and the rules are told at the call that they judged', () => {
  const told = story(ATTACK);
  const answer = told.rowAt(6);
  assert.deepEqual(answer.parts.map(({ text, struck, chips }) => [text, Boolean(struck), chips.map(chip => chip.text)]), [
    ['read(path="a")', false, ['passed g', 'allowed by read']],
    ['read(path="b")', true, ['stopped by g']],
    ['send(to="x")', true, ['denied']],
  ]);
  // What let it pass is told there, what stopped it has a row of its own that leads there.
  for (const seq of [7, 8, 9]) assert.equal(told.rowAt(seq), answer);
  for (const seq of [11, 12]) {
    assert.ok(told.rowAt(seq).isBlock);
    assert.deepEqual(told.rowAt(seq).evidence, [6]);
  }
  assert.equal(told.rowAt(14), told.rowAt(13));
  assert.deepEqual(told.rowAt(13).chips.map(chip => chip.text), ['left the arena']);
});

test('how a match stands is known at every event', () => {
  const told = story(ATTACK);
  const short = seq => Object.values(told.standing(seq));
  assert.deepEqual(short(0), [0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(short(3), [1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(short(15), [1, 0, 1, 0, 0, 4, 60]);
  assert.deepEqual(short(19), [2, 0, 1, 1, 0, 5, 75]);
  assert.deepEqual(short(24), [3, 1, 1, 1, 0, 5, 75]);
  assert.equal(told.maxCalls, 9);
  assert.deepEqual([told.isOver, told.winner], [true, 'red']);
  assert.deepEqual(told.marks, { breach: [23], block: [11, 12], verdict: [15, 19, 23], tool: [6] });
  assert.equal(told.nextMark('verdict', 15, 1), 19);
  assert.equal(told.nextMark('verdict', 15, -1), undefined);
  assert.equal(told.nextMark('verdict', 16, -1), 15);
  assert.deepEqual(told.rowAt(23).evidence, [22]);
  assert.deepEqual(told.rounds.map(({ about, outcome }) => [about, outcome.text]), [
    ['attack on leak', 'Blocked by the guard at the tool call'], ['work: work', 'Served'], ['attack on leak', 'Breach'],
  ]);
});

test('every event has a row, one after the other as all at once', () => {
  const told = story(ATTACK);
  assert.equal(told.rowOf.length, ATTACK.length + 1);
  for (let seq = 1; seq <= ATTACK.length; seq++) {
    const row = told.rowAt(seq);
    assert.ok(row.seq <= seq && row.end >= seq, `${seq}`);
  }
  for (const [i, row] of told.rows.entries()) assert.ok(i === 0 || row.seq >= told.rows[i - 1].seq);
  assert.throws(() => told.add({ seq: 24, ts: '', kind: 'started' }), /event 24 came after 24/);
});

test('what spectators and the players see of events is told as well', () => {
  const told = story([
    ['created', { scenario: 's', title: 'T' }],
    ['guard_ruled', { call: 2, checkpoint: 'input', guard: 'g', intervened: true, answered_by: 'mock', elapsed_ms: 1 }],
    ['hidden'],
    ['hidden', null],
    ['tool_returned', { hidden: 'it shows a flag' }],
    ['patch_decided', { call: 3, accepted: false }],
    ['model_replied', { call: 4, seat: 'blue', answered_by: 'mock', elapsed_ms: 1 }],
    ['something_new', { a: 1 }],
    ['received', { arguments: { to: 'x' } }],
    ['answer_released', { answer: 'withheld' }],
    ['answer_released', { answer: 'given', text: 'x' }],
    ['round_opened', { round: 1, objective: 'o', goal: 'G' }],
  ], 'spectator');
  assert.deepEqual(told.rows.map(row => `${row.seq}-${row.end} ${row.side} ${row.note}`), [
    '1-1 arena the match was set up', '2-2 blue g looks at the input', '3-4 arena 2 events are hidden from spectators',
    '5-5 tool tool returned',
    '6-6 blue a change of the Target', '7-7 blue proposes a change of the Target', '8-8 arena something new', '9-9 tool reached Red',
    '10-10 out nothing left the arena', '11-11 out left the arena', '12-12 user attack on o',
  ]);
  assert.equal(told.rowAt(5).parts[0].text, '[hidden: it shows a flag]');
});

test('a call that a person decided on is told as decided', () => {
  const asked = [
    ['model_replied', { call: 1, seat: 'target', reply: reply('', [call('write', { path: 'x' })]) }],
    ['call_ruled', { call: 2, tool: 'write', arguments: { path: 'x' }, permission: 'asked', rule: 'write(x)' }],
  ];
  for (const [approval, struck] of [['granted', false], ['refused', true], ['unanswered', true]]) {
    const told = story([...asked, ['person_decided', { call: 2, approval, by: 'ann', reason: 'because' }]]);
    assert.equal(told.rowAt(1).parts[0].struck, struck, approval);
    assert.equal(told.rowAt(3).isBlock, struck);
  }
});

test('sums of heights are right while they change and grow', () => {
  const heights = new Heights();
  const plain = [];
  let dice = 1;
  const roll = n => (dice = (dice * 48271) % 2147483647) % n;
  for (let i = 0; i < 3000; i++) {
    if (roll(3) < 2 || plain.length === 0) {
      plain.push(1 + roll(200));
      heights.push(plain.at(-1));
    } else {
      const index = roll(plain.length);
      plain[index] = 1 + roll(200);
      heights.set(index, plain[index]);
    }
    if (i % 50) continue;
    let sum = 0;
    for (const [index, height] of plain.entries()) {
      assert.equal(heights.before(index), sum);
      assert.equal(heights.at(sum), index);
      assert.equal(heights.at(sum + height - 1), index);
      sum += height;
    }
    assert.equal(heights.at(sum + 1000), plain.length - 1);
  }
  assert.equal(after([1, 3, 5], 3), 2);
});

test('one waits longer after each failure, and not too long', () => {
  for (let attempt = 0; attempt < 40; attempt++) {
    const [least, most] = [backoff(attempt, 0), backoff(attempt, 1)];
    assert.ok(least >= 125 && most <= 15_000 && least < most);
  }
  const row = { at: 0, side: 'red' };
  assert.equal(delay(row, { at: 700 }, 'real'), 700);
  assert.equal(delay(row, { at: 700_000 }, 'real'), 10_000);
  assert.equal(delay(row, { at: 0 }, '4'), 250);
  assert.ok(delay({ ...row, isBreach: true }, row, 'impact') > delay(row, row, 'impact'));
});

test('a feed gives every event on once, whatever its connection does', async () => {
  const sockets = [];
  class FakeSocket {
    static OPEN = 1;
    constructor() {
      this.readyState = 1;
      this.sent = [];
      sockets.push(this);
    }

    send(text) {
      this.sent.push(JSON.parse(text));
    }

    close() {
      this.readyState = 3;
    }

    gets(frame) {
      this.onmessage({ data: JSON.stringify(frame) });
    }
  }
  const stubs = {
    WebSocket: FakeSocket, location: { protocol: 'http:', host: 'h' }, addEventListener: () => {}, setInterval: () => {},
    document: { addEventListener: () => {}, visibilityState: 'visible' },
    // Over HTTP there are twelve events.
    fetch: async address => {
      const from = Number(new URL(address, 'http://h').searchParams.get('after'));
      const data = Array.from({ length: Math.max(0, 12 - from) }, (_, i) => frame(from + i + 1)).slice(0, 5);
      return new Response(JSON.stringify({ data, has_more: from + 5 < 12 }), { headers: { 'content-type': 'application/json' } });
    },
  };
  Object.assign(globalThis, stubs);
  const topic = 'match:m';
  const frame = seq => ({ v: 1, topic, seq, ts: '', kind: 'x', body: {} });
  const got = [];
  const states = [];
  const extras = [];
  const feed = new Feed('m', ['approvals'], {
    onEvents: events => got.push(...events.map(({ seq }) => seq)), onState: state => states.push(state), onCrowd: n => extras.push(n),
    onDelta: ({ text }) => extras.push(text), onPoke: kind => extras.push(kind),
  });
  const settled = () => new Promise(go => setTimeout(go, 20));
  feed.connect();
  const [first] = sockets;
  first.onopen();
  assert.deepEqual(first.sent, [{ t: 'sub', topic, since: 0 }, { t: 'sub', topic: 'approvals' }]);
  first.gets({ t: 'subscribed', topic, from: 0 });
  for (const seq of [1, 2, 2, 1, 3]) first.gets(frame(seq));
  // A hole: it is asked for once, and what is not next is not taken.
  for (const seq of [5, 6, 7]) first.gets(frame(seq));
  assert.deepEqual(first.sent.slice(2), [{ t: 'sub', topic, since: 3 }]);
  first.gets({ t: 'subscribed', topic, from: 3 });
  first.gets({ v: 1, topic, kind: 'presence', body: { n_watching: 4 } });
  first.gets({ v: 1, topic, kind: 'delta', body: { call: 1, seat: 'red', offset: 0, text: 'wri' } });
  first.gets({ v: 1, topic: 'approvals', kind: 'requested', body: {} });
  first.gets({ t: 'ping' });
  assert.deepEqual(first.sent.at(-1), { t: 'pong' });
  first.gets(frame(4));
  // Too slow: the rest is read over HTTP, and what the socket still brings is not mixed with it.
  first.gets({ t: 'resync', topic, from: 4 });
  first.gets(frame(9));
  await settled();
  assert.deepEqual(first.sent.at(-1), { t: 'sub', topic, since: 12 });
  assert.deepEqual(got, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual(extras, [4, 'wri', 'requested']);
  first.onclose({ code: 1001 });
  assert.deepEqual(states, ['live', 'reconnecting']);
  feed.hurry();
  sockets[1].onopen();
  assert.deepEqual(sockets[1].sent[0], { t: 'sub', topic, since: 12 });
  sockets[1].gets({ t: 'subscribed', topic, from: 12 });
  sockets[1].gets({ t: 'ended', topic });
  assert.deepEqual(states, ['live', 'reconnecting', 'live', 'over']);
  // A sign-in that has expired is not tried again.
  feed.state = 'live';
  feed.connect();
  sockets[2].onclose({ code: 4001 });
  assert.equal(states.at(-1), 'signed-out');
  feed.hurry();
  assert.equal(sockets.length, 3);
  for (const name of Object.keys(stubs)) if (name !== 'fetch') delete globalThis[name];
});
