import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programOf, type Guest } from './guests.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Where link.ld puts bench_harts and bench_passes on the virt board. */
const settings = { harts: 0x80160000, passes: 0x80160004 };

export interface QemuRates {
  /** Million instructions per second of `qemu-riscv32`, one hart; null where it is not installed. */
  user: number | null;
  /** The same of `qemu-system-riscv32`, board virt. */
  system: number | null;
  /** Low seven bits of what hart 0 computed in one pass, by the user mode. */
  result: number | null;
}

/**
 * Rates on the same C, whole work. The time of a run of one pass, nearly all start-up, is taken
 * off; processor time, so that a busy host does not count.
 */
export function measureQemu(guest: Guest, instructionsPerPass: number): QemuRates {
  const modes = {
    user: (passes: number) => [
      'qemu-riscv32',
      path(`prebuilt/${programOf(guest)}.linux.elf`),
      `${passes}`,
    ],
    system: (passes: number) =>
      systemCommand(path(`prebuilt/${programOf(guest)}.virt.elf`), passes),
  };
  const rate = (command: (passes: number) => string[]): number | null => {
    if (spawnSync(command(1)[0], ['--version']).status !== 0) return null;
    const start = Math.min(...[0, 1, 2].map(() => run(command(1)).seconds));
    const whole = Math.min(...[0, 1].map(() => run(command(1 + guest.qemuPasses)).seconds));
    return (instructionsPerPass * guest.qemuPasses) / (whole - start) / 1e6;
  };
  const user = rate(modes.user);
  return {
    user,
    system: rate(modes.system),
    result: user === null ? null : run(modes.user(1)).status,
  };
}

function systemCommand(elf: string, passes: number): string[] {
  const board = ['-M', 'virt', '-m', '16M', '-bios', 'none', '-display', 'none'];
  const quiet = ['-monitor', 'none', '-serial', 'none'];
  const words = [...word(settings.harts, 1), ...word(settings.passes, passes)];
  return ['qemu-system-riscv32', ...board, ...quiet, ...words, '-kernel', elf];
}

const word = (address: number, value: number): string[] => [
  '-device',
  `loader,addr=0x${address.toString(16)},data=${value},data-len=4`,
];

/** Exit status and processor time of a command, as the shell's `times` counts its children. */
function run(command: readonly string[]): { status: number; seconds: number } {
  const result = spawnSync('sh', ['-c', '"$@"; echo "$?"; times', 'sh', ...command], {
    timeout: 120_000,
    encoding: 'utf8',
  });
  const found = /(\d+)\n.*\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(result.stdout);
  if (found === null) throw new Error(`${command[0]}: ${result.stderr}`);
  const [status, userMinutes, user, systemMinutes, system] = found.slice(1).map(Number);
  return { status, seconds: 60 * (userMinutes + systemMinutes) + user + system };
}
