// Lists that follow what happens: rows change where they stand, and what is new is told and not pushed under the pointer.

import { ask } from './ask.js';

/** For who is not let in any more. */
const LOST = 'This page does not follow any more: load it again, or sign in';
const CHANGED = 'Something changed: load the page again';
/** A connection that is back before that was not missed. */
const LOST_AFTER_MS = 3000;
const BACKOFF_MS = [500, 1000, 2000, 5000, 10000];
const topics = [...document.querySelectorAll('[data-live]')].map(place => place.getAttribute('data-live') ?? '');
let attempts = 0;
let isStale = false;
/** Says that the connection is gone, if it does not come back. @type {ReturnType<typeof setTimeout> | undefined} */
let telling;

connect();

function connect() {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws`);
  let isOpen = false;
  socket.addEventListener('open', () => {
    isOpen = true;
    attempts = 0;
    found();
    for (const topic of new Set(topics)) socket.send(JSON.stringify({ t: 'sub', topic }));
    // What happened meanwhile was not heard.
    if (isStale) announce(CHANGED);
  });
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.t === 'ping') socket.send('{"t":"pong"}');
    if (frame.kind === 'changed') change(frame.body);
    if (frame.kind === 'requested' || frame.kind === 'settled' || frame.kind === 'reload') announce();
  });
  socket.addEventListener('close', async ({ code }) => {
    isStale = true;
    const shown = new Date().toLocaleTimeString();
    telling ??= setTimeout(() => announce(`The server does not answer: what is shown is of ${shown}`), LOST_AFTER_MS);
    if (code === 4001 || code === 1008) return shutOut();
    // A handshake that is refused does not say why; whoever may not watch is not let in by trying again.
    if (!isOpen) {
      const { status } = await ask('GET /api/v1/matches?limit=1');
      if (status === 401 || status === 403) return shutOut();
    }
    const pause = BACKOFF_MS[Math.min(attempts++, BACKOFF_MS.length - 1)];
    setTimeout(connect, pause * (0.75 + Math.random() / 2));
  });
}

/** The connection is back, or nobody waits for it any more. */
function found() {
  clearTimeout(telling);
  telling = undefined;
}

/** The server answers, and does not let this page follow. */
function shutOut() {
  found();
  announce(LOST);
}

/** @param {any} game the summary of a match that changed */
function change(game) {
  const row = document.querySelector(`[data-id="${CSS.escape(game.id)}"]`);
  if (!row) return announce();
  const words = row.querySelector('[data-field="standing"] .words');
  if (!words) return;
  const rounds = game.n_rounds ? `${game.n_judged} of ${game.n_rounds}` : `${game.n_judged} rounds`;
  const text = `${standing(game)} · ${rounds}`;
  if (words.textContent === text) return;
  words.textContent = text;
  row.classList.remove('changed');
  requestAnimationFrame(() => row.classList.add('changed'));
  if (game.winner) announce();
}

/** @param {any} game */
function standing({ winner, status, awaits_person }) {
  /** @type {Record<string, string>} */
  const words = { red: 'Red won', blue: 'Blue held', draw: 'draw', void: 'void' };
  return words[winner] ?? (awaits_person ? 'waits for a person' : status);
}

/** Says that there is more than is shown. @param {string} [text] */
function announce(text) {
  const news = document.getElementById('news');
  if (!news) return;
  if (text) news.textContent = text;
  news.hidden = false;
  news.onclick = () => location.reload();
}
