/** What the OpenAPI document says of the comet endpoint, which Nest does not know of. */
export function cometdOperation(method: 'GET' | 'POST'): Record<string, unknown> {
  const query = (name: string, description: string, example: string): object => ({
    ...{ name, in: 'query', required: true, description },
    schema: { type: 'string', example },
  });
  const user = {
    ...{ name: 'gms_user', in: 'header', required: true, description: 'The end user' },
    schema: { type: 'string', example: 'alice' },
  };
  const shared = {
    operationId: `cometd${method}`,
    tags: ['CometD'],
    responses: {
      200: {
        description: 'An array of Bayeux messages: events first, then replies',
        content: { 'application/json': { schema: messages, example: [handshakeReply] } },
      },
      400: { description: 'InvalidBody, InvalidParameter' },
      413: { description: 'PayloadTooLarge: more than 256 kB' },
      503: { description: 'DatabaseUnavailable: the client keeps its id and comes back' },
    },
  };
  if (method === 'GET') {
    return {
      ...shared,
      summary: 'Exchange Bayeux messages by callback-polling, or upgrade to a websocket',
      description: '8.1.1, CometD Notification; Bayeux 1.0',
      parameters: [
        user,
        query('jsonp', 'The function that the answer calls', 'received'),
        query('message', 'A message, or an array of them, as JSON', JSON.stringify([handshake])),
      ],
    };
  }
  return {
    ...shared,
    summary: 'Exchange Bayeux messages by long-polling',
    description: '8.1.1, CometD Notification; Bayeux 1.0',
    parameters: [user],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: messages, example: [handshake] } },
    },
  };
}

const messages = { type: 'array', items: { type: 'object' } };

const handshake = {
  channel: '/meta/handshake',
  version: '1.0',
  minimumVersion: '0.9',
  supportedConnectionTypes: ['long-polling'],
  id: '0',
};

const handshakeReply = {
  id: '0',
  channel: '/meta/handshake',
  successful: true,
  clientId: 'c6f0a1d2b3e4f5061728394a5b6c7d8e9f001122',
  version: '1.0',
  minimumVersion: '1.0',
  supportedConnectionTypes: ['websocket', 'callback-polling', 'long-polling'],
  ext: { ack: true },
};
