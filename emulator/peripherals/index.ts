export {
  ClusterControl,
  clusterControlParameters,
  clusterControlRegisters,
} from './cluster-control.js';
export { IcacheControl, icacheControlRegisters } from './icache-control.js';
export { SocControl, socControlRegisters } from './soc-control.js';
export { Stdout, stdoutRegisters } from './stdout.js';
export { ClusterTimer } from './timer.js';
export { timerParameters, timerRegisters } from './timer-registers.js';
export {
  UnmodelledSocPeripherals,
  UnmodelledWindow,
  socPeripheralRegisters,
} from './unmodelled.js';
