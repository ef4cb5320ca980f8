import { wordOffset } from '../hart/state.js';
import { privateWord } from './layout.js';
import { allLoopWords } from './loop-code.js';
import { nodesOf, type Node, type Tree } from './tree.js';

/** Whether the first instruction may hide behind what the one before it waited for. */
export function firstIsJump(node: Node): boolean {
  const first =
    node.steps.length > 0 ? node.steps[0] : 'step' in node.end ? node.end.step : undefined;
  return first?.row.timing === 'jump' || first?.row.timing === 'jalr' || first?.endsLoop === true;
}

/** Words beside registers that a path may change. */
export function stateWords(tree: Tree): number[] {
  let jumps = false;
  const loopWords: number[] = [];
  let feeds = tree.completes?.feedsJalr ?? false;
  let waits = tree.completes ? tree.completes.nextIsJump : firstIsJump(tree.body);
  for (const { steps, end, setUps } of nodesOf(tree.body)) {
    if (end.kind === 'loop-end') jumps = true;
    if (end.kind === 'loop-end' || setUps.size > 0) loopWords.push(...allLoopWords);
    for (const step of [...steps, ...('step' in end && end.kind !== 'request' ? [end.step] : [])]) {
      const { timing } = step.row;
      if (timing === 'jump' || timing === 'jalr' || timing === 'branch') jumps = true;
      feeds ||= step.feedsJalr;
      waits ||= step.nextIsJump && (timing === 'div' || timing === 'mulh');
    }
  }
  return [
    wordOffset('lastStall'),
    ...(jumps ? [wordOffset('historyHead')] : []),
    ...(feeds ? [privateWord('ready')] : []),
    ...(waits ? [wordOffset('waited')] : []),
    ...new Set(loopWords),
  ];
}
