// The two answers to a question, also by the keys A and D while the question itself has the focus. Enter in the reason denies:
// a reason is for that. Yes can be said only after a moment in which the question can be read.
const READ_MS = 600;

for (const form of document.querySelectorAll('.question form')) {
  if (!(form instanceof HTMLFormElement)) continue;
  const decision = document.createElement('input');
  decision.type = 'hidden';
  decision.name = 'decision';
  form.append(decision);
  const card = form.closest('.question');
  let before = '';
  card?.addEventListener('keydown', event => {
    const { key, target, ctrlKey, metaKey, altKey, repeat } = /** @type {KeyboardEvent} */ (event);
    // What belongs to a longer shortcut, of the browser or of this page (g a), is no answer.
    const isAlone = !ctrlKey && !metaKey && !altKey && !repeat && before !== 'g';
    before = key;
    if (target !== card || !isAlone) return;
    const wanted = { a: 'approve', d: 'deny' }[key];
    const button = wanted && form.querySelector(`button[data-decision="${wanted}"]`);
    if (button instanceof HTMLButtonElement) button.click();
  });
  for (const button of form.querySelectorAll('button[data-decision]')) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.addEventListener('click', () => {
      decision.value = button.dataset.decision ?? '';
      if (button.type === 'button') form.requestSubmit();
    });
    setTimeout(() => (button.disabled = false), READ_MS);
  }
}

export {};
