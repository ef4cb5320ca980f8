import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RegisterMap } from '../../emulator/sim/registers.js';
import { packageRoot } from '../../src/datasets/package-root.js';
import { registerHeader } from '../../src/generate/c-header.js';
import { generatedFiles, generatedFolders } from '../../src/generate/files.js';
import { registerMaps } from '../../src/generate/maps.js';

describe('generated files', () => {
  it('are committed as they would be generated now (npm run generate)', () => {
    for (const [path, contents] of generatedFiles()) {
      expect(readFileSync(join(packageRoot(), path), 'utf8'), path).toBe(contents);
    }
  });

  it('are all there is in their folders', () => {
    const files = generatedFiles();
    for (const folder of generatedFolders) {
      for (const name of readdirSync(join(packageRoot(), folder))) {
        expect(files.has(`${folder}/${name}`), `${folder}/${name} is not generated`).toBe(true);
      }
    }
  });

  it('contain no two headers or macros of one name', () => {
    expect(new Set(registerMaps.map((entry) => entry.header)).size).toBe(registerMaps.length);
    const macros = [...generatedFiles()]
      .filter(([path]) => path.endsWith('.h'))
      .flatMap(([, text]) => [...text.matchAll(/^#define (\w+)/gm)].map((match) => match[1]));
    const seen = new Set<string>();
    expect(macros.filter((macro) => seen.size === seen.add(macro).size)).toEqual([]);
  });

  it('give offsets, arrays, fields and warnings of a map', () => {
    const map: RegisterMap = {
      name: 'TOY',
      meaning: 'A toy.',
      size: 0x40,
      registers: [
        { name: 'LATE', offset: 0x20, access: 'ro', meaning: 'Last.', count: 3, stride: 8 },
        {
          name: 'CTRL',
          offset: 0,
          access: 'rw',
          reset: 5,
          meaning: 'Ends a comment: */',
          fields: [
            { name: 'TOP', lsb: 31, width: 1, meaning: 'Sign.' },
            { name: 'ALL', lsb: 0, width: 32, meaning: 'Everything.' },
          ],
        },
        { name: 'GHOST', offset: 4, access: 'wo', meaning: 'Not here.', modelled: false },
      ],
    };
    const text = registerHeader(map, 0x10200000, 'toy.ts');
    expect(text).toContain('#define TOY_BASE 0x10200000u\n#define TOY_SIZE 0x40u\n');
    expect(text).toContain('#define TOY_LATE(i) (0x20u + 0x08u * (uint32_t)(i))');
    expect(text).toContain('#define TOY_LATE_COUNT 3');
    expect(text).toContain('/* Ends a comment: * / (read-write, reset 0x05) */');
    expect(text).toContain('#define TOY_CTRL_TOP_MASK 0x80000000u');
    expect(text).toContain('#define TOY_CTRL_ALL_MASK 0xFFFFFFFFu');
    expect(text).toContain('(write-only, not modelled: an access is an error)');
    expect(text.indexOf('TOY_CTRL ')).toBeLessThan(text.indexOf('TOY_LATE('));
  });
});
