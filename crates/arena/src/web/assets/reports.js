// Makes a report on the matches that were taken, and hands it out as a file.

const form = document.getElementById('reports');
const said = document.getElementById('said');
if (form instanceof HTMLFormElement && said) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[name="matches"]')]);
  const all = document.getElementById('all');
  all?.addEventListener('change', () => boxes.forEach(box => (box.checked = /** @type {HTMLInputElement} */ (all).checked)));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const matches = boxes.filter(box => box.checked).map(box => box.value);
    const format = /** @type {HTMLSelectElement} */ (form.elements.namedItem('format'));
    if (matches.length === 0) {
      said.textContent = 'Take at least one match.';
      return;
    }
    said.textContent = 'Making it…';
    const response = await fetch(form.dataset.report ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ matches, format: format.value }),
    }).catch(() => null);
    if (!response?.ok) {
      said.textContent = response ? (await response.json()).detail : 'The server cannot be reached; try again.';
      return;
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await response.blob());
    link.download = `arena-report.${format.selectedOptions[0].dataset.ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    said.textContent = `Made: ${link.download}`;
  });
}

export {};
