// A peer of our comet endpoint: a Bayeux server from npm on bare node:http, with POST /publish of
// `{"channel", "text"}`. Started by bench/lib/comet-servers.mjs.
import { createServer } from 'node:http';
import cometdServer from 'cometd-nodejs-server';
import acknowledgements from 'cometd-nodejs-server/ack-extension.js';
import faye from 'faye';

/** As ours: a poll is held for a minute, and a session lives as long without one, ms. */
const heldMs = 60_000;

/** Each takes the requests that are for it and returns how to publish. */
const libraries = {
  'cometd-nodejs-server': (server) => {
    const cometd = cometdServer.createCometDServer({ timeout: heldMs, maxInterval: heldMs });
    cometd.addExtension(new acknowledgements.AcknowledgedMessagesExtension());
    server.on('request', (request, response) => {
      if (request.url !== '/publish') cometd.handle(request, response);
    });
    return (channel, data) => cometd.createServerChannel(channel).publish(null, data);
  },

  faye: (server) => {
    const bayeux = new faye.NodeAdapter({ mount: '/comet', timeout: heldMs / 1000 });
    bayeux.attach(server);
    return (channel, data) => bayeux.getClient().publish(channel, data);
  },
};

process.on('message', ({ library }) => {
  const server = createServer();
  const publish = libraries[library](server);
  server.on('request', (request, response) => {
    if (request.url === '/publish') take(request, response, publish);
  });
  server.requestTimeout = 0;
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
    process.send({ port: server.address().port }),
  );
});
process.on('disconnect', () => process.exit());

function take(request, response, publish) {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const { channel, text } = JSON.parse(body);
    publish(channel, { message: text });
    response.writeHead(200, { 'Content-Length': 0 }).end();
  });
}
