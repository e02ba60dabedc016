// The two answers to a question, also by the keys A and D while the question has the focus. Yes can be said only after a moment in which the question can be read.
const READ_MS = 600;

for (const form of document.querySelectorAll('.question form')) {
  if (!(form instanceof HTMLFormElement)) continue;
  const decision = document.createElement('input');
  decision.type = 'hidden';
  decision.name = 'decision';
  form.append(decision);
  const card = form.closest('.question');
  card?.addEventListener('keydown', event => {
    const { key, target } = /** @type {KeyboardEvent} */ (event);
    if (target instanceof HTMLInputElement) return;
    const wanted = { a: 'approve', d: 'deny' }[key.toLowerCase()];
    const button = wanted && form.querySelector(`button[data-decision="${wanted}"]`);
    if (button instanceof HTMLButtonElement) button.click();
  });
  for (const button of form.querySelectorAll('button[data-decision]')) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.addEventListener('click', () => (decision.value = button.dataset.decision ?? ''));
    setTimeout(() => (button.disabled = false), READ_MS);
  }
}

export {};
