import type { Stateful } from '../sim/unit.js';
import type { Burst } from './burst.js';
import type { Command } from './command.js';

interface Queued {
  readonly command: Command;
  readonly earliest: number;
}

interface Position {
  lineStart: number;
  address: number;
  leftInLine: number;
}

/**
 * One direction's global queue and what follows it: cuts commands into segments (a line on either
 * side ends one), segments into bursts that do not cross a burst boundary outside.
 */
export class Splitter implements Stateful {
  private queue: Queued[] = [];
  private command: Command | undefined;
  private left = 0;
  private leftInSegment = 0;
  private external: Position = { lineStart: 0, address: 0, leftInLine: 0 };
  private tcdm: Position = { lineStart: 0, address: 0, leftInLine: 0 };
  /** First cycle in which the next burst may leave; Infinity when there is none. */
  nextAt = Infinity;
  private freeAt = 0;

  constructor(
    private readonly depth: number,
    private readonly burstBytes: number,
    private readonly segmentCycles: number,
  ) {}

  get full(): boolean {
    return this.queue.length >= this.depth;
  }

  /** @param earliest first cycle in which a burst of the command may leave */
  push(command: Command, earliest: number): void {
    this.queue.push({ command, earliest });
    if (this.command === undefined) this.load();
  }

  /** Fills in the burst that leaves in cycle `now`. */
  take(burst: Burst, now: number): void {
    const command = this.command as Command;
    const toBoundary = command.incrementing
      ? this.burstBytes - (this.external.address & (this.burstBytes - 1))
      : this.burstBytes;
    const bytes = Math.min(this.leftInSegment, toBoundary);
    burst.id = command.id;
    burst.fixed = !command.incrementing;
    burst.external = this.external.address;
    burst.tcdm = this.tcdm.address;
    burst.bytes = bytes;
    this.left -= bytes;
    this.leftInSegment -= bytes;
    step(this.external, bytes, command.external.line, command.external.stride);
    if (!command.incrementing) this.external.address = this.external.lineStart;
    step(this.tcdm, bytes, command.tcdm.line, command.tcdm.stride);
    if (this.leftInSegment > 0) {
      this.nextAt = now + 1;
      return;
    }
    this.freeAt = now + 1 + this.segmentCycles;
    if (this.left > 0) {
      this.nextAt = this.freeAt;
      this.openSegment();
      return;
    }
    this.load();
  }

  private load(): void {
    const next = this.queue.shift();
    this.command = next?.command;
    this.nextAt = Infinity;
    if (next === undefined) return;
    const { command } = next;
    this.left = command.bytes;
    this.external = start(command.external.address, command.external.line);
    this.tcdm = start(command.tcdm.address, command.tcdm.line);
    this.openSegment();
    this.nextAt = Math.max(next.earliest, this.freeAt);
  }

  private openSegment(): void {
    this.leftInSegment = Math.min(this.left, this.external.leftInLine, this.tcdm.leftInLine);
  }

  reset(): void {
    this.queue = [];
    this.command = undefined;
    this.left = this.leftInSegment = this.freeAt = 0;
    this.nextAt = Infinity;
  }

  save(): unknown {
    return {
      queue: [...this.queue],
      command: this.command,
      left: this.left,
      leftInSegment: this.leftInSegment,
      external: { ...this.external },
      tcdm: { ...this.tcdm },
      idle: this.nextAt === Infinity,
      nextAt: this.nextAt === Infinity ? 0 : this.nextAt,
      freeAt: this.freeAt,
    };
  }

  restore(state: unknown): void {
    const s = state as {
      queue: Queued[];
      command: Command | undefined;
      left: number;
      leftInSegment: number;
      external: Position;
      tcdm: Position;
      idle: boolean;
      nextAt: number;
      freeAt: number;
    };
    this.queue = [...s.queue];
    this.command = s.command;
    this.left = s.left;
    this.leftInSegment = s.leftInSegment;
    this.external = { ...s.external };
    this.tcdm = { ...s.tcdm };
    this.nextAt = s.idle ? Infinity : s.nextAt;
    this.freeAt = s.freeAt;
  }
}

function start(address: number, line: number): Position {
  return { lineStart: address, address, leftInLine: line };
}

function step(position: Position, bytes: number, line: number, stride: number): void {
  position.leftInLine -= bytes;
  position.address += bytes;
  if (position.leftInLine > 0) return;
  position.lineStart = (position.lineStart + stride) >>> 0;
  position.address = position.lineStart;
  position.leftInLine = line;
}
