/** Compilers that a machine may lack. What needs them is reported as skipped, by name, never as passed. */
import { spawnSync } from 'node:child_process';

function firstLine(command: string, args: string[]): string | undefined {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split('\n')[0] : undefined;
}

function announce(name: string, found: string | undefined, what: string): string | undefined {
  if (found === undefined) {
    process.stderr.write(`\n*** ${name} is not installed: ${what} are SKIPPED, not passed ***\n\n`);
  }
  return found;
}

/** Version line of the C compiler of this machine. */
export const hostCompiler = (): string | undefined =>
  announce('cc', firstLine('cc', ['--version']), 'the native kernel tests');

/** Version line of the other cross compiler that the firmware is kept good for. */
export const clangCompiler = (): string | undefined => {
  const linker =
    firstLine('ld.lld-19', ['--version']) ?? firstLine('lld-19', ['-flavor', 'gnu', '--version']);
  const found = firstLine('clang-19', ['--version']);
  return announce(
    'clang-19 with lld-19',
    linker && found,
    'the tests that build the firmware with clang',
  );
};

/** Version line of the cross compiler. */
export const crossCompiler = (): string | undefined =>
  announce(
    'riscv64-unknown-elf-gcc',
    firstLine('riscv64-unknown-elf-gcc', ['--version']),
    'the tests that rebuild the firmware',
  );
