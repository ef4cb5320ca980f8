import type { Peripheral } from '../interconnect/peripheral.js';
import { RegisterDecoder } from '../peripherals/register-decoder.js';
import { OctobarError } from '../sim/error.js';
import { checkCommandWord, wordsOf } from './command.js';
import type { Command } from './command.js';
import type { Dma } from './dma.js';
import { dmaRegisters } from './registers.js';

const NO_ID = -1;

interface HeldWrite {
  readonly hart: number;
  readonly word: number;
}

/**
 * One command queue with the state machine that collects the words of a command. Each hart has one
 * behind the fast port; the shared port has one for all.
 */
export class CommandQueue {
  /** Complete commands that wait for the arbiter, oldest first. */
  ready: Command[] = [];
  private id = NO_ID;
  /** Hart that has taken the id. */
  private owner = -1;
  private readonly words = new Uint32Array(7);
  private received = 0;
  private held: HeldWrite[] = [];

  constructor(private readonly dma: Dma) {}

  /** Commands in the queue, the one under way included. */
  private get used(): number {
    return this.ready.length + (this.received > 0 ? 1 : 0);
  }

  took(id: number, hart: number): void {
    this.id = id;
    this.owner = hart;
  }

  /** The id was given back: the next command needs a new one. */
  freed(id: number): void {
    if (this.id === id) this.id = NO_ID;
  }

  /** Whether words of a command are still to come, so that `hart` cannot ask for an id. */
  mustBeIdle(hart: number): void {
    if (this.received === 0) return;
    throw new OctobarError(
      'device-misuse',
      `DMA: hart ${hart} reads an id while ${wordsOf(this.words[0]) - this.received} word(s) of the command before are missing`,
      { hint: 'a command is 3 words, and 2 more for each side that is 2D' },
    );
  }

  write(word: number, hart: number, now: number): void {
    if (this.received === 0) {
      this.begin(word, hart);
      return;
    }
    this.mustOwn(hart);
    this.words[this.received++] = word;
    if (this.received < wordsOf(this.words[0])) return;
    this.received = 0;
    const command = this.dma.accept(this.words, this.id, hart, now);
    if (command !== undefined) this.ready.push(command);
  }

  private begin(word: number, hart: number): void {
    if (this.id === NO_ID) {
      throw new OctobarError('device-misuse', `DMA: hart ${hart} starts a command without an id`, {
        hint: 'read CMD for a transfer id first, and again after the id was freed through STATUS',
      });
    }
    this.mustOwn(hart);
    checkCommandWord(word, hart);
    if (this.used >= this.dma.config.queue_depth) {
      this.held.push({ hart, word });
      this.dma.control.hold(hart, 'DMA: command queue is full', false);
      return;
    }
    this.words[0] = word;
    this.received = 1;
  }

  private mustOwn(hart: number): void {
    if (hart === this.owner) return;
    throw new OctobarError(
      'device-misuse',
      `DMA: hart ${hart} writes to a command that hart ${this.owner} has begun on the shared port`,
      { hint: 'use the fast port of each hart (0x10204400), or a mutex around the shared one' },
    );
  }

  /** The arbiter takes the oldest command; a held write moves up, answered in cycle `at`. */
  pop(at: number): Command {
    const command = this.ready.shift() as Command;
    const held = this.held.shift();
    if (held !== undefined) {
      this.begin(held.word, held.hart);
      this.dma.control.resume(held.hart, at, 0);
    }
    return command;
  }

  reset(): void {
    this.ready = [];
    this.held = [];
    this.id = NO_ID;
    this.owner = -1;
    this.received = 0;
  }

  save(): unknown {
    return {
      ready: [...this.ready],
      held: [...this.held],
      id: this.id,
      owner: this.owner,
      words: this.words.slice(),
      received: this.received,
    };
  }

  restore(state: unknown): void {
    const s = state as {
      ready: Command[];
      held: HeldWrite[];
      id: number;
      owner: number;
      words: Uint32Array;
      received: number;
    };
    this.ready = [...s.ready];
    this.held = [...s.held];
    this.id = s.id;
    this.owner = s.owner;
    this.words.set(s.words);
    this.received = s.received;
  }
}

/** A port on the bus; state lives in the DMA, which the machine saves once. */
export class DmaPort implements Peripheral {
  readonly registers = dmaRegisters;
  private readonly decoder: RegisterDecoder;

  /** @param queueOf the command queue behind this port for a hart */
  constructor(
    readonly name: string,
    private readonly dma: Dma,
    private readonly queueOf: (hart: number) => CommandQueue,
  ) {
    this.decoder = new RegisterDecoder(name, dmaRegisters);
  }

  read(offset: number, size: number, hart: number, now: number): number {
    const { name } = this.decoder.find(offset, size, false).register;
    if (name === 'STATUS') return this.dma.status(now);
    this.mustBeHart(hart);
    return this.dma.takeId(this.queueOf(hart), hart);
  }

  write(offset: number, value: number, size: number, hart: number, now: number): void {
    const { name } = this.decoder.find(offset, size, true).register;
    this.mustBeHart(hart);
    if (name === 'STATUS') {
      this.dma.free(value, hart, now);
      return;
    }
    this.queueOf(hart).write(value >>> 0, hart, now);
  }

  private mustBeHart(hart: number): void {
    if (hart >= 0) return;
    throw new OctobarError('device-misuse', `${this.name}: a debugger cannot command the DMA`, {
      hint: 'read STATUS, or write memory directly',
    });
  }

  reset(): void {}
  save(): unknown {
    return undefined;
  }
  restore(): void {}
}
