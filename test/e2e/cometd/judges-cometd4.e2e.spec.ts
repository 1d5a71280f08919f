import { describe } from '@jest/globals';
import { loadCometd4 } from '../../support/comet-client.js';
import { describeCometdClient } from '../../support/comet-client-behaviour.js';

describe('npm cometd 4', () => {
  describeCometdClient(loadCometd4);
});
