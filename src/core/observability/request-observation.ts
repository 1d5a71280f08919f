import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AccessPolicy } from '../identity/index.js';
import {
  clientClosedRequest,
  type Fault,
  faultOf,
  type Refusal,
  type Refusable,
  RefusalNotifier,
} from './refusal.js';
import { Log } from './log.js';
import { type CounterMetric, type HistogramMetric, Metrics } from './metrics.js';
import { plainText } from './redact.js';

/** Upper bounds in seconds: an answer takes a millisecond, a long poll a minute. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** A line shows so many characters of why a request was refused, and of who sent it. */
const mostCharacters = 300;

interface Noted {
  readonly request: Refusable;
  readonly status: number;
  readonly refusal: Refusal | undefined;
  readonly durationMs: number;
  /** What else the line says. */
  readonly more?: object;
}

/** The metrics of one route, method and status. */
interface Child {
  readonly duration: ReturnType<HistogramMetric['labels']>;
  readonly requests: Map<Fault, ReturnType<CounterMetric['labels']>>;
}

/**
 * The one place where what came in is counted and logged, and where those hear of refusals who want
 * to: requests with a response, upgrades, and what is no request at all.
 */
@Injectable()
export class RequestObservation {
  private readonly durations: HistogramMetric;
  private readonly requests: CounterMetric;
  /** By route pattern, method and status; looking labels up anew would cost more than counting. */
  private readonly children = new Map<string, Map<string, Map<number, Child>>>();

  constructor(
    private readonly log: Log,
    metrics: Metrics,
    private readonly policy: AccessPolicy,
    private readonly refusals: RefusalNotifier,
  ) {
    this.durations = metrics.histogram(
      'gms_http_request_duration_seconds',
      'Requests by route, method and status, with how long they took',
      ['route', 'method', 'status'],
      buckets,
    );
    this.requests = metrics.counter(
      'gms_requests_total',
      'Requests by route, method and status, and whose fault it is that one was not served',
      ['route', 'method', 'status', 'fault'],
    );
  }

  /** A request whose response is closed. */
  ended(request: Request, response: Response, durationMs: number): void {
    const { brokenOff } = request;
    if (brokenOff !== undefined) {
      this.note({ request, durationMs, ...brokenOff });
      return;
    }
    const status = response.writableFinished ? response.statusCode : clientClosedRequest;
    this.note({ request, status, refusal: request.refusal, durationMs });
  }

  /** What came in without a response of its own, and was refused; why stands on it. */
  refused(request: Refusable, status: number, durationMs: number, more: object = {}): void {
    this.note({ request, status, refusal: request.refusal, durationMs, more });
  }

  private note({ request, status, refusal, durationMs, more }: Noted): void {
    const route = patternOf(request);
    const fault = faultOf(status, refusal);
    this.count(route, request.method, status, fault).observe(durationMs / 1000);
    // The pattern only: path and query hold ids and codes, which open what they name.
    const facts = {
      requestId: request.id,
      method: request.method,
      route,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      ...(refusal && this.describe(request, route, status, refusal)),
      ...more,
    };
    this.write(status, fault, facts);
  }

  /** What was refused tells of whom, and why. */
  private describe(request: Refusable, route: string, status: number, refusal: Refusal): object {
    const caller = plainText(this.policy.callerOf(request).name, mostCharacters);
    this.refusals.notify({ request, route, status, caller, refusal });
    const { exception, reason } = refusal;
    return {
      ...{ exception, caller },
      ...(reason === undefined ? {} : { reason: plainText(reason, mostCharacters) }),
    };
  }

  /**
   * What failed inside is an error. What a caller did wrong, and a 503, which says that it cannot
   * be had right now, are worth knowing. A success is for whoever searches.
   */
  private write(status: number, fault: Fault, facts: object): void {
    if (fault === 'server' && status !== 503) this.log.error(facts, 'request failed');
    else if (status >= 400 && status !== clientClosedRequest)
      this.log.info(facts, 'request refused');
    else this.log.debug(facts, 'request');
  }

  /** Counts a request. @returns where its duration goes */
  private count(route: string, method: string, status: number, fault: Fault): Child['duration'] {
    const { duration, requests } = this.childOf(route, method, status);
    getOrAdd(requests, fault, () =>
      this.requests.labels(route, method, String(status), fault),
    ).inc();
    return duration;
  }

  private childOf(route: string, method: string, status: number): Child {
    const byMethod = getOrAdd(this.children, route, () => new Map<string, Map<number, Child>>());
    const byStatus = getOrAdd(byMethod, method, () => new Map<number, Child>());
    return getOrAdd(byStatus, status, () => ({
      duration: this.durations.labels(route, method, String(status)),
      requests: new Map<Fault, ReturnType<CounterMetric['labels']>>(),
    }));
  }
}

/** The pattern as declared; never the path, of which there are as many as ids. */
function patternOf(request: Refusable): string {
  const { route } = request;
  if (typeof route?.path === 'string') return route.path;
  return request.routePattern ?? 'unmatched';
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
