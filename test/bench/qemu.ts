import { spawnSync } from 'node:child_process';
import type { Guest } from './guests.js';

const command = 'qemu-system-riscv32';

/** Where link.ld puts bench_harts and bench_passes on the virt board. */
const settings = { harts: 0x80160000, passes: 0x80160004 };

/**
 * Million instructions per second of QEMU on the same guest, one hart, whole work; null where QEMU
 * is not installed. The time of a run of one pass, nearly all start-up, is taken off.
 */
export async function measureQemu(
  elf: string,
  guest: Guest,
  instructionsPerPass: number,
): Promise<number | null> {
  if (spawnSync(command, ['--version']).status !== 0) return null;
  const start = Math.min(...[0, 1, 2].map(() => run(elf, 1)));
  const whole = Math.min(...[0, 1].map(() => run(elf, 1 + guest.qemuPasses)));
  return (instructionsPerPass * guest.qemuPasses) / (whole - start) / 1e6;
}

const word = (address: number, value: number): string[] => [
  '-device',
  `loader,addr=0x${address.toString(16)},data=${value},data-len=4`,
];

/** CPU seconds of one run, as the shell's `times` counts its children. */
function run(elf: string, passes: number): number {
  const board = ['-M', 'virt', '-m', '16M', '-bios', 'none', '-display', 'none'];
  const quiet = ['-monitor', 'none', '-serial', 'none'];
  const words = [...word(settings.harts, 1), ...word(settings.passes, passes)];
  const result = spawnSync(
    'sh',
    ['-c', '"$@" || exit 1; times', 'sh', command, ...board, ...quiet, ...words, '-kernel', elf],
    { timeout: 120_000, encoding: 'utf8' },
  );
  const children = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(result.stdout);
  if (result.status !== 0 || !children) throw new Error(`${command}: ${result.stderr}`);
  const [, userMinutes, user, systemMinutes, system] = children.map(Number);
  return 60 * (userMinutes + systemMinutes) + user + system;
}
