/** Takes so many handshakes in any one second, and refuses the others. */
export class HandshakeRateLimit {
  /** When those of the last second were taken, those before `firstIndex` are older. */
  private taken: number[] = [];
  private firstIndex = 0;

  /**
   * Takes one more, if it is one of the first `most` of a second.
   * @param now milliseconds of any clock that only goes forward
   */
  tryTake(now: number, most: number): boolean {
    this.dropOld(now);
    if (this.taken.length - this.firstIndex >= most) return false;
    this.taken.push(now);
    return true;
  }

  /** Whether none was taken in the last second. */
  isIdle(now: number): boolean {
    this.dropOld(now);
    return this.firstIndex === this.taken.length;
  }

  private dropOld(now: number): void {
    const { taken } = this;
    while (this.firstIndex < taken.length && (taken[this.firstIndex] ?? 0) <= now - 1000)
      this.firstIndex++;
    if (this.firstIndex < 1000 && this.firstIndex < taken.length) return;
    this.taken = taken.slice(this.firstIndex);
    this.firstIndex = 0;
  }
}

/**
 * Addresses whose handshakes are counted at once; of more the one not heard of longest begins anew.
 */
const maxAddresses = 10_000;

/** Takes so many handshakes of each address in a second. */
export class AddressHandshakeLimits {
  private readonly byAddress = new Map<string, HandshakeRateLimit>();

  /** @param now milliseconds of any clock that only goes forward */
  tryTake(address: string, now: number, most: number): boolean {
    const known = this.byAddress.get(address);
    if (known === undefined && this.byAddress.size >= maxAddresses) this.evictIdle(now);
    const rate = known ?? new HandshakeRateLimit();
    // The one heard of last stands last.
    this.byAddress.delete(address);
    this.byAddress.set(address, rate);
    return rate.tryTake(now, most);
  }

  /** Forgets those that have been idle, at least one; those that are not are not gone through. */
  private evictIdle(now: number): void {
    for (const [address, rate] of this.byAddress) {
      if (this.byAddress.size < maxAddresses && !rate.isIdle(now)) return;
      this.byAddress.delete(address);
    }
  }
}
