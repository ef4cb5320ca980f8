/** Columns of text. Numbers align to the right. */
export type Cell = string | number;

export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const numeric = header.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || row[column] === ''),
  );
  const texts = [header, ...rows].map((row) => row.map((cell) => formatCell(cell)));
  const widths = header.map((_, column) => Math.max(...texts.map((row) => row[column].length)));
  const lines = texts.map((row) =>
    row
      .map((text, column) =>
        numeric[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function formatCell(cell: Cell): string {
  return typeof cell === 'number' ? groupDigits(cell) : cell;
}

/** 1234567 as 1,234,567. */
export function groupDigits(value: number): string {
  const [whole, fraction] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
