/** What of a machine decides how a network is laid out on it. */
export interface Target {
  readonly harts: number;
  /** Whether the harts have CORE-V, so that its kernels run. */
  readonly corev: boolean;
  /** TCDM that the runner leaves to the network, [from, end). */
  readonly tcdm: { readonly from: number; readonly end: number };
  /** L2 behind the code of the runner, [from, end). */
  readonly l2: { readonly from: number; readonly end: number };
  /** Crossbars; undefined when the machine has no in-memory engine. */
  readonly arrays:
    | { readonly count: number; readonly rows: number; readonly cols: number }
    | undefined;
  readonly depthwiseEngine: boolean;
}
