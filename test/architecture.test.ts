import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rules between the rooms (ARCHITECTURE.md), kept by reading the sources. */
const root = resolve(import.meta.dirname, '..');

function sources(folder: string, ending = /\.ts$/): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => ending.test(name) && !name.includes('/build/'));
}

const text = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What a file imports: paths from the root, or names of packages. */
function imports(file: string): string[] {
  const found = [
    ...text(file).matchAll(
      /^(?:import|export)[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm,
    ),
  ];
  return found.map((match) => {
    const name = match[1] ?? match[2] ?? match[3]!;
    return name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name;
  });
}

describe('rules between the rooms', () => {
  it('the emulator imports nothing outside itself, so it runs in a browser', () => {
    for (const file of sources('emulator')) {
      for (const name of imports(file)) expect(name, file).toMatch(/^emulator\//);
    }
  });

  it('accelerators import the engine contract, sim, port types, the wasm encoder and themselves only', () => {
    const allowed = /^(accel|emulator\/wasm|emulator\/hwpe|emulator\/sim|emulator\/interconnect)\//;
    for (const file of sources('accel')) {
      for (const name of imports(file)) expect(name, file).toMatch(allowed);
    }
  });

  it('physics is pure: it knows no engine and no machine', () => {
    for (const file of sources('accel/physics')) {
      for (const name of imports(file))
        expect(name, file).toMatch(/^(accel\/physics|emulator\/sim)\//);
    }
  });

  it('neither touches the clock of the host or its random numbers', () => {
    for (const file of [...sources('emulator'), ...sources('accel'), ...sources('src/deploy')]) {
      expect(text(file), file).not.toMatch(/Math\.random|Date\.now|new Date|performance\.now/);
    }
  });

  it('the reference executor shares no code with engines, firmware or machine', () => {
    for (const file of sources('src/deploy/reference')) {
      for (const name of imports(file))
        expect(name, file).not.toMatch(/^(accel|firmware|emulator\/(?!sim))/);
    }
  });

  it('only the session puts a machine together', () => {
    const composers = sources('src').filter((file) =>
      imports(file).includes('emulator/machine.js'),
    );
    expect(composers).toEqual(['src/session/compose.ts']);
  });

  it('the command line holds no model: it reaches emulator and accel for errors only', () => {
    for (const file of sources('src/cli')) {
      for (const name of imports(file))
        expect(name, file).not.toMatch(/^(accel|emulator\/(?!sim\/))/);
    }
  });
});

describe('rooms stay small', () => {
  it('no hand-written file has more than 500 lines', () => {
    const folders = ['emulator', 'accel', 'src', 'test', 'firmware'];
    const files = folders.flatMap((folder) => sources(folder, /\.(ts|c|h|S)$/));
    const long = files
      .filter((file) => !file.includes('/generated/'))
      .map((file) => [file, text(file).split('\n').length] as const)
      .filter(([, lines]) => lines > 500);
    expect(long).toEqual([]);
    expect(files.length).toBeGreaterThan(200);
  });

  it('nothing is left to do, skipped or cast away', () => {
    const marks =
      /\b(TODO|FIXME|XXX)\b|\bas any(?=[;,)\]>])|@ts-ignore|@ts-expect-error|\.(only|todo)\(/;
    for (const file of ['emulator', 'accel', 'src'].flatMap((folder) => sources(folder))) {
      expect(text(file), file).not.toMatch(marks);
    }
  });
});
