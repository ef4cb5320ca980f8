import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/session/index.js';
import { prebuilt } from '../firmware/run-block.js';

function adcRow(family: string) {
  const set = { 'energy.adc_family': family, 'energy.osahcim.adc_conversion': 7 };
  const session = openSession({ preset: 'osahcim', set });
  session.load({ name: 'hello.elf', bytes: prebuilt('hello') });
  session.run();
  const { energy } = session.stats();
  session.close();
  return energy.rows.find(({ price }) => price === 'energy.osahcim.adc_conversion')!;
}

describe('energy.adc_family', () => {
  it('takes the price of a published family in the place of the row itself', () => {
    expect(adcRow('own')).toMatchObject({ value: 7, status: 'assumed' });
    // 3 bits in 65 nm: (3.7506 x 3 + 25.844) uW for 4 ns; (300 + 0.064) fJ; 3.5 pJ at 4 bits.
    expect(adcRow('neurosim').value).toBeCloseTo(0.1483832, 9);
    expect(adcRow('zigzag').value).toBeCloseTo(0.300064, 9);
    expect(adcRow('survey').value).toBe(3.5);
  });

  it('is one of those', () => {
    expect(() => adcRow('murmann')).toThrow(/is not one of own, neurosim, zigzag, survey/);
  });
});
