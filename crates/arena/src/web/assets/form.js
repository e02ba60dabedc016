// Forms that speak to the API: the names of their fields are places in the body (`budget/calls`), and what the API says is
// wrong stands beside the field that it names. Nothing that was written is lost.
import { ask } from './ask.js';

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

export function bindForms() {
  for (const form of document.querySelectorAll('form[data-api]')) {
    if (form instanceof HTMLFormElement) bind(form);
  }
}

/** @param {HTMLFormElement} form */
function bind(form) {
  /** The key of an attempt: the same body that is sent again is the same request. */
  let attempt = { body: '', key: '' };
  form.addEventListener('submit', async event => {
    event.preventDefault();
    clear(form);
    const token = form.dataset.signsIn ? String(new FormData(form).get('token') ?? '') : undefined;
    const body = form.dataset.signsIn ? undefined : bodyOf(form);
    const text = JSON.stringify(body);
    if (attempt.body !== text) attempt = { body: text, key: randomKey() };
    const once = form.dataset.once ? attempt.key : undefined;
    const submit = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
    const api = submit?.dataset.api ?? form.dataset.api ?? '';
    if (submit) submit.disabled = true;
    form.setAttribute('aria-busy', 'true');
    const answer = await ask(api, { body, ifMatch: form.dataset.ifMatch, token, once });
    form.removeAttribute('aria-busy');
    if (submit) submit.disabled = false;
    // Somebody may know more about this form: what to do with a conflict, or with an answer that stays on the page.
    const told = new CustomEvent('answered', { detail: { answer, api, body }, cancelable: true });
    if (!form.dispatchEvent(told)) return;
    if (answer.problem) show(form, answer.problem);
    else if (form.dataset.signsIn) location.reload();
    else location.assign(filled(form.dataset.then ?? location.href, answer.value));
  });
}

/** @param {HTMLFormElement} form @returns {Record<string, any>} */
export function bodyOf(form) {
  /** @type {Record<string, any>} */
  const body = {};
  for (const control of controls(form)) {
    const text = control.value.trim();
    if (control.disabled || (control instanceof HTMLInputElement && control.type === 'radio' && !control.checked)) continue;
    if (text === '') continue;
    let at = body;
    const parts = control.name.split('/');
    const last = /** @type {string} */ (parts.pop());
    for (const part of parts) at = at[part] ??= {};
    at[last] = valueOf(control, text);
  }
  return body;
}

/** @param {Control} control @param {string} text */
function valueOf(control, text) {
  switch (control.dataset.type) {
    // What is no number goes as it is: the API says so at this field.
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'millionths':
      return Number(text) > 0 && Number.isFinite(Number(text)) ? Math.max(1, Math.round(Number(text) * 1e6)) : text;
    case 'list':
      return text.split(/[\s,]+/).filter(Boolean);
    // A file is what was written, with its last line feed.
    case 'text':
      return control.value;
    default:
      return text;
  }
}

/** @param {HTMLFormElement} form */
function clear(form) {
  for (const error of form.querySelectorAll('.error')) error.remove();
  for (const control of controls(form)) {
    control.removeAttribute('aria-invalid');
    if (control.getAttribute('aria-describedby')?.startsWith('error-')) control.removeAttribute('aria-describedby');
  }
  form.querySelector('.form-error')?.remove();
}

/** @param {HTMLFormElement} form @param {import('./ask.js').ProblemDocument} problem */
export function show(form, problem) {
  /** @type {Control[]} */
  const wrong = [];
  const loose = [];
  for (const { pointer, detail, line, column } of problem.errors ?? []) {
    const name = pointer.replace(/^#\//, '');
    const all = controls(form);
    const control = all.find(one => one.name === name) ?? all.find(one => name.startsWith(`${one.name}/`));
    const text = line ? `line ${line}, column ${column ?? 1}: ${detail}` : detail;
    if (!control) {
      loose.push(`${name}: ${text}`);
      continue;
    }
    const error = document.createElement('p');
    error.className = 'error';
    error.id = `error-${wrong.length}`;
    error.textContent = text;
    control.setAttribute('aria-invalid', 'true');
    control.setAttribute('aria-describedby', error.id);
    (control.closest('div') ?? control).append(error);
    if (line && wrong.length === 0 && control instanceof HTMLTextAreaElement) goTo(control, line);
    wrong.push(control);
  }
  if (wrong.length === 0 || loose.length > 0) {
    const all = document.createElement('p');
    all.className = 'form-error';
    all.setAttribute('role', 'alert');
    all.textContent = loose.length > 0 ? loose.join('\n') : problem.detail;
    form.append(all);
    all.scrollIntoView({ block: 'nearest' });
  }
  // What is folded away would be neither seen nor reached.
  for (let fold = wrong[0]?.closest('details') ?? null; fold; fold = fold.parentElement?.closest('details') ?? null) fold.open = true;
  wrong[0]?.focus();
}

/** Puts the caret at the beginning of a line. @param {HTMLTextAreaElement} area @param {number} line */
function goTo(area, line) {
  const before = area.value.split('\n').slice(0, line - 1).join('\n').length;
  const at = line > 1 ? before + 1 : 0;
  area.setSelectionRange(at, at);
}

/** @param {HTMLFormElement} form @returns {Control[]} */
function controls(form) {
  return /** @type {Control[]} */ ([...form.elements].filter(
    one => (one instanceof HTMLInputElement || one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement) && one.name !== ''));
}

/** The address with `{field}` in place of a field of the answer. @param {string} address @param {any} value */
function filled(address, value) {
  return address.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value?.[name] ?? ''));
}

function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
