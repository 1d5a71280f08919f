import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import {
  Log,
  plainText,
  type Refusable,
  RefusalNotifier,
  type RefusedRequest,
  FailureThrottle,
} from '../../core/observability/index.js';
import { AuditRepository, type TalliedEntry } from './audit.repository.js';
import { PollLoop } from '../../core/scheduling/index.js';

/** What was refused is written down after at most so many milliseconds. */
const flushIntervalMs = 1000;

/**
 * Callers and reasons within one minute that have an entry of their own on this node; as many with
 * keys that exist, so that guesses never crowd them out.
 */
const maxTallies = 200;

/** Who stands for the callers beyond. */
const otherCallers = 'others';
const otherKeys = 'other keys';

const maxTextLength = 300;

/** Where a caller shows who it is: a key, or the token of a user. */
const credentials = ['authorization', 'x-api-key', 'apikey'];

/**
 * Writes down who was refused with the key or token that it showed (docs/operations/security.md,
 * Audit). Calls of one caller within a minute are one entry; a flood of many callers has a bounded
 * number of entries. It is written beside the requests: none waits for it.
 */
@Injectable()
export class RefusalRecorder implements OnModuleInit, OnModuleDestroy {
  /** What is to be written yet, by tally. */
  private readonly pendingEntries = new Map<string, TalliedEntry>();
  /** The tallies of the current minute, of keys that exist and of all else. */
  private readonly tallies = { ofKeys: new Set<string>(), ofOthers: new Set<string>() };
  private minute = 0;
  private readonly failureThrottle: FailureThrottle;
  private readonly loop = new PollLoop(async () => {
    await this.flush();
    return flushIntervalMs;
  });

  constructor(
    private readonly repository: AuditRepository,
    private readonly refusals: RefusalNotifier,
    log: Log,
  ) {
    this.failureThrottle = new FailureThrottle(log, 'writing down what was refused');
  }

  onModuleInit(): void {
    this.refusals.subscribe((refused) => this.recordRefusal(refused));
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await this.flush();
  }

  private recordRefusal(refused: RefusedRequest): void {
    const { request, status } = refused;
    if ((status !== 401 && status !== 403) || !hasCredentials(request)) return;
    const entry = entryOf(refused);
    const isKey = request.sender?.key !== undefined;
    const { actor, tally } = this.assignTally(entry.actor, refused.refusal.exception, isKey);
    const { calls = 0 } = this.pendingEntries.get(tally) ?? {};
    this.pendingEntries.set(tally, { ...entry, actor, tally, calls: calls + 1 });
  }

  private assignTally(
    actor: string,
    exception: string,
    isKey: boolean,
  ): { readonly actor: string; readonly tally: string } {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.minute) for (const tallies of Object.values(this.tallies)) tallies.clear();
    this.minute = minute;
    const tallies = isKey ? this.tallies.ofKeys : this.tallies.ofOthers;
    const tallyFor = (actor: string): string => `${actor} ${exception} ${String(minute)}`;
    const tally = tallyFor(actor);
    if (!tallies.has(tally) && tallies.size >= maxTallies) {
      const beyond = isKey ? otherKeys : otherCallers;
      return { actor: beyond, tally: tallyFor(beyond) };
    }
    tallies.add(tally);
    return { actor, tally };
  }

  private async flush(): Promise<void> {
    if (this.pendingEntries.size === 0) return;
    const entries = [...this.pendingEntries.values()];
    this.pendingEntries.clear();
    try {
      await this.repository.count(entries);
      this.failureThrottle.recordSuccess();
    } catch (error) {
      // Lost for the audit; the log has a line of each.
      this.failureThrottle.recordFailure(error);
    }
  }
}

function entryOf({
  request,
  route,
  caller,
  status,
  refusal,
}: RefusedRequest): Omit<TalliedEntry, 'tally' | 'calls'> {
  return {
    kind: 'refusal',
    actor: plainText(caller, maxTextLength),
    action: 'refused',
    subject: `${request.method} ${route}`,
    after: {
      status,
      exception: refusal.exception,
      reason: plainText(refusal.reason ?? '', maxTextLength),
    },
  };
}

function hasCredentials(request: Refusable): boolean {
  return request.sender?.key !== undefined || credentials.some((name) => name in request.headers);
}
