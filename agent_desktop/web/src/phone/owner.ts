/** One phone, one ring, one notification for an agent, however many tabs are open: a Web Lock names the tab. */

export interface Ownership {
  readonly owner: boolean;
}

export class PhoneOwner {
  private owner = false;
  private released = false;
  private release: (() => void) | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly locks: LockManager | undefined,
    private readonly name: string,
  ) {
    if (locks === undefined) this.set(true);
    else this.ask({});
  }

  isOwner = (): boolean => this.owner;

  /** "Use the phone here": the tab that has it becomes a mirror. */
  takeOver(): void {
    if (!this.owner && this.locks !== undefined) this.ask({ steal: true });
  }

  stop(): void {
    this.released = true;
    this.release?.();
    this.set(false);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private ask(options: LockOptions): void {
    const held = () => {
      if (this.released) return Promise.resolve();
      this.set(true);
      return new Promise<void>((resolve) => {
        this.release = resolve;
      });
    };
    this.locks?.request(this.name, options, held).catch(() => {
      // Taken over by another tab: mirror it, and stand in line for when that tab goes.
      this.set(false);
      if (!this.released) this.ask({});
    });
  }

  private set(owner: boolean): void {
    if (owner === this.owner) return;
    this.owner = owner;
    for (const listener of [...this.listeners]) listener();
  }
}
