/** One colour for one thing, on every picture: light page first, dark page second. */

interface Colour {
  readonly light: string;
  readonly dark: string;
}

const colour = (light: string, dark: string): Colour => ({ light, dark });

/** What a hart does with a cycle. */
export const cycleColours: Readonly<Record<string, Colour>> = {
  instruction: colour('#2f6fde', '#5b93f5'),
  load_use: colour('#f0b429', '#f2c14e'),
  tcdm_conflict: colour('#d1495b', '#e5677a'),
  misaligned: colour('#8f2d56', '#b8587f'),
  outer_memory: colour('#8c5a3c', '#b98463'),
  peripheral: colour('#7b5ea7', '#a086cc'),
  branch: colour('#2a9d8f', '#47bfb0'),
  jump: colour('#7fc8a9', '#93d6b9'),
  mulh: colour('#a3b018', '#c0cb4a'),
  div: colour('#e07b39', '#ee9a62'),
  csr: colour('#6c8ea4', '#8fb0c5'),
  fence: colour('#54666f', '#7f929c'),
  trap: colour('#3d405b', '#8d90b4'),
  event_load: colour('#c77dba', '#d99bce'),
  icache: colour('#56b4e9', '#7cc8f2'),
  sleep: colour('#e2e6ec', '#2b323c'),
};

/** Units and components of the energy. */
export const partColours: Readonly<Record<string, Colour>> = {
  harts: colour('#2f6fde', '#5b93f5'),
  'instruction cache': colour('#56b4e9', '#7cc8f2'),
  TCDM: colour('#d1495b', '#e5677a'),
  interconnect: colour('#e59aa5', '#f0b3bc'),
  DMA: colour('#2a9d8f', '#47bfb0'),
  dma: colour('#2a9d8f', '#47bfb0'),
  L2: colour('#8c5a3c', '#b98463'),
  'event unit': colour('#c77dba', '#d99bce'),
  'clock tree': colour('#93a1b0', '#a7b4c2'),
  leakage: colour('#c3cad3', '#5a6573'),
  'depth-wise engine': colour('#f0b429', '#f2c14e'),
  depthwise: colour('#f0b429', '#f2c14e'),
  IMA: colour('#7b5ea7', '#a086cc'),
  ima: colour('#7b5ea7', '#a086cc'),
};

const others: readonly Colour[] = [
  colour('#e07b39', '#ee9a62'),
  colour('#a3b018', '#c0cb4a'),
  colour('#7fc8a9', '#93d6b9'),
  colour('#8f2d56', '#b8587f'),
  colour('#6c8ea4', '#8fb0c5'),
];

/** Five shades by how much of its time a function stalls, from none to all. */
const heat: readonly Colour[] = [
  colour('#8db8f2', '#3d67a8'),
  colour('#b9c8e8', '#56658a'),
  colour('#f3d9a4', '#8a7440'),
  colour('#f2b184', '#a8673a'),
  colour('#e88a83', '#a8483f'),
];

/** Eight shades of a heat map, from little to much. */
const shades: readonly Colour[] = [
  colour('#fdf0ed', '#2a1f22'),
  colour('#fbdcd5', '#43282c'),
  colour('#f7bfb4', '#5f3136'),
  colour('#f19c90', '#7d3a40'),
  colour('#e7766d', '#9d444a'),
  colour('#d8504f', '#be5055'),
  colour('#b93040', '#de6264'),
  colour('#8c1a33', '#ff8a80'),
];

export const heatLevels = heat.length;
export const shadeLevels = shades.length;

/** Name of a class of CSS for a thing; things without a colour of their own share five. */
export function classOf(kind: 'cycle' | 'part', name: string): string {
  const table = kind === 'cycle' ? cycleColours : partColours;
  if (name in table) return `c-${kind}-${name.replace(/[^a-z0-9]/gi, '-')}`;
  let sum = 0;
  for (const character of name) sum += character.charCodeAt(0);
  return `c-other-${sum % others.length}`;
}

/** Rules of CSS for one theme. */
export function colourRules(theme: 'light' | 'dark', scope: string): string {
  const rule = (name: string, value: Colour): string =>
    `${scope} .${name}{fill:${value[theme]};background:${value[theme]}}`;
  const named = (kind: 'cycle' | 'part', table: Readonly<Record<string, Colour>>): string[] =>
    Object.entries(table).map(([name, value]) => rule(classOf(kind, name), value));
  return [
    ...named('cycle', cycleColours),
    ...named('part', partColours),
    ...others.map((value, i) => rule(`c-other-${i}`, value)),
    ...heat.map((value, i) => rule(`c-heat-${i}`, value)),
    ...shades.map((value, i) => rule(`c-shade-${i}`, value)),
  ].join('\n');
}
