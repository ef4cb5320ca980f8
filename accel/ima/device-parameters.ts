import type { ParameterTable } from '../../emulator/sim/parameters.js';

const aihwkit =
  'statistical PCM model of aihwkit (inference/noise/pcm.py), after measurements of 10,000 devices';

/** Devices of the crossbar; by default all are ideal. `accel/physics/pcm.ts` is the model. */
export const deviceParameters = {
  program_noise: {
    value: 0,
    unit: '%',
    min: 0,
    max: 50,
    fractional: true,
    meaning:
      'standard deviation of a programmed conductance, of the largest one; HERMES has about 5. A function of --seed, array, cell and weight',
    source: 'a setting for studies of accuracy; the cluster paper computes without errors',
    status: 'assumed',
  },
  program_curve: {
    value: 'flat',
    choices: ['flat', 'state'],
    meaning:
      'whether the error of programming is the same for all conductances, or follows them: program_noise is then that of the largest',
    source: `flat: one figure is published for HERMES; state: ${aihwkit}`,
    status: 'assumed',
  },
  drift_seconds: {
    value: 0,
    unit: 's',
    min: 0,
    max: 1e10,
    fractional: true,
    meaning:
      'time between programming and the run, for which conductances drift; up to drift_start: none',
    source: 'a setting for studies of accuracy',
    status: 'assumed',
  },
  drift_start: {
    value: 20,
    unit: 's',
    min: 1e-6,
    max: 1e6,
    fractional: true,
    meaning: 'time after programming at which conductances are what was programmed',
    source: aihwkit,
    status: 'published',
  },
  drift_compensation: {
    value: true,
    meaning:
      'true: the affine correction behind the converters undoes the mean loss of each array, as a calibration read finds it',
    source: 'HERMES corrects columns by scale and offset; one factor an array is our reading',
    status: 'assumed',
  },
  stuck_low: {
    value: 0,
    unit: '%',
    min: 0,
    max: 100,
    fractional: true,
    meaning: 'cells that conduct nothing whatever is programmed',
    source: 'a setting for studies of accuracy; no yield is published',
    status: 'assumed',
  },
  stuck_high: {
    value: 0,
    unit: '%',
    min: 0,
    max: 100,
    fractional: true,
    meaning: 'cells that conduct the most, with the sign of their weight',
    source: 'a setting for studies of accuracy; no yield is published',
    status: 'assumed',
  },
  ir_drop: {
    value: 0,
    unit: '%',
    min: 0,
    max: 100,
    fractional: true,
    meaning:
      'part of its current that the cell at the far end of a bit line loses at the mean load; nearer cells lose u (2 - u) of it, u from 0 to 1',
    source: 'a uniformly loaded line; the resistance of the lines is not published',
    status: 'assumed',
  },
  adc_transfer: {
    value: '',
    numbers: 257,
    meaning:
      'measured converter: its mean codes at inputs that divide the range evenly, from the lowest to the highest; empty: straight',
    source: 'a setting for a measured macro',
    status: 'assumed',
  },
} as const satisfies ParameterTable;
