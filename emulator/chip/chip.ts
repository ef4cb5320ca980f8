import { addressMap, type PeripheralRegion } from '../interconnect/address-map.js';
import type { MachineConfig } from '../parameters.js';
import { ClusterTimer, UnmodelledWindow } from '../peripherals/index.js';
import type { HartControl, Stateful, Unit } from '../sim/unit.js';
import { ClockGenerators } from './clock-generators.js';
import { controllerLines, InterruptController } from './interrupt-controller.js';
import { SocEvents } from './soc-events.js';

/** What the chip needs of the machine. */
export interface ChipEnvironment {
  readonly control: HartControl;
  /** Number of the controller among the harts of the machine. */
  readonly controller: number;
  /** A SoC event for the cluster. */
  readonly toCluster: (event: number, now: number) => void;
}

/** The PULP chip around a cluster: what its controller hart meets in the SoC. */
export class Chip {
  readonly interrupts: InterruptController;
  readonly units: readonly Unit[];
  readonly parts: readonly (readonly [string, Stateful])[];
  private readonly events: SocEvents;
  private readonly clocks = new ClockGenerators();
  private readonly timer: ClusterTimer;

  constructor(config: MachineConfig, environment: ChipEnvironment) {
    const { control, controller, toCluster } = environment;
    this.interrupts = new InterruptController(control, controller);
    this.events = new SocEvents((event) => this.interrupts.push(event), toCluster);
    const lines = { low_event: controllerLines.timerLow, high_event: controllerLines.timerHigh };
    this.timer = new ClusterTimer({ ...config.timer, ...lines }, this.interrupts, 1);
    this.units = [this.timer];
    this.parts = [
      ['fc_itc', this.interrupts],
      ['soc_events', this.events],
      ['fll', this.clocks],
      ['fc_timer', this.timer],
    ];
  }

  /** @param latency of the cluster's harts; @param controllerLatency of the controller */
  regions(latency: number, controllerLatency: number): PeripheralRegion[] {
    const at = (
      name: keyof typeof addressMap,
      peripheral: PeripheralRegion['peripheral'],
    ): PeripheralRegion => {
      const { base, size } = addressMap[name];
      return { name, base, size, latency, controllerLatency, peripheral };
    };
    const window = (name: keyof typeof addressMap, what: string, hint: string): PeripheralRegion =>
      at(name, new UnmodelledWindow(what, addressMap[name].size, hint));
    return [
      at('fll', this.clocks),
      at('soc_events', this.events),
      at('fc_itc', this.interrupts),
      at('fc_timer', this.timer),
      window(
        'boot_rom',
        'the boot ROM',
        'the emulator loads the image and starts the controller at its entry; nothing needs the ROM',
      ),
      window(
        'fc_view',
        'the private view of a controller',
        'the controller of this chip has an interrupt controller at 0x1A109800, no event unit of its own',
      ),
    ];
  }
}
