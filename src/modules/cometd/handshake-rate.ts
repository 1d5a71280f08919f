/** Takes so many handshakes in any one second, and refuses the others. */
export class HandshakeRate {
  /** When those of the last second were taken, those before `first` are older. */
  private taken: number[] = [];
  private first = 0;

  /**
   * Takes one more, if it is one of the first `most` of a second.
   * @param now milliseconds of any clock that only goes forward
   */
  take(now: number, most: number): boolean {
    this.forget(now);
    if (this.taken.length - this.first >= most) return false;
    this.taken.push(now);
    return true;
  }

  /** Whether none was taken in the last second. */
  isIdle(now: number): boolean {
    this.forget(now);
    return this.first === this.taken.length;
  }

  private forget(now: number): void {
    const { taken } = this;
    while (this.first < taken.length && (taken[this.first] ?? 0) <= now - 1000) this.first++;
    if (this.first < 1000 && this.first < taken.length) return;
    this.taken = taken.slice(this.first);
    this.first = 0;
  }
}

/** Addresses whose handshakes are counted at once; of more the one not heard of longest begins anew. */
const mostAddresses = 10_000;

/** Takes so many handshakes of each address in a second. */
export class AddressRates {
  private readonly byAddress = new Map<string, HandshakeRate>();

  /** @param now milliseconds of any clock that only goes forward */
  take(address: string, now: number, most: number): boolean {
    const known = this.byAddress.get(address);
    if (known === undefined && this.byAddress.size >= mostAddresses) this.makeRoom(now);
    const rate = known ?? new HandshakeRate();
    // The one heard of last stands last.
    this.byAddress.delete(address);
    this.byAddress.set(address, rate);
    return rate.take(now, most);
  }

  /** Forgets those that have been idle, at least one; those that are not are not gone through. */
  private makeRoom(now: number): void {
    for (const [address, rate] of this.byAddress) {
      if (this.byAddress.size < mostAddresses && !rate.isIdle(now)) return;
      this.byAddress.delete(address);
    }
  }
}
