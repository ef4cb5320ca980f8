import { NOW } from '../hart/state.js';
import type { Memory } from '../memory/memory.js';
import { OctobarError } from '../sim/error.js';
import type { WidePort, WordPort } from './ports.js';

/** What a port needs of the crossbar it belongs to. */
interface PortHost {
  readonly memory: Memory;
  readonly banks: number;
  portRequests: number;
  readonly clock: Float64Array;
  /** Words read and written through ports so far. */
  portReads: number;
  portWrites: number;
  /** Called when a port wrote where code may be decoded. */
  onPortWrite?: (offset: number, bytes: number) => void;
}

function offsetOf(host: PortHost, address: number, bytes: number): number {
  const at = address >>> 0;
  if (!host.memory.contains(at, bytes)) {
    throw new OctobarError('unmapped-access', 'DMA or accelerator access outside the TCDM', {
      address: at,
      hint: 'check source, destination, strides and sizes of the transfer or job',
    });
  }
  return at - host.memory.base;
}

export class TcdmWordPort implements WordPort {
  granted = false;
  data = 0;
  asks = false;
  offset = 0;
  private mask = 0;
  private value = 0;

  constructor(private readonly host: PortHost) {}

  read(address: number): void {
    this.raise(address, 0, 0);
  }

  write(address: number, data: number, mask: number): void {
    this.raise(address, data, mask);
  }

  private raise(address: number, data: number, mask: number): void {
    this.offset = offsetOf(this.host, address, 4);
    this.value = data;
    this.mask = mask;
    this.asks = true;
    this.host.portRequests++;
  }

  /** Forgets a request of a cycle that was never finished. */
  withdraw(): void {
    this.asks = false;
    this.granted = false;
  }

  /** Phase 3: moves the data when granted. */
  finish(): void {
    if (!this.asks) return;
    this.asks = false;
    if (!this.granted) return;
    const { memory } = this.host;
    if (this.mask === 0) {
      this.data = memory.i32[this.offset >> 2];
      this.host.portReads++;
      return;
    }
    for (let byte = 0; byte < 4; byte++) {
      if ((this.mask >>> byte) & 1) memory.u8[this.offset + byte] = this.value >>> (8 * byte);
    }
    this.host.portWrites++;
    this.host.onPortWrite?.(this.offset, 4);
  }
}

export class TcdmWidePort implements WidePort {
  readonly buffer: Uint8Array;
  granted = false;
  asks = false;
  offset = 0;
  bytes = 0;
  /** Adjacent banks that the access takes. */
  words = 0;
  private writing = false;

  constructor(
    private readonly host: PortHost,
    readonly width: number,
  ) {
    this.buffer = new Uint8Array(width);
  }

  read(address: number, bytes: number): void {
    this.raise(address, bytes, false);
  }

  write(address: number, bytes: number): void {
    this.raise(address, bytes, true);
  }

  private raise(address: number, bytes: number, writing: boolean): void {
    if (bytes < 1 || bytes > this.width) {
      throw new OctobarError('internal', `wide access of ${bytes} bytes over ${this.width}`);
    }
    this.offset = offsetOf(this.host, address, bytes);
    this.bytes = bytes;
    this.words = ((this.offset & 3) + bytes + 3) >> 2;
    if (this.words > this.host.banks) {
      throw new OctobarError(
        'config',
        `a wide access of ${this.words} words needs a bank twice in one cycle: the TCDM has ${this.host.banks} banks`,
        { address: address >>> 0, hint: 'raise tcdm.banks or lower the port width of the engine' },
      );
    }
    this.writing = writing;
    this.asks = true;
    this.host.portRequests++;
  }

  /** Forgets a request of a cycle that was never finished. */
  withdraw(): void {
    this.asks = false;
    this.granted = false;
  }

  finishAlone(now: number): void {
    this.host.clock[NOW] = now;
    this.granted = true;
    this.finish();
    this.host.portRequests = 0;
  }

  peek(address: number): number {
    return this.host.memory.u8[offsetOf(this.host, address, 1)];
  }

  /** Phase 3: moves the data when granted. */
  finish(): void {
    if (!this.asks) return;
    this.asks = false;
    if (!this.granted) return;
    const { u8 } = this.host.memory;
    const { offset, bytes, buffer } = this;
    if (this.writing) {
      for (let i = 0; i < bytes; i++) u8[offset + i] = buffer[i];
      this.host.portWrites += this.words;
      this.host.onPortWrite?.(offset, bytes);
    } else {
      for (let i = 0; i < bytes; i++) buffer[i] = u8[offset + i];
      this.host.portReads += this.words;
    }
  }
}
