/** The part of elfy 1.0.0 (no types of its own) that the wrapper in elf.ts relies on. */
declare module 'elfy' {
  export interface ElfyProgram {
    type: string | undefined;
    offset: number;
    vaddr: number;
    paddr: number;
    filesz: number;
    memsz: number;
    flags: { r?: true; w?: true; x?: true };
  }

  export interface ElfySection {
    name: string;
    /** Names of the types elfy knows, else the number. */
    type: string | number;
    flags: { write?: true; alloc?: true; execinstr?: true };
    addr: number;
    off: number;
    size: number;
    link: number;
    entsize: number;
  }

  export interface ElfyFile {
    type: string | undefined;
    entry: number;
    flags: number;
    body: { programs: ElfyProgram[]; sections: ElfySection[] };
  }

  const elfy: { parse(file: Buffer): ElfyFile };
  export default elfy;
}
