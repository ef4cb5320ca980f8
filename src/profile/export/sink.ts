/** Where an export goes: texts one after the other, so that memory stays bounded however long a run is. */
export interface TextSink {
  put(text: string): void;
}

/**
 * A sink that takes so many characters and no more. Writers ask `room` before they write a record, and end
 * their file properly when there is none: a cut file is a valid file.
 */
export class BoundedSink implements TextSink {
  /** Characters so far. */
  size = 0;
  /** Records that found no room. */
  dropped = 0;

  constructor(
    private readonly sink: TextSink,
    readonly limit: number = Infinity,
  ) {}

  /** Whether another record may be written; counts those that may not. */
  room(): boolean {
    if (this.size < this.limit) return true;
    this.dropped++;
    return false;
  }

  put(text: string): void {
    this.size += text.length;
    this.sink.put(text);
  }
}
