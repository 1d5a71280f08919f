/** Less than that is no use to a device that is off for a moment, seconds. */
const leastKept = 60;

/**
 * For how long a vendor is to keep a push for a device that is off, whole seconds.
 * @param asked the message attribute
 * @param left of the subscription, seconds
 */
export function keptSeconds(asked: number | undefined, left: number, longest: number): number {
  return asked ?? Math.min(Math.max(Math.floor(left), leastKept), longest);
}
