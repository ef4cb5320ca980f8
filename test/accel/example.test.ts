import { defaultsOf } from '../../emulator/sim/parameters.js';
import { Testbench } from '../../emulator/hwpe/testbench.js';
import { exampleEngine, exampleParameters, exampleRegisters } from '../../accel/example/example.js';
import { conformance } from '../hwpe/conformance.js';

const jobs = [
  { source: 0x101, length: 1000, destination: 0x2000 },
  { source: 0x800, length: 777, destination: 0x2004 },
];

conformance({
  name: 'example',
  factory: exampleEngine(defaultsOf(exampleParameters)),
  map: exampleRegisters,
  plainRegister: 'LENGTH',
  program(set, job) {
    const { source, length, destination } = jobs[job];
    set('SRC_ADDR', Testbench.base + source);
    set('LENGTH', length);
    set('DST_ADDR', Testbench.base + destination);
  },
  expected(memory, job) {
    const { source, length, destination } = jobs[job];
    const sum = memory.slice(source, source + length).reduce((total, byte) => total + byte, 0);
    const bytes = new Uint8Array(Uint32Array.of(sum).buffer);
    return { address: Testbench.base + destination, bytes };
  },
});
