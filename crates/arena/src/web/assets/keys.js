// Keys: places to go, rows of lists, and the overlay that tells them all. They are off while one writes.

/** @type {Record<string, string>} */
const PLACES = {
  d: '/', m: '/matches', n: '/matches/new', l: '/leaderboard', h: '/heatmap', c: '/compare', a: '/agents', s: '/scenarios',
  p: '/approvals', r: '/reports', u: '/audit', t: '/settings',
};

const NAMES = [
  ['g d', 'go to the dashboard'], ['g m', 'go to the matches'], ['g n', 'begin a match'], ['g l', 'go to the leaderboard'],
  ['g h', 'go to the heatmap'], ['g c', 'compare'], ['g a', 'go to the agents'], ['g s', 'go to the scenarios'],
  ['g p', 'go to the approvals'], ['g r', 'go to the reports'], ['g u', 'go to the audit'], ['g t', 'go to the settings'],
  ['/', 'look for something on this page'], ['?', 'these keys'],
];

/** @typedef {{ keys: string, does: string }} Shortcut */

export function bindKeys() {
  let goes = false;
  document.getElementById('help')?.addEventListener('click', showHelp);
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    const place = goes ? PLACES[event.key] : undefined;
    goes = event.key === 'g' && !goes;
    if (place) {
      event.preventDefault();
      location.assign(place);
    } else if (event.key === '?') {
      event.preventDefault();
      showHelp();
    } else if (event.key === '/') {
      const field = document.querySelector('main input[type="search"], main .filters input');
      if (field instanceof HTMLInputElement) {
        event.preventDefault();
        field.focus();
      }
    } else if ((event.key === 'j' || event.key === 'k') && document.querySelector('table.rows')) {
      event.preventDefault();
      moveRow(event.key === 'j' ? 1 : -1);
    }
  });
}

/** @param {number} step */
function moveRow(step) {
  const links = [...document.querySelectorAll('table.rows tbody th a')];
  const at = links.findIndex(link => link === document.activeElement);
  const next = links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + step))];
  if (next instanceof HTMLElement) next.focus();
}

/** @param {EventTarget | null} target */
function isWriting(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
    && !(target instanceof HTMLInputElement && /^(range|checkbox|radio|button)$/.test(target.type));
}

function showHelp() {
  const own = /** @type {{ arenaShortcuts?: Shortcut[] }} */ (/** @type {unknown} */ (window)).arenaShortcuts ?? [];
  const lists = document.querySelector('table.rows') ? [{ keys: 'j k', does: 'next and previous row' }] : [];
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'keys-title');
  const title = document.createElement('h2');
  title.id = 'keys-title';
  title.textContent = 'Keys of this page';
  const table = document.createElement('table');
  const body = table.createTBody();
  for (const { keys, does } of [...own, ...lists, ...NAMES.map(([keys, does]) => ({ keys, does }))]) {
    const row = body.insertRow();
    const cell = document.createElement('th');
    cell.scope = 'row';
    for (const key of keys.split(' ')) {
      const cap = document.createElement('kbd');
      cap.textContent = key;
      cell.append(cap, ' ');
    }
    row.append(cell);
    row.insertCell().textContent = does;
  }
  const close = document.createElement('button');
  close.textContent = 'Close';
  close.addEventListener('click', () => dialog.close());
  dialog.append(title, table, close);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
