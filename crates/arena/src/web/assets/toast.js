// A short word on what the reader has just done.

/** @param {string} text */
export function toast(text) {
  const place = document.getElementById('toasts');
  if (!place) return;
  const word = document.createElement('p');
  word.textContent = text;
  place.append(word);
  setTimeout(() => word.remove(), 8000);
}
