/** What the digital part of every engine of the cluster costs: its streamer and its clock. */
import { engineEvents, perEvent } from './price.js';
import type { PriceTable } from './price.js';

export const digitalEngine = (component: string, engine: string): PriceTable => ({
  stream_byte: perEvent(component, engineEvents(engine, 'bytes_in', 'bytes_out'), {
    value: 0.1,
    range: [0.05, 0.2],
    meaning: 'a byte through the streamer: realignment, FIFO and vector buffer',
    source: '0.021 pJ an access of an 8-bit register (ZigZag example, 28 nm), five of them',
    status: 'assumed',
  }),
  busy_cycle: perEvent(component, engineEvents(engine, 'busy_cycles'), {
    value: 3,
    range: [0, 6],
    meaning: 'a cycle in which control and streamer of the engine are clocked',
    source: 'no published figure; less than a hart without instruction',
    status: 'assumed',
  }),
  requantisation: perEvent(component, engineEvents(engine, 'requantisations'), {
    value: 1,
    range: [0.5, 2],
    meaning: 'an output: 64-bit product, shift and clip',
    source: 'an int32 multiplication of 3.1 pJ at 45 nm (Horowitz 2014), times 0.29 to 22 nm',
    status: 'assumed',
  }),
});
