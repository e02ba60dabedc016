// Writes the file of a new agent from a few fields. Whoever has changed the file by hand goes on by hand.

const fields = document.getElementById('fields');
const source = document.getElementById('source');
if (fields && source instanceof HTMLTextAreaElement) {
  fields.hidden = false;
  let written = source.value;
  fields.addEventListener('input', () => {
    if (source.value !== written) return;
    const lines = [];
    for (const field of fields.querySelectorAll('[data-key]')) {
      const { value, dataset } = /** @type {HTMLInputElement} */ (field);
      // What an agent has to have is there, empty or not: the API says what is wrong with it.
      if (value || dataset.key !== 'model') lines.push(`${dataset.key} = ${text(value)}`);
    }
    source.value = written = `${lines.join('\n')}\n`;
  });
  source.addEventListener('input', () => (fields.hidden = true));
}

/** A text in TOML: that of JSON, but for one character. @param {string} value */
function text(value) {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}

export {};
