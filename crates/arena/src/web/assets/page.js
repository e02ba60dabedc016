// What every page runs: times in the reader's zone, forms and buttons that speak to the API, keys, the theme.
import { ask } from './ask.js';
import { bindForms } from './form.js';
import { bindKeys } from './keys.js';
import { toast } from './toast.js';

for (const time of document.querySelectorAll('time')) {
  const at = new Date(time.dateTime);
  time.title = time.dateTime;
  time.textContent = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

// On a telephone the places are a row that is longer than the screen.
document.querySelector('.top nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

bindForms();
bindKeys();

// A button that does one thing over the API, after a question if it takes something away.
for (const button of document.querySelectorAll('button[type="button"][data-api]')) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.addEventListener('click', async () => {
    const { api = '', confirm: question, ifMatch, body, then = '' } = button.dataset;
    if (question && !window.confirm(question)) return;
    button.disabled = true;
    const answer = await ask(api, { body: body ? JSON.parse(body) : undefined, ifMatch });
    button.disabled = false;
    if (answer.problem) toast(answer.problem.detail);
    else if (then) location.assign(then);
    else location.reload();
  });
}

// The theme is a cookie, so that the server sends the page in it.
for (const choice of document.querySelectorAll('input[name="theme"]')) {
  if (!(choice instanceof HTMLInputElement)) continue;
  choice.addEventListener('change', () => {
    document.cookie = `arena_theme=${choice.value}; path=/; max-age=31536000; samesite=strict`;
    if (choice.value === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice.value;
  });
}
