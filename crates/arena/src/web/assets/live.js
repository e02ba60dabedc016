// Lists that follow what happens: rows change where they stand, and what is new is told and not pushed under the pointer.

const BACKOFF_MS = [500, 1000, 2000, 5000, 10000];
const topics = [...document.querySelectorAll('[data-live]')].map(place => place.getAttribute('data-live') ?? '');
let attempts = 0;
let isStale = false;

connect();

function connect() {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws`);
  socket.addEventListener('open', () => {
    attempts = 0;
    for (const topic of new Set(topics)) socket.send(JSON.stringify({ t: 'sub', topic }));
    // What happened meanwhile was not heard.
    if (isStale) announce();
  });
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.t === 'ping') socket.send('{"t":"pong"}');
    if (frame.kind === 'changed') change(frame.body);
    if (frame.kind === 'requested' || frame.kind === 'settled' || frame.kind === 'reload') announce();
  });
  socket.addEventListener('close', ({ code }) => {
    isStale = true;
    // Whoever may not watch is not let in by trying again.
    if (code === 4001 || code === 1008) return;
    const pause = BACKOFF_MS[Math.min(attempts++, BACKOFF_MS.length - 1)];
    setTimeout(connect, pause * (0.75 + Math.random() / 2));
  });
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

/** Says that there is more than is shown. */
function announce() {
  const news = document.getElementById('news');
  if (!news) return;
  news.hidden = false;
  news.onclick = () => location.reload();
}

export {};
