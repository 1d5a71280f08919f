import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import { eventually } from './eventually.js';

/** The CometD project's own client for JavaScript, in one of its versions. */
export interface CometdLibrary {
  readonly CometD: new () => any;
  readonly AckExtension: new () => any;
  readonly TimeSyncExtension: new () => any;
}

export interface CometClientOptions {
  /** Of the server, without a path. */
  readonly url: string;
  readonly user: string;
  readonly transport?: 'long-polling' | 'websocket';
  readonly ack?: boolean;
  /** Where a gateway would add it: sends gms_user with the websocket's upgrade; true. */
  readonly isUserSentOnUpgrade?: boolean;
  /** Merged over the client's own configuration. */
  readonly configuration?: object;
}

/** What came on `/_genesys`. */
export interface CometData {
  readonly id: string;
  readonly message: unknown;
  readonly tag: string;
}

const require = createRequire(import.meta.url);

/** npm cometd 9 with cometd-nodejs-client 2. */
export async function loadCometd9(): Promise<CometdLibrary> {
  const { adapt } = await import('cometd-nodejs-client');
  adapt();
  useGateway();
  return import('cometd');
}

/** npm cometd 4 with cometd-nodejs-client 1.1. Not together with 9 in one test file. */
export function loadCometd4(): Promise<CometdLibrary> {
  require('cometd-nodejs-client1').adapt();
  useGateway();
  return Promise.resolve({
    CometD: require('cometd4').CometD,
    AckExtension: require('cometd4/AckExtension.js'),
    TimeSyncExtension: require('cometd4/TimeSyncExtension.js'),
  });
}

/**
 * The websocket of browsers cannot send headers; a gateway adds gms_user. Here the URL carries it
 * as far as this constructor.
 */
function useGateway(): void {
  const { window } = globalThis as unknown as { window: { WebSocket: unknown } };
  window.WebSocket = class extends WebSocket {
    constructor(address: string, protocol?: string) {
      const url = new URL(address);
      const user = url.searchParams.get('gateway_user');
      url.search = '';
      super(url, protocol, user === null ? {} : { headers: { gms_user: user } });
    }
  };
}

/** A client that subscribes to `/_genesys`, again after every new handshake, as applications do. */
export class CometClient {
  readonly cometd: any;
  /** Everything that came on `/_genesys`, in its order. */
  readonly data: CometData[] = [];
  /** The id of each session that the client had. */
  readonly clientIds: string[] = [];
  /** Meta messages that were not successful, transport failures among them. */
  readonly failures: any[] = [];
  readonly subscribed: any[] = [];
  /** Successful connect replies. */
  readonly connected: any[] = [];
  readonly user: string;
  subscription: any;

  constructor(library: CometdLibrary, options: CometClientOptions) {
    const { transport = 'long-polling', isUserSentOnUpgrade = true } = options;
    this.user = options.user;
    const isWebsocket = transport === 'websocket';
    const url = `${options.url}/genesys/cometd`;
    const ownUrl =
      isWebsocket && isUserSentOnUpgrade
        ? `${url}?gateway_user=${encodeURIComponent(options.user)}`
        : url;
    this.cometd = new library.CometD();
    if (!isWebsocket) this.cometd.unregisterTransport('websocket');
    this.cometd.configure({
      url: ownUrl,
      requestHeaders: { gms_user: options.user },
      // With a query there is no path to append to.
      appendMessageTypeToURL: ownUrl === url,
      backoffIncrement: 100,
      maxBackoff: 1000,
      logLevel: 'error',
      ...options.configuration,
    });
    if (options.ack) this.cometd.registerExtension('ack', new library.AckExtension());
    this.listen();
  }

  private listen(): void {
    this.cometd.addListener('/meta/handshake', (reply: any) => {
      if (!reply.successful) {
        this.failures.push(reply);
        return;
      }
      this.clientIds.push(reply.clientId);
      this.subscribe();
    });
    this.cometd.addListener('/meta/connect', (reply: any) => {
      if (reply.successful) this.connected.push(reply);
    });
    for (const channel of ['/meta/connect', '/meta/subscribe']) {
      this.cometd.addListener(channel, (reply: any) => {
        if (!reply.successful) this.failures.push(reply);
      });
    }
  }

  subscribe(): void {
    this.subscription = this.cometd.subscribe(
      '/_genesys',
      ({ data }: { data: CometData }) => this.data.push(data),
      (reply: any) => this.subscribed.push(reply),
    );
  }

  /** Handshakes, and waits for the first subscription. */
  async start(): Promise<this> {
    const before = this.subscribed.length;
    this.cometd.handshake();
    await eventually(() => {
      if (!this.subscribed.slice(before).some(({ successful }) => successful)) {
        throw new Error(`not subscribed: ${JSON.stringify(this.failures.at(-1))}`);
      }
    }, 15_000);
    return this;
  }

  /** What the client speaks through. */
  get transport(): string {
    const transport = this.cometd.getTransport();
    return transport.type ?? transport.getType();
  }

  /** The texts that came, in their order. */
  get messages(): unknown[] {
    return this.data.map(({ message }) => message);
  }

  /** Disconnects; what the server does not answer is given up. */
  async stop(): Promise<void> {
    if (this.cometd.isDisconnected()) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, 2000);
      this.cometd.disconnect(() => {
        clearTimeout(limit);
        resolve();
      });
    });
    this.cometd.getTransport()?.abort();
  }
}
