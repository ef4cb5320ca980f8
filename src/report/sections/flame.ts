/** Call trees of all harts laid over each other; width is cycles awake, colour the share of stalls. */
import type { Counts, Profile } from '../../profile/model.js';
import type { ReportData, Section } from '../data.js';
import { heatLevels } from '../colours.js';
import { element, group, rect, svg, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { grouped, joules, percent, spoken } from '../units.js';
import { table } from './legend.js';

const width = 1120;
const rowHeight = 19;
/** Narrower ones show as a gap; the profile has them. */
const narrowest = 0.6;

/** A function on one way of calls, all harts together. */
export interface Frame {
  readonly name: string;
  readonly inlined: boolean;
  calls: number;
  readonly self: Counts;
  /** Cycles of itself and what it called. */
  total: number;
  instructions: number;
  picojoules: number;
  readonly children: Map<string, Frame>;
}

const emptyCounts = (profile: Profile): Counts => ({
  cycles: 0,
  sleep: 0,
  instructions: 0,
  stalls: profile.causes.map(() => 0),
  events: [],
  picojoules: 0,
});

/** One tree of all harts. */
export function mergedTree(profile: Profile): Frame {
  const frame = (name: string, inlined: boolean): Frame => ({
    name,
    inlined,
    calls: 0,
    self: emptyCounts(profile),
    total: 0,
    instructions: 0,
    picojoules: 0,
    children: new Map(),
  });
  const root = frame('all harts', false);
  for (const { nodes } of profile.harts) {
    const frames: Frame[] = [];
    for (const node of nodes) {
      const parent = node.parent < 0 ? root : frames[node.parent];
      const { name } = profile.functions[node.function];
      const key = `${name}${node.inlined ? ' (inlined)' : ''}`;
      let found = parent.children.get(key);
      if (!found) parent.children.set(key, (found = frame(name, node.inlined)));
      found.calls += node.calls;
      add(found.self, node.self);
      frames.push(found);
    }
  }
  settle(root);
  return root;
}

function add(sum: Counts, part: Counts): void {
  sum.cycles += part.cycles;
  sum.sleep += part.sleep;
  sum.instructions += part.instructions;
  sum.picojoules += part.picojoules;
  part.stalls.forEach((cycles, cause) => (sum.stalls[cause] += cycles));
}

function settle(frame: Frame): void {
  frame.total = frame.self.cycles;
  frame.instructions = frame.self.instructions;
  frame.picojoules = frame.self.picojoules;
  for (const child of frame.children.values()) {
    settle(child);
    frame.total += child.total;
    frame.instructions += child.instructions;
    frame.picojoules += child.picojoules;
  }
}

export function flameSection({ profile }: ReportData): Section | undefined {
  const root = mergedTree(profile);
  if (root.total === 0) return undefined;
  const boxes: Markup[] = [];
  let deepest = 0;
  const place = (frame: Frame, x: number, depth: number): void => {
    const wide = (width * frame.total) / root.total;
    if (wide < narrowest) return;
    deepest = Math.max(deepest, depth);
    boxes.push(box(frame, { x, wide, depth }, root, profile));
    let at = x;
    const children = [...frame.children.values()].toSorted((a, b) => b.total - a.total);
    for (const child of children) {
      place(child, at, depth + 1);
      at += (width * child.total) / root.total;
    }
  };
  place(root, 0, 0);
  const height = (deepest + 1) * rowHeight + 4;
  const picture = svg(width, height, 'Flame graph', boxes);
  return {
    id: 'flame',
    picture: { svg: picture },
    title: 'Which functions took the cycles',
    lead:
      `Flame graph of ${grouped(root.total)} cycles awake, all harts together, callers above callees. ` +
      'Colour: share of stalls in the function itself, from blue (none) to red (all). Click a box to zoom; sleep is not in it.',
    body: group(element('div', { class: 'chart', id: 'flame' }, picture), hottest(root, profile)),
  };
}

function box(
  frame: Frame,
  { x, wide, depth }: { x: number; wide: number; depth: number },
  root: Frame,
  profile: Profile,
): Markup {
  const stalled = frame.self.cycles === 0 ? 0 : 1 - frame.self.instructions / frame.self.cycles;
  const level = Math.min(heatLevels - 1, Math.floor(stalled * heatLevels));
  const label = frame.inlined ? `${frame.name} (inlined)` : frame.name;
  const room = Math.floor((wide - 8) / 6.6);
  const shown = label.length <= room ? label : room > 3 ? `${label.slice(0, room - 1)}…` : '';
  const title = [
    label,
    `${grouped(frame.total)} cycles, ${percent(frame.total, root.total)}; itself ${grouped(frame.self.cycles)}`,
    `${grouped(frame.instructions)} instructions, ${frame.inlined ? 'inlined' : `${grouped(frame.calls)} calls`}`,
    `itself: ${worst(frame.self, profile)}`,
    ...(frame.picojoules > 0 ? [joules(frame.picojoules)] : []),
  ].join('\n');
  const y = 2 + depth * rowHeight;
  return element(
    'g',
    { class: 'frame', 'data-x': x, 'data-w': wide, 'data-d': depth, 'data-n': label },
    rect(x, y, Math.max(wide - 0.6, 0.3), rowHeight - 1.5, `c-heat-${level}`, title),
    text(x + 5, y + 13, shown, 'frame-label'),
  );
}

/** The greatest stall causes in words. */
export function worst(counts: Counts, { causes }: Profile): string {
  const named = causes
    .map((cause, i): [string, number] => [spoken(cause), counts.stalls[i] ?? 0])
    .filter(([, cycles]) => cycles > 0)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([cause, cycles]) => `${cause} ${percent(cycles, counts.cycles)}`);
  return named.length === 0 ? 'no stalls' : named.join(', ');
}

/** The functions with the most cycles of their own. */
function hottest(root: Frame, profile: Profile): Markup {
  const byName = new Map<string, { self: Counts; calls: number }>();
  const walk = (frame: Frame): void => {
    let entry = byName.get(frame.name);
    if (!entry) byName.set(frame.name, (entry = { self: emptyCounts(profile), calls: 0 }));
    add(entry.self, frame.self);
    entry.calls += frame.calls;
    for (const child of frame.children.values()) walk(child);
  };
  for (const child of root.children.values()) walk(child);
  const rows = [...byName.entries()]
    .filter(([, { self }]) => self.cycles > 0 || self.sleep > 0)
    .toSorted(([, a], [, b]) => b.self.cycles - a.self.cycles)
    .slice(0, 12)
    .map(([name, { self, calls }]) => [
      name,
      grouped(self.cycles),
      percent(self.cycles, root.total),
      grouped(self.sleep),
      self.cycles === 0 ? '-' : (self.instructions / self.cycles).toFixed(2),
      worst(self, profile),
      calls === 0 ? '-' : grouped(calls),
      self.picojoules > 0 ? joules(self.picojoules) : '-',
    ]);
  const cells = [
    'function',
    'cycles awake',
    'share',
    'asleep',
    'IPC',
    'greatest stalls',
    'calls',
    'energy',
  ];
  return group(
    element('h3', {}, 'Functions by cycles of their own'),
    table(cells, rows, 'functions'),
  );
}
