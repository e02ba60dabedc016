// A token that was made is shown here once, and nowhere else.
const form = document.getElementById('token-form');
const place = document.getElementById('made');
form?.addEventListener('answered', event => {
  const { answer } = /** @type {CustomEvent} */ (event).detail;
  if (answer.problem || !place) return;
  event.preventDefault();
  const words = document.createElement('p');
  words.textContent = 'Copy it now; it is shown once:';
  const secret = document.createElement('pre');
  secret.textContent = answer.value.secret;
  place.replaceChildren(words, secret);
});

export {};
