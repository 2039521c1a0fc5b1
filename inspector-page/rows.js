/** Returns an element with text only, so that no text of a client becomes markup. */
export function element(name, text = '', className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Sets the rows of a table. Changes only the cells that differ, so that a selection of the user remains. */
export function fill(body, rows, markOf = () => '') {
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((cells, at) => {
    const row = body.rows[at] ?? newRow(body, cells.length);
    cells.forEach((text, column) => {
      const shown = String(text ?? '–');
      const cell = row.cells[column];
      if (cell.textContent !== shown) cell.textContent = shown;
    });
    row.cells[0].className = markOf(at);
  });
}

function newRow(body, columns) {
  const row = body.insertRow();
  const name = element('th');
  name.scope = 'row';
  row.append(name, ...Array.from({ length: columns - 1 }, () => element('td')));
  return row;
}
