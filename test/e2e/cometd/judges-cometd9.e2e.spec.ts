import { describe } from '@jest/globals';
import { loadCometd9 } from '../../support/comet-client.js';
import { describeCometdClient } from '../../support/comet-client-behaviour.js';

describe('npm cometd 9', () => {
  describeCometdClient(loadCometd9);
});
