import { documentsMalformedAs500, nameOf, type Route } from './routes.js';
import { exchange, type WireAnswer, type WireRequest } from './wire.js';

/** One request of a sweep. */
export interface Case {
  readonly route: Route;
  /** What is odd about it, in words. */
  readonly kind: string;
  readonly request: WireRequest;
  /** The statuses that are right; absent: any below 500. */
  readonly right?: readonly number[];
  /** Whether the body is no JSON, so that the Service API answers its documented 500. */
  readonly malformedJson?: boolean;
}

/**
 * Sends every case and says what is wrong with the answers, one line each that names route and kind.
 * Right is: a status below 500, but for what the documents say; every error in the one shape.
 */
export async function faultsOf(
  url: string,
  cases: readonly Case[],
  atOnce: number,
): Promise<string[]> {
  const faults: string[] = [];
  const waiting = cases.values();
  const work = async (): Promise<void> => {
    for (const one of waiting) {
      const answer = await exchange(url, one.request);
      const fault = faultOf(one, answer);
      if (fault === undefined) continue;
      const shown = answer.text.slice(0, 160);
      faults.push(`${nameOf(one.route)}, ${one.kind}: ${fault}: ${String(answer.status)} ${shown}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return faults.toSorted();
}

function faultOf(one: Case, answer: WireAnswer): string | undefined {
  const { status } = answer;
  if (status === undefined) return 'no answer';
  if (status >= 400 && one.request.method !== 'HEAD' && !hasShape(answer)) {
    return 'not the one shape of errors';
  }
  if (status >= 500) return isDocumented(one, answer) ? undefined : 'a fault of the server';
  return one.right === undefined || one.right.includes(status) ? undefined : 'another status';
}

function hasShape({ contentType, text }: WireAnswer): boolean {
  if (contentType !== 'application/json;charset=UTF-8') return false;
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    return (
      Object.keys(body).toSorted().join() === 'exception,message' &&
      typeof body.exception === 'string' &&
      typeof body.message === 'string' &&
      body.message.length > 0
    );
  } catch {
    return false;
  }
}

/** docs/compatibility.md: malformed JSON on the Service API; a push target that failed. */
function isDocumented({ route, malformedJson }: Case, { status, text }: WireAnswer): boolean {
  const { exception } = JSON.parse(text) as { exception: string };
  if (status === 500 && exception === 'InvalidBody') {
    return malformedJson === true && documentsMalformedAs500(route);
  }
  return status === 503 && exception === 'PublishFailed' && route.path.endsWith('/publish');
}
