import { describe } from '@jest/globals';
import { loadCometd9 } from '../../support/comet-client.js';
import { describeCometdClient } from '../../support/comet-client-behaviour.js';

// Here, as jest refuses an import while tests that run together begin and end.
const library = await loadCometd9();

describe('npm cometd 9', () => {
  describeCometdClient(() => Promise.resolve(library));
});
