// The button that plays a kept scenario's controls.
import { ask } from './ask.js';
import { checked } from './checked.js';
import { toast } from './toast.js';

const button = document.getElementById('check');
const place = document.getElementById('checked');
if (button instanceof HTMLButtonElement && place) {
  button.addEventListener('click', async () => {
    button.disabled = true;
    place.textContent = 'Playing the controls…';
    const { value, problem } = await ask(button.dataset.check ?? '');
    button.disabled = false;
    place.replaceChildren();
    if (problem) toast(problem.detail);
    else place.append(checked(value));
  });
}
