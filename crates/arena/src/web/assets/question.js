// Shows what an agent answered, and what that took.
import { said } from './match-text.js';

const form = document.getElementById('question');
const place = document.getElementById('answer');
form?.addEventListener('answered', event => {
  const { answer } = /** @type {CustomEvent} */ (event).detail;
  if (answer.problem || !place) return;
  event.preventDefault();
  const { text, answered_by, input_tokens, output_tokens, elapsed_ms } = answer.value;
  const words = document.createElement('pre');
  words.className = 'said';
  words.append(said(text));
  const took = document.createElement('p');
  took.className = 'small';
  took.textContent = `${answered_by} · ${input_tokens} tokens read, ${output_tokens} written · ${elapsed_ms} ms`;
  place.replaceChildren(words, took);
});
