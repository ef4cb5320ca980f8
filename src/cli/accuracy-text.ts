/** What people read of a study of accuracy. */
import type { Accuracy } from '../network/index.js';
import { formatTable } from './table.js';

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`;

export function formatAccuracy(a: Accuracy): string {
  return [
    ...(a.labelled > 0 ? labelledText(a) : unlabelledText(a)),
    agreementText(a),
    chipsText(a),
  ].join('');
}

function labelledText(a: Accuracy): string[] {
  const chips = a.chips.length;
  const float = a.floatRight !== undefined;
  const header = ['class', 'pictures', 'right', ...(float ? ['float'] : [])];
  const rows = a.classes.map(({ label, pictures, right, floatRight }) => [
    label,
    pictures,
    percent(right, chips * pictures),
    ...(floatRight === undefined ? [] : [percent(floatRight, pictures)]),
  ]);
  const names = a.classes.map(({ label }) => label);
  const confusion = a.confusion.map((row, k) => [names[k]!, ...row]);
  const right = `\nright ${percent(a.right, chips * a.labelled)} of ${a.labelled} pictures`;
  const trained = float ? `, float ${percent(a.floatRight!, a.labelled)}` : '';
  return [
    formatTable(header, rows),
    chips > 1 ? `true class by answer, ${chips} chips\n` : 'true class by answer\n',
    formatTable(['', ...names], confusion),
    `${right}${trained}; always the most frequent class ${percent(a.constantRight, a.labelled)}\n`,
  ];
}

function unlabelledText(a: Accuracy): string[] {
  const answers = a.answers.flatMap((picture) => picture.answers);
  const rows = a.classes.map(({ label }, k) => [label, answers.filter((n) => n === k).length]);
  return [
    `${a.pictures} pictures without labels\n`,
    formatTable(['answer', a.chips.length > 1 ? 'pictures, all chips' : 'pictures'], rows),
  ];
}

function agreementText({ agreement, chips, pictures }: Accuracy): string {
  if (agreement === undefined) return '';
  const { same, mean, least, features, classes, constantSame } = agreement;
  const rows = classes
    .filter((found) => found.pictures > 0)
    .map((found) => [
      found.label,
      found.pictures,
      percent(found.same, chips.length * found.pictures),
    ]);
  return (
    `\n${formatTable(['answer in float', 'pictures', 'same answer'], rows)}` +
    `answers as in float ${percent(same, chips.length * pictures)}; always giving its most frequent ` +
    `answer ${percent(constantSame, pictures)}\n` +
    `cosine of the centred logits to float: mean ${mean.toFixed(4)}, least ${least.toFixed(4)}; ` +
    `of the features: mean ${features.mean.toFixed(4)}, least ${features.least.toFixed(4)}\n`
  );
}

function chipsText({ chips, spread, labelled, pictures }: Accuracy): string {
  if (chips.length < 2) return '';
  const float = chips[0]!.agreement !== undefined;
  const header = [
    'chip (seed)',
    ...(labelled > 0 ? ['right'] : []),
    ...(float ? ['as in float', 'cosine of the logits'] : []),
  ];
  const rows = chips.map(({ seed, right, agreement }) => [
    seed ?? '-',
    ...(labelled > 0 ? [percent(right, labelled)] : []),
    ...(agreement === undefined
      ? []
      : [percent(agreement.same, pictures), agreement.mean.toFixed(4)]),
  ]);
  const table = `\n${formatTable(header, rows)}`;
  if (spread === undefined) return table;
  const what = spread.of === 'right' ? 'right' : 'answers as in float';
  const [mean, deviation, least, most] = [
    spread.mean,
    spread.deviation,
    spread.least,
    spread.most,
  ].map((share) => percent(share, 1));
  return (
    `${table}${what}, over ${chips.length} chips: mean ${mean}, standard deviation ${deviation}, ` +
    `least ${least}, most ${most}\n`
  );
}
