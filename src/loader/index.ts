export { elfLimits, findSection, parseElf } from './elf.js';
export type { ElfFile, ElfSection, ElfSegment } from './elf.js';
export { InlineTable } from './inlining.js';
export type { InlinedCall } from './inlining.js';
export { LineTable } from './lines.js';
export type { LineRow } from './lines.js';
export { SymbolTable } from './symbols.js';
export type { Symbol } from './symbols.js';
