// What differs between two texts, line by line: the longest common lines stay. Files here have a few hundred lines.

/** @param {string} theirs @param {string} mine @returns {Node[]} */
export function lines(theirs, mine) {
  const [a, b] = [theirs.split('\n'), mine.split('\n')];
  /** Length of the longest common part of what follows line i of theirs and line j of mine. */
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const nodes = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      nodes.push(document.createTextNode(`  ${a[i]}\n`));
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      nodes.push(line('del', `− ${a[i++]}\n`));
    } else {
      nodes.push(line('ins', `+ ${b[j++]}\n`));
    }
  }
  return nodes;
}

/** @param {'ins' | 'del'} tag @param {string} text */
function line(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}
