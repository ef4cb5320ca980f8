import { macroSchema } from '../config/index.js';
import { configure } from '../session/index.js';
import type { SessionOptions } from '../session/index.js';

/** A document with everything a macro may say, as a machine has it now. */
export function macroTemplate(options: SessionOptions): object {
  const rows = configure(options).provenance();
  const section = (prefix: string): object =>
    Object.fromEntries(
      rows.flatMap(({ key, value, source, status }) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), { value, source, status }]] : [],
      ),
    );
  return {
    schema: macroSchema,
    name: 'my-macro',
    meaning: 'say what it is',
    source: 'say where the figures without a source of their own are from',
    set: section('ima.'),
    prices: section('energy.ima.'),
    area: section('area.ima.'),
  };
}
