import { clusterPricePart, enginePriceParts, supplyPart } from '../config/parts.js';
import type { PricedPart } from '../config/parts.js';
import { rangeOf } from '../config/schema.js';

/** The page of prices, out of their tables. */
export function energyPage(): string {
  const parts = [clusterPricePart, ...Object.values<PricedPart>(enginePriceParts)];
  return `${[
    '# Prices',
    '',
    'Every price of the energy model, by component. `between` is how far published or recalled figures let it move: an',
    'assumed value was frozen inside of it before anything was fitted, a fitted one has to land inside. `scales` says',
    'what moves it: `digital` the square of the supply and the node, `analog` the square of the supply, `static` the supply and the',
    'length of a cycle, `own` nothing, the price is for a macro as it was published. [../energy.md](../energy.md) has the equations.',
    '',
    '## Supply and node',
    '',
    ...table(
      ['key', 'default', 'may be', 'meaning', 'status', 'source'],
      Object.entries(supplyPart.table).map(([name, row]) => [
        `\`energy.${name}\``,
        String(row.value),
        rangeOf(row),
        row.meaning,
        row.status,
        row.source,
      ]),
    ),
    ...parts.flatMap((part) => section(part)),
  ].join('\n')}\n`;
}

function section({ title, prefix, prices }: PricedPart): string[] {
  const rows = Object.entries(prices);
  if (rows.length === 0) return [];
  return [
    '',
    `## ${title}`,
    '',
    ...table(
      ['key', 'component', 'price', 'between', 'of', 'scales', 'status', 'source'],
      rows.map(([name, price]) => [
        `\`${prefix}.${name}\``,
        price.component,
        `${price.value} ${price.unit}`,
        price.range === undefined ? '' : `${price.range[0]} to ${price.range[1]}`,
        price.meaning,
        price.unit === 'mW' ? 'static' : price.scaling,
        price.status,
        price.source,
      ]),
    ),
  ];
}

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [header, header.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
