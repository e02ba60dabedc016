// What came of a check of a scenario: each control with what it had to show, and hints.

/** @param {any} check @returns {HTMLElement} */
export function checked(check) {
  const section = document.createElement('section');
  const title = document.createElement('h2');
  const n = check.controls.length;
  title.textContent = check.passed ? `All ${n} controls pass` : 'A control fails: its referee cannot tell right from wrong';
  const list = document.createElement('ul');
  for (const { name, expected, found, passed } of check.controls) {
    if (passed && n > 8) continue;
    list.append(item(`${passed ? 'passes' : 'FAILS'} · ${name}: ${found}${passed ? '' : `, and it had to be ${expected}`}`));
  }
  for (const { key, message } of check.hints) list.append(item(`hint · ${key}: ${message}`));
  section.append(title, list);
  return section;
}

/** @param {string} text */
function item(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}
