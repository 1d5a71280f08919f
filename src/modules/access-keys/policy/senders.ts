import { Injectable } from '@nestjs/common';
import {
  AddressBlocks,
  type Arrival,
  canonicalAddress,
  forwardedClient,
  isLoopback,
  namesOwnServer,
  networkOf,
  type Sender,
} from '../../../core/auth/index.js';
import { type SecurityFacts, SecuritySettings } from './security-settings.js';

/** A sender with what the configuration says of its address. */
export interface KnownSender extends Sender {
  /** Whether the request comes from a trusted network, which a proxy nobody trusts never is. */
  readonly trustedNetwork: boolean;
  readonly trustedProxy: boolean;
  /** Whether the request comes from this very machine, through no proxy that nobody trusts. */
  readonly loopback: boolean;
  /** Whose rate it counts for: an IPv4 address, or the /64 of an IPv6 address. */
  readonly network: string;
}

/** Addresses remembered at most; beyond, all are forgotten and found out again. */
const mostRemembered = 10_000;

/** Headers that proxies add, beside `X-Forwarded-For`. */
const proxyHeaders = [
  ...['forwarded', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'via', 'x-forwarded'],
  ...['x-forwarded-port', 'x-forwarded-server', 'x-forwarded-by', 'x-client-ip', 'true-client-ip'],
  ...['x-cluster-client-ip', 'cf-connecting-ip', 'x_forwarded_for', 'x_real_ip'],
];

/** A trusted proxy that does not say, in words that can be read, for whom it calls. */
const unknownClient: KnownSender = {
  address: undefined,
  viaTrustedProxy: true,
  trustedNetwork: false,
  trustedProxy: false,
  loopback: false,
  network: 'unknown',
};

/** Finds out from which address a request comes, and what that address is worth. */
@Injectable()
export class Senders {
  private facts: SecurityFacts | undefined;
  private trustedNetworks = new AddressBlocks([]);
  private trustedProxies = new AddressBlocks([]);
  private readonly remembered = new Map<string, KnownSender>();

  constructor(private readonly settings: SecuritySettings) {}

  /** The sender of a request, noted on it when it is first asked for. */
  of(request: Arrival): KnownSender {
    // Nobody else notes senders.
    return (request.sender ??= this.find(request)) as KnownSender;
  }

  private find(request: Arrival): KnownSender {
    const peer = this.known(request.socket.remoteAddress ?? '');
    if (peer === undefined) return { ...unknownClient, viaTrustedProxy: false };
    if (peer.trustedProxy) {
      const client = this.behindProxy(request, peer);
      return wasSentByUs(request) ? withoutPrivileges(client) : client;
    }
    // A proxy that is no trusted one would lend its own address to the whole internet.
    const isProxy = 'x-forwarded-for' in request.headers || showsProxy(request);
    return isProxy ? withoutPrivileges(peer) : peer;
  }

  private behindProxy(request: Arrival, proxy: KnownSender): KnownSender {
    const header = request.headers['x-forwarded-for'];
    if (header === undefined) {
      return showsProxy(request) ? unknownClient : { ...proxy, viaTrustedProxy: true };
    }
    const named = this.remembered.get(String(header));
    if (named?.trustedProxy === false) return { ...named, viaTrustedProxy: true };
    const isTrusted = (hop: string): boolean => this.known(hop)?.trustedProxy === true;
    const client = this.known(forwardedClient(String(header), isTrusted) ?? '');
    return client === undefined ? unknownClient : { ...client, viaTrustedProxy: true };
  }

  /** @returns undefined for a text that is no address, as of a connection that is gone */
  private known(text: string): KnownSender | undefined {
    if (this.settings.current !== this.facts) this.adopt(this.settings.current);
    const known = this.remembered.get(text);
    if (known !== undefined) return known;
    const address = canonicalAddress(text);
    if (address === undefined) return undefined;
    const sender = {
      address,
      viaTrustedProxy: false,
      trustedNetwork: this.trustedNetworks.contains(address),
      trustedProxy: this.trustedProxies.contains(address),
      loopback: isLoopback(address),
      network: networkOf(address),
    };
    if (this.remembered.size >= mostRemembered) this.remembered.clear();
    this.remembered.set(text, sender);
    return sender;
  }

  private adopt(facts: SecurityFacts): void {
    this.facts = facts;
    this.trustedNetworks = new AddressBlocks(facts.trustedNetworks);
    this.trustedProxies = new AddressBlocks(facts.trustedProxies);
    this.remembered.clear();
  }
}

function showsProxy({ headers }: Arrival): boolean {
  return proxyHeaders.some((name) => name in headers);
}

/** Whether this server, or one like it, sent the request out, and a proxy brought it back. */
function wasSentByUs({ headers }: Arrival): boolean {
  return headers.via !== undefined && namesOwnServer(headers.via);
}

/** The sender as one whose address opens nothing. */
function withoutPrivileges(sender: KnownSender): KnownSender {
  return { ...sender, trustedNetwork: false, loopback: false };
}
