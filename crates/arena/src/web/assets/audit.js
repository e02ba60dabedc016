// Verifies the record of a match, on request.
import { ask } from './ask.js';

const form = document.getElementById('verification');
const place = document.getElementById('verified');
if (form instanceof HTMLFormElement && place) {
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const id = String(new FormData(form).get('match') ?? '').trim();
    place.textContent = 'Verifying…';
    const { value, problem } = await ask(`GET ${form.dataset.root}/matches/${encodeURIComponent(id)}/verification`);
    const words = document.createElement('p');
    words.textContent = problem ? problem.detail : sentence(value);
    place.replaceChildren(words);
  });
}

/** @param {any} found */
function sentence(found) {
  return found.good
    ? `The record is whole: ${found.n_events} events and ${found.n_calls} tool calls, the last event's hash is ${found.head}.`
    : `The record is not whole: ${found.problems.join('; ')}`;
}
