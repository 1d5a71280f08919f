import { Injectable } from '@nestjs/common';
import {
  AddressBlocks,
  type Arrival,
  canonicalAddress,
  forwardedClient,
  isLoopback,
  isOwnVia,
  networkOf,
  type Sender,
} from '../../../core/identity/index.js';
import { type SecuritySettingsSnapshot, SecuritySettings } from './security-settings.js';

/** A sender with what the configuration says of its address. */
export interface ResolvedSender extends Sender {
  /** Whether the request comes from a trusted network, which a proxy nobody trusts never is. */
  readonly trustedNetwork: boolean;
  readonly trustedProxy: boolean;
  /** Whether the request comes from this very machine, through no proxy that nobody trusts. */
  readonly loopback: boolean;
  /** Whose rate it counts for: an IPv4 address, or the /64 of an IPv6 address. */
  readonly network: string;
}

/** Addresses remembered at most; beyond, all are forgotten and found out again. */
const maxCachedSenders = 10_000;

/** Headers that proxies add, beside `X-Forwarded-For`. */
const proxyHeaders = [
  ...['forwarded', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'via', 'x-forwarded'],
  ...['x-forwarded-port', 'x-forwarded-server', 'x-forwarded-by', 'x-client-ip', 'true-client-ip'],
  ...['x-cluster-client-ip', 'cf-connecting-ip', 'x_forwarded_for', 'x_real_ip'],
];

/** A trusted proxy that does not say, in words that can be read, for whom it calls. */
const unknownClient: ResolvedSender = {
  address: undefined,
  viaTrustedProxy: true,
  trustedNetwork: false,
  trustedProxy: false,
  loopback: false,
  network: 'unknown',
};

/** Finds out from which address a request comes, and what that address is worth. */
@Injectable()
export class SenderResolver {
  private appliedSettings: SecuritySettingsSnapshot | undefined;
  private trustedNetworks = new AddressBlocks([]);
  private trustedProxies = new AddressBlocks([]);
  private readonly cache = new Map<string, ResolvedSender>();

  constructor(private readonly settings: SecuritySettings) {}

  /** The sender of a request, noted on it when it is first asked for. */
  senderOf(request: Arrival): ResolvedSender {
    // Nobody else notes senders.
    return (request.sender ??= this.resolve(request)) as ResolvedSender;
  }

  private resolve(request: Arrival): ResolvedSender {
    const peer = this.resolveAddress(request.socket.remoteAddress ?? '');
    if (peer === undefined) return { ...unknownClient, viaTrustedProxy: false };
    if (peer.trustedProxy) {
      const client = this.resolveBehindProxy(request, peer);
      return wasSentByOwnServer(request) ? withoutPrivileges(client) : client;
    }
    // A proxy that is no trusted one would lend its own address to the whole internet.
    const isProxy = 'x-forwarded-for' in request.headers || hasProxyHeaders(request);
    return isProxy ? withoutPrivileges(peer) : peer;
  }

  private resolveBehindProxy(request: Arrival, proxy: ResolvedSender): ResolvedSender {
    const header = request.headers['x-forwarded-for'];
    if (header === undefined) {
      return hasProxyHeaders(request) ? unknownClient : { ...proxy, viaTrustedProxy: true };
    }
    const named = this.cache.get(String(header));
    if (named?.trustedProxy === false) return { ...named, viaTrustedProxy: true };
    const isTrusted = (hop: string): boolean => this.resolveAddress(hop)?.trustedProxy === true;
    const client = this.resolveAddress(forwardedClient(String(header), isTrusted) ?? '');
    return client === undefined ? unknownClient : { ...client, viaTrustedProxy: true };
  }

  /** @returns undefined for a text that is no address, as of a connection that is gone */
  private resolveAddress(text: string): ResolvedSender | undefined {
    if (this.settings.current !== this.appliedSettings) this.applySettings(this.settings.current);
    const known = this.cache.get(text);
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
    if (this.cache.size >= maxCachedSenders) this.cache.clear();
    this.cache.set(text, sender);
    return sender;
  }

  private applySettings(facts: SecuritySettingsSnapshot): void {
    this.appliedSettings = facts;
    this.trustedNetworks = new AddressBlocks(facts.trustedNetworks);
    this.trustedProxies = new AddressBlocks(facts.trustedProxies);
    this.cache.clear();
  }
}

function hasProxyHeaders({ headers }: Arrival): boolean {
  return proxyHeaders.some((name) => name in headers);
}

/** Whether this server, or one like it, sent the request out, and a proxy brought it back. */
function wasSentByOwnServer({ headers }: Arrival): boolean {
  return headers.via !== undefined && isOwnVia(headers.via);
}

/** The sender as one whose address opens nothing. */
function withoutPrivileges(sender: ResolvedSender): ResolvedSender {
  return { ...sender, trustedNetwork: false, loopback: false };
}
