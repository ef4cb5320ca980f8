/** Where the tool reads and writes. Commands get one, so that tests can stand in for a terminal. */
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { OctobarError } from '../../emulator/sim/error.js';
import type { Image } from '../session/index.js';

export interface Terminal {
  out(data: string | Uint8Array): void;
  err(text: string): void;
}

/** The reader of our output has gone (`octobar ... | head`): not an error, but no reason to go on. */
export class OutputClosed extends Error {}

/**
 * Writes at once: a run is one long call, so whatever waited in a queue would only grow.
 * A pipe that is full is waited for.
 */
function writeAll(descriptor: number, data: Uint8Array): void {
  let at = 0;
  while (at < data.length) {
    try {
      at += writeSync(descriptor, data, at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') throw new OutputClosed();
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const encoder = new TextEncoder();

export const processTerminal: Terminal = {
  out: (data) => writeAll(1, typeof data === 'string' ? encoder.encode(data) : data),
  err: (text) => writeAll(2, encoder.encode(text)),
};

/** Collects small texts into large writes; `close` writes the rest. */
export class BufferedWriter {
  private parts: string[] = [];
  private size = 0;

  private constructor(
    private readonly write: (text: string) => void,
    private readonly end: () => void,
  ) {}

  static toTerminal(terminal: Terminal): BufferedWriter {
    return new BufferedWriter(
      (text) => terminal.err(text),
      () => undefined,
    );
  }

  static toFile(path: string): BufferedWriter {
    const descriptor = fileStep(path, 'written', () => openSync(path, 'w'));
    return new BufferedWriter(
      (text) => fileStep(path, 'written', () => writeAll(descriptor, encoder.encode(text))),
      () => closeSync(descriptor),
    );
  }

  put(text: string): void {
    this.parts.push(text);
    this.size += text.length;
    if (this.size >= 1 << 16) this.flush();
  }

  close(): void {
    this.flush();
    this.end();
  }

  private flush(): void {
    const text = this.parts.join('');
    this.parts = [];
    this.size = 0;
    if (text !== '') this.write(text);
  }
}

export function readBytes(path: string): Uint8Array {
  return new Uint8Array(fileStep(path, 'read', () => readFileSync(path)));
}

export function readText(path: string): string {
  return fileStep(path, 'read', () => readFileSync(path, 'utf8'));
}

export function readImageFile(path: string): Exclude<Image, Uint8Array> {
  return { name: basename(path), bytes: readBytes(path) };
}

export function writeText(path: string, text: string): void {
  const writer = BufferedWriter.toFile(path);
  writer.put(text);
  writer.close();
}

export function makeFolder(path: string): void {
  fileStep(path, 'written', () => mkdirSync(path, { recursive: true }));
}

function fileStep<T>(path: string, verb: 'read' | 'written', step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof OutputClosed) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: 'it does not exist',
      EISDIR: 'it is a folder',
      EACCES: 'you may not',
      ENOSPC: 'the disk is full',
    };
    const reason = reasons[code ?? ''] ?? message;
    throw new OctobarError('file', `${path} cannot be ${verb}: ${reason}`, {
      hint: verb === 'read' ? 'check the path' : 'check the folder and its permissions',
    });
  }
}
