/**
 * The timer unit one clock edge at a time, as its RTL works: registers, and what feeds them. Slow and
 * plain; the model under test computes the same without stepping.
 */
interface Half {
  cfg: number;
  count: number;
  compare: number;
  prescaler: number;
  /** Registered comparator outputs: true in the cycle in which the register holds the value. */
  reached: boolean;
  prescalerReached: boolean;
}

export interface TimerWrite {
  readonly offset: number;
  readonly value: number;
}

const has = (cfg: number, bit: number): boolean => ((cfg >>> bit) & 1) === 1;
const ENABLE = 0;
const RESET = 1;
const IRQ = 2;
const CLEAR = 4;
const ONE_SHOT = 5;
const PRESCALER = 6;
const CASCADE = 31;

export class TimerReference {
  /** Number of the current cycle. */
  now = 0;
  /** `[line, cycle]` of every rising edge of an output. */
  readonly rises: [number, number][] = [];
  private readonly halves: [Half, Half] = [fresh(), fresh()];
  private readonly level = [false, false];

  /** Lets the current cycle pass, with at most one write in it. */
  step(write?: TimerWrite): void {
    const [lo, hi] = this.halves;
    const cascade = has(lo.cfg, CASCADE);
    const both = lo.reached && hi.reached;
    this.output(0, (cascade ? both : lo.reached) && has(lo.cfg, IRQ));
    this.output(1, !cascade && hi.reached && has(hi.cfg, IRQ));

    const target = (name: number): number | undefined =>
      write?.offset === name ? write.value >>> 0 : undefined;
    const next = this.halves.map((half, i) => {
      const matched = cascade ? both : half.reached;
      const governed = cascade ? lo : half;
      // Configuration.
      let cfg = target(4 * i) ?? half.cfg;
      if (target(0x18 + 4 * i) !== undefined) cfg |= 1 << ENABLE;
      else if (has(i === 0 || !cascade ? cfg : lo.cfg, ONE_SHOT) && matched) cfg &= ~1;
      const reset = has(half.cfg, RESET) || target(0x20 + 4 * i) !== undefined;
      if (reset) cfg &= ~2;
      // Prescaler.
      const scaled = has(half.cfg, PRESCALER);
      const enabled = has(half.cfg, ENABLE);
      let prescaler = half.prescaler;
      if (reset || half.prescalerReached) prescaler = 0;
      else if (enabled && scaled) prescaler = (prescaler + 1) >>> 0;
      // Counter.
      let tick = enabled && (!scaled || half.prescalerReached);
      if (cascade && i === 1) {
        const loTicks = has(lo.cfg, ENABLE) && (!has(lo.cfg, PRESCALER) || lo.prescalerReached);
        tick = loTicks && lo.count === 0xffffffff;
      }
      let { count } = half;
      if (reset || (has(governed.cfg, CLEAR) && matched)) count = 0;
      else if (target(8 + 4 * i) !== undefined) count = target(8 + 4 * i) as number;
      else if (tick) count = (count + 1) >>> 0;
      return {
        cfg: cfg >>> 0,
        count,
        compare: target(0x10 + 4 * i) ?? half.compare,
        prescaler,
        reached: count === half.compare,
        prescalerReached: prescaler === ((half.cfg >>> 8) & 0xff),
      };
    });
    this.halves[0] = next[0];
    this.halves[1] = next[1];
    this.now++;
  }

  /** What a read in the cycle that has just been stepped over is answered. */
  count(half: number): number {
    return this.halves[half].count;
  }

  private output(line: number, level: boolean): void {
    if (level && !this.level[line]) this.rises.push([line, this.now]);
    this.level[line] = level;
  }
}

function fresh(): Half {
  return {
    cfg: 0,
    count: 0,
    compare: 0,
    prescaler: 0,
    reached: false,
    prescalerReached: false,
  };
}
