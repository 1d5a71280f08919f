/** Counts handshakes second by second. */
export class HandshakeRate {
  private second = -1;
  private count = 0;

  /**
   * Counts one more.
   * @param now milliseconds of any clock that only goes forward
   * @returns whether it is one of the first `most` of its second
   */
  take(now: number, most: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      this.second = second;
      this.count = 0;
    }
    this.count++;
    return this.count <= most;
  }
}
