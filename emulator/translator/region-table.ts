import type { Region } from './region.js';
import type { RegionLinks } from './region-links.js';

const MOST_VERSIONS = 6;

/** Regions by the place where they begin: those whose fetches all hit, or those that book them. */
export class RegionTable {
  private readonly regions = new Map<number, Region>();
  private readonly versions = new Map<number, number>();
  /** Those that are to be translated again, as soon as that is earned. */
  private readonly stale: Region[] = [];

  constructor(readonly fetches: boolean) {}

  get size(): number {
    return this.regions.size;
  }

  all(): Iterable<Region> {
    return this.regions.values();
  }

  places(): Iterable<number> {
    return this.regions.keys();
  }

  clear(): void {
    this.regions.clear();
    this.versions.clear();
    this.stale.length = 0;
  }

  at(pc: number): Region | undefined {
    return this.regions.get(pc);
  }

  put(pc: number, region: Region): void {
    this.regions.set(pc, region);
  }

  /** Whether a place may be translated once more. */
  mayTranslate(pc: number): boolean {
    return (this.versions.get(pc) ?? 0) < MOST_VERSIONS;
  }

  /** Number of the next translation of a place. */
  nextVersion(pc: number): number {
    return (this.versions.get(pc) ?? 0) + 1;
  }

  /** There was one more. */
  count(pc: number): void {
    this.versions.set(pc, this.nextVersion(pc));
  }

  /** A region is to be translated again: others must not go on there for ever. */
  retire(region: Region): void {
    if (region.stale || region.final || region.version >= MOST_VERSIONS) return;
    region.stale = true;
    this.stale.push(region);
  }

  /** Regions that may be translated again now are found when a hart comes to them. */
  closeStale(links: RegionLinks): void {
    for (const region of this.stale) {
      if (this.regions.get(region.pc) === region) links.open(region.pc, 0, this.fetches);
    }
    this.stale.length = 0;
  }

  get hasStale(): boolean {
    return this.stale.length > 0;
  }
}
