import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import {
  AddressBlocks,
  canonicalAddress,
  forwardedClient,
  isLoopback,
  networkOf,
  type Sender,
} from '../../../core/auth/index.js';
import { type SecurityFacts, SecuritySettings } from './security-settings.js';

/** A sender with what the configuration says of its address. */
export interface KnownSender extends Sender {
  readonly trustedNetwork: boolean;
  readonly trustedProxy: boolean;
  readonly loopback: boolean;
  /** Whose rate it counts for: an IPv4 address, or the /64 of an IPv6 address. */
  readonly network: string;
}

/** Addresses remembered at most; beyond, all are forgotten and found out again. */
const mostRemembered = 10_000;

/** Headers that proxies add, beside `X-Forwarded-For`. */
const proxyHeaders = ['forwarded', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'via'];

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
  of(request: Request): KnownSender {
    // Nobody else notes senders.
    return (request.sender ??= this.find(request)) as KnownSender;
  }

  /**
   * Whether the request comes from a trusted network. Never when it shows a proxy that is not a
   * trusted one: such a proxy would lend its own address to the whole internet.
   */
  isInTrustedNetwork(request: Request): boolean {
    const { trustedNetwork, viaTrustedProxy } = this.of(request);
    if (!trustedNetwork) return false;
    return viaTrustedProxy || !('x-forwarded-for' in request.headers || showsProxy(request));
  }

  private find(request: Request): KnownSender {
    const peer = this.known(request.socket.remoteAddress ?? '');
    if (peer === undefined) return { ...unknownClient, viaTrustedProxy: false };
    return peer.trustedProxy ? this.behindProxy(request, peer) : peer;
  }

  private behindProxy(request: Request, proxy: KnownSender): KnownSender {
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

function showsProxy(request: Request): boolean {
  return proxyHeaders.some((name) => name in request.headers);
}
