/** An element with a text: what a client has written is never markup. */
export function element(name, text = '', className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Makes the rows of a table those, and touches only what differs, so that what somebody reads or selects stays. */
export function fill(body, rows, markOf = () => '') {
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((cells, at) => {
    const row = body.rows[at] ?? newRow(body, cells.length);
    cells.forEach((text, column) => {
      const said = String(text ?? '–');
      const cell = row.cells[column];
      if (cell.textContent !== said) cell.textContent = said;
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
