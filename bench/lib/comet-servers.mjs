import { end, message, startHelper, startServer } from './processes.mjs';

/**
 * The servers that a comet client is pointed at. Each start returns a target: `kind`, `ports` that
 * sessions go to, `publishPorts`, the endpoint's `path`, the processes' `pids`, and `stop()`.
 */
export const cometServers = {
  ours: async ({ postgres, configFile, closing }, nodes = 1) => {
    const env = { DATABASE_URL: postgres.url, GMS_CONFIG: configFile };
    const servers = [];
    for (let node = 0; node < nodes; node++) servers.push(await startServer({ env }, closing));
    const ports = servers.map(({ port }) => port);
    return {
      ...{ kind: 'ours', path: '/genesys/cometd', ports, publishPorts: ports },
      pids: servers.map(({ pid }) => pid),
      stop: () => Promise.all(servers.map((server) => server.stop())),
    };
  },

  'cometd-nodejs-server': (bench) => startPeer('cometd-nodejs-server', bench),

  faye: (bench) => startPeer('faye', bench),
};

async function startPeer(library, { closing }) {
  const child = await startHelper('comet-peer', { library }, closing);
  const { port } = await message(child);
  return {
    ...{ kind: 'peer', path: '/comet', ports: [port], publishPorts: [port] },
    ...{ pids: [child.pid], stop: () => end(child) },
  };
}
