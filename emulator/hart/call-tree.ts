/**
 * How a hart came to where it is: a shadow stack, and the tree of all ways that it has come by. Calls
 * are jumps that leave a return address in ra or t0, as the calling convention of RISC-V hints; a jump
 * into another function without one is a tail call and takes the caller's place. Recursion is folded: a
 * call of a function that is already on the way leads back to its node, so the tree is finite.
 */

/** A stretch of code [from, to) that runs under one name. */
export interface CodeRange {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** Told of calls in the order of time, hart by hart; `enter` and `leave` nest. */
export interface CallSink {
  enter(hart: number, cycle: number, range: CodeRange): void;
  leave(hart: number, cycle: number): void;
  /** The clock of the hart stood still in [from, to). */
  slept(hart: number, from: number, to: number): void;
}

export interface TreeNode {
  readonly range: CodeRange;
  readonly parent: TreeNode | undefined;
  /** Address of the call in the parent; -1 for a root. */
  readonly site: number;
  calls: number;
  /** First counter of each stretch of STRETCH bytes of the range; 0 while there is none. */
  readonly counters: number[];
}

/** Stands for the return address of a trap. */
export const TRAP = -2;

interface Frame {
  /** Where a return leads; -1 for the first function of a hart. */
  readonly link: number;
  node: TreeNode;
}

/** Frames of a hart; deeper calls are counted in the function of the last one. */
const DEEPEST = 4096;

export class CallTree {
  readonly nodes: TreeNode[] = [];
  private readonly children = new Map<TreeNode | undefined, Map<number, TreeNode>>();
  private readonly stack: Frame[] = [];
  /** Calls beyond DEEPEST that have not returned. */
  private beyond = 0;

  constructor(
    private readonly hart: number,
    private readonly sink: CallSink | undefined,
  ) {}

  get top(): TreeNode | undefined {
    return this.stack.at(-1)?.node;
  }

  /** The hart goes on in another function without a call: the first one, or a tail call. */
  go(range: CodeRange, cycle: number): void {
    const frame = this.stack.at(-1);
    if (frame === undefined) {
      this.push(-1, this.child(undefined, -1, range), cycle);
    } else {
      this.sink?.leave(this.hart, cycle);
      const { node } = frame;
      frame.node = this.child(this.stack.at(-2)?.node, node.site, range);
      frame.node.calls++;
      this.sink?.enter(this.hart, cycle, range);
    }
  }

  call(range: CodeRange, site: number, link: number, cycle: number): void {
    if (this.stack.length === DEEPEST) {
      this.beyond++;
      return;
    }
    this.push(link, this.child(this.top, site, range), cycle);
  }

  /** Back to the caller that left this address, if there is one. */
  return(link: number, cycle: number): void {
    if (this.beyond > 0) {
      this.beyond--;
      return;
    }
    let at = this.stack.length - 1;
    while (at > 0 && this.stack[at].link !== link) at--;
    if (at <= 0) return;
    while (this.stack.length > at) {
      this.stack.pop();
      this.sink?.leave(this.hart, cycle);
    }
  }

  /** The end: everything that is open is left. */
  close(cycle: number): void {
    while (this.stack.pop() !== undefined) this.sink?.leave(this.hart, cycle);
  }

  private push(link: number, node: TreeNode, cycle: number): void {
    this.stack.push({ link, node });
    node.calls++;
    this.sink?.enter(this.hart, cycle, node.range);
  }

  private child(parent: TreeNode | undefined, site: number, range: CodeRange): TreeNode {
    let known = this.children.get(parent);
    if (known === undefined) this.children.set(parent, (known = new Map<number, TreeNode>()));
    const key = range.id * 2 ** 32 + (site >>> 0);
    const old = known.get(key);
    if (old !== undefined) return old;
    let node: TreeNode | undefined = parent;
    while (node !== undefined && node.range.id !== range.id) node = node.parent;
    if (node === undefined) {
      node = { range, parent, site, calls: 0, counters: [] };
      this.nodes.push(node);
    }
    known.set(key, node);
    return node;
  }
}
