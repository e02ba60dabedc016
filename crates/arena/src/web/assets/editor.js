// The editor of a file: what a check found is shown below, and whoever meets another's change sees both.
import { ask } from './ask.js';
import { checked } from './checked.js';
import { lines } from './lines.js';

const form = document.getElementById('editor');
const source = document.getElementById('source');
const place = document.getElementById('conflict');

if (form instanceof HTMLFormElement && source instanceof HTMLTextAreaElement && place) {
  const written = source.value;
  addEventListener('beforeunload', event => {
    if (source.value !== written && !form.dataset.kept) event.preventDefault();
  });
  form.addEventListener('answered', event => {
    const { answer, api } = /** @type {CustomEvent} */ (event).detail;
    place.replaceChildren();
    if (answer.problem?.code === 'stale_revision') {
      event.preventDefault();
      conflict(form, source, place, api);
    } else if (api.endsWith('/check') && !answer.problem) {
      event.preventDefault();
      document.getElementById('checked')?.replaceChildren(checked(answer.value));
    } else if (!answer.problem) {
      form.dataset.kept = 'true';
    }
  });
}

/**
 * Shows what stands now beside what was written, and lets the writer go on from it.
 * @param {HTMLFormElement} form @param {HTMLTextAreaElement} source @param {HTMLElement} place @param {string} api
 */
async function conflict(form, source, place, api) {
  const { value, tag, problem } = await ask(`GET ${api.split(' ')[1]}`);
  const section = document.createElement('section');
  section.className = 'form-error';
  section.setAttribute('role', 'alert');
  const title = document.createElement('h2');
  title.textContent = problem ? 'It was removed meanwhile' : 'Somebody has changed it meanwhile';
  const what = document.createElement('p');
  what.textContent = problem
    ? 'Your text is still here. Keep it under another name.'
    : `Revision ${value.revision.rev} stands now. Your text is still above; below is what differs, theirs marked − and yours marked +.`;
  section.append(title, what);
  if (!problem) {
    const diff = document.createElement('pre');
    diff.className = 'diff said';
    diff.tabIndex = 0;
    diff.append(...lines(value.source, source.value));
    const mine = button('Keep mine as the next revision', () => {
      form.dataset.ifMatch = tag;
      section.remove();
      form.requestSubmit();
    });
    const theirs = button('Take theirs, drop mine', () => {
      source.value = value.source;
      form.dataset.ifMatch = tag;
      section.remove();
      source.focus();
    });
    const actions = document.createElement('div');
    actions.className = 'actions';
    actions.append(mine, theirs);
    section.append(diff, actions);
  }
  place.replaceChildren(section);
  section.scrollIntoView({ block: 'nearest' });
}

/** @param {string} text @param {() => void} does */
function button(text, does) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', does);
  return button;
}
