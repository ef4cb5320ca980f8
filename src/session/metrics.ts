/** Figures that the guest reports about itself by calling `octobar_metric` (firmware/runtime/metric.h). */
import { OctobarError } from '../../emulator/sim/error.js';

export interface Metric {
  name: string;
  value: number;
  unit: string;
}

export const metricSymbol = 'octobar_metric';
const limits = { metrics: 256, text: 64, decimals: 9 };
const a0 = 10;

export class Metrics {
  private readonly values = new Map<string, Metric>();

  /** A hart is about to enter the function. @throws OctobarError `device-misuse` */
  record(hart: number, registers: readonly number[], byte: (address: number) => number): void {
    const refuse = (reason: string, hint: string): never => {
      throw new OctobarError('device-misuse', `octobar_metric: ${reason}`, { hart, hint });
    };
    const text = (address: number): string => {
      let result = '';
      for (let i = 0; i < limits.text; i++) {
        const code = byte(address + i);
        if (code === 0) return result;
        result += String.fromCharCode(code);
      }
      return refuse(
        `a text of more than ${limits.text} bytes`,
        'names and units end with a zero byte',
      );
    };
    const name = text(registers[a0]);
    const unit = text(registers[a0 + 1]);
    const decimals = registers[a0 + 3];
    if (!/^[\w .-]+$/.test(name))
      refuse(`the name ${JSON.stringify(name)}`, 'letters, digits, _ . -');
    if (decimals > limits.decimals) refuse(`${decimals} decimals`, `0 to ${limits.decimals}`);
    if (!this.values.has(name) && this.values.size === limits.metrics)
      refuse(`more than ${limits.metrics} names`, 'report a figure under one name');
    this.values.set(name, { name, value: (registers[a0 + 2] | 0) / 10 ** decimals, unit });
  }

  list(): Metric[] {
    return [...this.values.values()];
  }

  save(): Metric[] {
    return this.list();
  }

  restore(saved: readonly Metric[]): void {
    this.values.clear();
    for (const metric of saved) this.values.set(metric.name, { ...metric });
  }
}
