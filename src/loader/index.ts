export { elfLimits, findSection, parseElf } from './elf.js';
export type { ElfFile, ElfSection, ElfSegment } from './elf.js';
export { LineTable } from './lines.js';
export type { LineRow } from './lines.js';
export { SymbolTable } from './symbols.js';
export type { Symbol } from './symbols.js';
