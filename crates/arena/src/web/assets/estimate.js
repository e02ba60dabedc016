// What a match will take, roughly, before it begins.

/** Rounds of the modes. @type {Record<string, number>} */
const ROUNDS = { quick: 5, standard: 20, deep: 50 };
/** Model calls of one round: Red's and two or so of the Target; each guard that is a model is asked at up to four places. */
const CALLS_A_ROUND = 3;
const CALLS_A_GUARD = 3;
/** Tokens of one call, read and written. */
const TOKENS = { input: 1500, output: 250 };

const form = document.querySelector('form[data-once]');
const place = document.getElementById('estimate');
if (form instanceof HTMLFormElement && place) {
  form.addEventListener('input', tell);
  tell();
}

function tell() {
  if (!place) return;
  // Either says how long it is: a number of rounds stands for itself.
  control('mode').disabled = control('rounds').value.trim() !== '';
  const n = Number(control('rounds').value) || ROUNDS[control('mode').value];
  if (!n) {
    place.textContent = 'It goes on until it is stopped, or until a limit is used up.';
    return;
  }
  const blue = control('blue');
  const guards = blue instanceof HTMLSelectElement ? Number(blue.selectedOptions[0]?.dataset.nGuards ?? 0) : 0;
  const calls = n * (CALLS_A_ROUND + guards * CALLS_A_GUARD);
  place.textContent = `Roughly ${calls.toLocaleString()} model calls at most${cost(calls)}.`;
}

/** @param {number} calls */
function cost(calls) {
  const model = control('models/all');
  const { input, output } = model instanceof HTMLSelectElement ? model.selectedOptions[0]?.dataset ?? {} : {};
  if (!model.value || model.value === 'mock') return model.value ? ', without cost' : '';
  if (!input || !output) return '; the price of this model is not known';
  const usd = (calls * (TOKENS.input * Number(input) + TOKENS.output * Number(output))) / 1e6;
  return `, about US$ ${usd.toFixed(2)}`;
}

/** @param {string} name @returns {HTMLInputElement | HTMLSelectElement} */
function control(name) {
  return /** @type {any} */ (document.querySelector(`form [name="${name}"]`));
}

export {};
