/** A real PNG of one pixel: every byte value class occurs, NUL and line ends among them. */
export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Bytes of every value in every order of two, as a file that no text handling survives. */
export const allBytes = Buffer.from(
  Array.from({ length: 65_536 }, (_, index) => [index >> 8, index & 255]).flat(),
);
