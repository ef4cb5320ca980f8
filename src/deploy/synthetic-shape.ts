/** Names of synthetic blocks. */
import { OctobarError } from '../../emulator/sim/error.js';

/** Height, width, channels in and out, hidden channels: stride 1, with residual. */
export interface SyntheticShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly hidden: number;
}

const limits = { side: 64, channels: 512, hidden: 1024 };

/**
 * The shape that a name like 16x16x128x640 stands for; undefined when it is no such name.
 *
 * @throws OctobarError `usage` when the application cannot take the size
 */
export function syntheticShape(name: string): SyntheticShape | undefined {
  const match = /^(\d{1,4})x(\d{1,4})x(\d{1,4})x(\d{1,4})$/.exec(name);
  if (!match) return undefined;
  const [height, width, channels, hidden] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const inside = (value: number, most: number): boolean => value >= 1 && value <= most;
  if (
    !inside(height, limits.side) ||
    !inside(width, limits.side) ||
    !inside(channels, limits.channels) ||
    !inside(hidden, limits.hidden) ||
    channels % 4 !== 0 ||
    hidden % 16 !== 0
  ) {
    throw new OctobarError('usage', `there is no synthetic block ${name}`, {
      hint:
        `HEIGHTxWIDTHxCHANNELSxHIDDEN: sides up to ${limits.side}, channels a multiple of 4 up to ` +
        `${limits.channels}, hidden channels a multiple of 16 up to ${limits.hidden}`,
    });
  }
  return { height, width, channels, hidden };
}
