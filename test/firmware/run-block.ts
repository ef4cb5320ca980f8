/** Runs the prebuilt application on a random block and compares every byte of every tensor. */
import { readFileSync } from 'node:fs';
import { blockImage, probedTensors } from '../../src/deploy/image-layout.js';
import { openSession } from '../../src/session/index.js';
import { packageRoot } from '../../src/datasets/package-root.js';
import { ImageWriter } from './block-image.js';
import { expectedTensors } from './block.js';
import type { Block } from './block.js';

export const prebuilt = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(`${packageRoot()}/firmware/prebuilt/${name}.elf`));

export interface BlockRun {
  code: number;
  lines: string[];
  /** Differences, at most a few of each tensor, in words. */
  differences: string[];
  /** Rows of each tensor that were probed, each once. */
  rows: Record<string, number>;
  /** Cycles from bn_start to bn_end on hart 0. */
  cycles: number;
}

interface Options {
  /** Bytes of TCDM that the program believes to have; it cuts the block accordingly. */
  tcdm?: number;
  harts?: number;
  elf?: Uint8Array;
}

export function runBlock(block: Block, options: Options = {}): BlockRun {
  const writer = new ImageWriter();
  const outputAddress = writer.write(block);
  const expected = expectedTensors(block);
  const session = openSession({
    ...(options.harts === undefined ? {} : { harts: options.harts }),
    set: {
      'ima.arrays': 2 ** Math.ceil(Math.log2(writer.arrays)),
      ...((options.harts ?? 8) > 8 ? { 'tcdm.masters': 32 } : {}),
    },
  });
  const run: BlockRun = { code: -1, lines: [], differences: [], rows: {}, cycles: -1 };
  session.load({ name: 'bottleneck.elf', bytes: options.elf ?? prebuilt('bottleneck') });
  session.write(blockImage.base, writer.bytes);
  if (options.tcdm !== undefined) session.writeWord('octobar_l1_end', 0x10000000 + options.tcdm);
  session.onOutput((text) => run.lines.push(text.trimEnd()));

  const seen = new Map<string, Set<number>>();
  const compare = (name: string, row: number, address: number, bytes: number): void => {
    const got = session.read(address, bytes);
    const want = expected[name].subarray(row * bytes, (row + 1) * bytes);
    const at = got.findIndex((byte, i) => byte !== (want[i] & 0xff));
    if (at >= 0 && run.differences.length < 8) {
      run.differences.push(
        `${name} row ${row} byte ${at} is ${got[at]}, should be ${want[at] & 0xff}`,
      );
    }
  };
  const { shape } = block;
  const rowBytes: Record<string, number> = {
    expand: shape.inW * shape.hiddenC,
    depthwise: block.outW * shape.hiddenC,
    project: block.outW * shape.outC,
    output: block.outW * shape.outC,
  };
  session.probe('bn_probe_tensor', (hart) => {
    const [, , , , , , , , , , id, data, firstCount, pitch] = session.hart(hart).registers;
    const name = probedTensors[id];
    const rows = seen.get(name) ?? new Set();
    seen.set(name, rows);
    for (let n = 0; n < firstCount >>> 16; n++) {
      const row = (firstCount & 0xffff) + n;
      if (rows.has(row)) run.differences.push(`${name} row ${row} comes twice`);
      rows.add(row);
      compare(name, row, data + n * pitch, rowBytes[name]);
    }
  });
  let begin = -1;
  session.probe('bn_start', (_hart, _pc, cycle) => void (begin = cycle));
  session.probe('bn_end', (_hart, _pc, cycle) => void (run.cycles = cycle - begin));
  const end = session.run();
  run.code = end.reason === 'exit' ? end.code : -1;
  for (let row = 0; row < block.outH; row++) {
    compare('output', row, outputAddress + row * rowBytes.output, rowBytes.output);
  }
  for (const [name, rows] of seen) run.rows[name] = rows.size;
  session.close();
  return run;
}
