/** Where the cycles of each hart went: one stacked bar a hart, then the numbers. */
import type { ReportData, Section } from '../data.js';
import { classOf } from '../colours.js';
import { group, line, rect, svg, text } from '../markup.js';
import type { Markup } from '../markup.js';
import { grouped, percent, spoken } from '../units.js';
import { legend, table } from './legend.js';
import { usedCauses } from './timeline.js';

const width = 1120;
const left = 96;
const plot = width - left - 90;

export function stallSection(data: ReportData): Section {
  const { stats } = data;
  const causes = usedCauses(data);
  const bar = stats.harts.length > 4 ? 20 : 28;
  const height = stats.harts.length * (bar + 5) + 34;
  const bars = stats.harts.map((hart, i) => {
    const y = 6 + i * (bar + 5);
    const parts: [string, number][] = [
      ['instruction', hart.instret],
      ...causes.map((cause): [string, number] => [cause, hart.stalls[cause]]),
      ['sleep', hart.cycles_sleep],
    ];
    let x = left;
    const pieces: Markup[] = [];
    for (const [name, cycles] of parts) {
      const wide = (plot * cycles) / (stats.cycles || 1);
      const said =
        name === 'instruction' ? 'instructions' : name === 'sleep' ? 'asleep' : spoken(name);
      pieces.push(
        rect(
          x,
          y,
          wide,
          bar,
          classOf('cycle', name),
          `${said}: ${grouped(cycles)} cycles, ${percent(cycles, stats.cycles)}`,
        ),
      );
      if (wide > 44)
        pieces.push(
          text(
            x + wide / 2,
            y + bar / 2 + 4,
            percent(cycles, stats.cycles),
            `on-${name === 'sleep' ? 'pale' : 'bar'}`,
            'middle',
          ),
        );
      x += wide;
    }
    const ipc = hart.cycles_active === 0 ? '-' : (hart.instret / hart.cycles_active).toFixed(2);
    return group(
      text(left - 10, y + bar / 2 + 4, nameOf(data, hart.hart), 'label', 'end'),
      rect(left, y, plot, bar, 'track'),
      pieces,
      text(left + plot + 8, y + bar / 2 + 4, `IPC ${ipc}`, 'note'),
    );
  });
  const axis = [0, 25, 50, 75, 100].map((share) => {
    const x = left + (plot * share) / 100;
    return group(
      line(x, height - 26, x, height - 22, 'axis'),
      text(x, height - 8, `${share} %`, 'tick', 'middle'),
    );
  });
  const picture = svg(width, height, 'Cycles of each hart by cause', bars, axis);
  const names = ['instruction', ...causes, 'sleep'];
  return {
    id: 'stalls',
    title: 'Where the cycles of each hart went',
    lead: 'Every cycle of a hart is an instruction, a stall with a cause, or sleep. IPC: instructions per cycle awake.',
    picture: { svg: picture, legend: { kind: 'cycle', names } },
    body: group(picture, legend('cycle', names), numbers(data, causes)),
  };
}

const nameOf = ({ stats }: ReportData, hart: number): string =>
  hart >= Number(stats.config['harts']) ? 'controller' : `hart ${hart}`;

function numbers(data: ReportData, causes: readonly string[]): Markup {
  const { stats } = data;
  const row = (name: string, hart: ReportData['stats']['total']): (string | number)[] => [
    name,
    grouped(hart.instret),
    grouped(hart.cycles_active),
    grouped(hart.cycles_sleep),
    ...causes.map((cause) => grouped(hart.stalls[cause])),
  ];
  return table(
    ['', 'instructions', 'awake', 'asleep', ...causes.map(spoken)],
    [...stats.harts.map((hart) => row(nameOf(data, hart.hart), hart)), row('all', stats.total)],
    'numbers',
  );
}
